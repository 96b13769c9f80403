//! File systems.

use sealift_model::Severity::High;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0037",
    severity: High,
    title: "File system is not encrypted",
    why: "Who gets hold of the storage reads the data.",
    fix: "Set `encrypted = true`.",
    kinds: &["aws_efs_file_system"],
    run: |look| look.must_be_true("encrypted", false),
}];

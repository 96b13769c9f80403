//! Desktops.

use sealift_model::Severity::High;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0109",
    severity: High,
    title: "Desktop does not encrypt its disks",
    why: "Who gets hold of a disk reads the data.",
    fix: "Set `root_volume_encryption_enabled` and `user_volume_encryption_enabled`.",
    kinds: &["aws_workspaces_workspace"],
    run: |look| {
        look.must_be_true("root_volume_encryption_enabled", false);
        look.must_be_true("user_volume_encryption_enabled", false);
    },
}];

//! Volumes.

use sealift_model::Severity::{High, Low};

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0026",
        severity: High,
        title: "EBS volume is not encrypted",
        why: "Who gets hold of the disk or of a snapshot reads the data.",
        fix: "Set `encrypted = true`.",
        kinds: &["aws_ebs_volume"],
        run: |look| look.must_be_true("encrypted", false),
    },
    Rule {
        id: "AWS-0027",
        severity: Low,
        title: "EBS volume is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_key_id` to a key that you manage.",
        kinds: &["aws_ebs_volume"],
        run: |look| look.must_be_given("kms_key_id"),
    },
];

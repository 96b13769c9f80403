//! Neptune.

use sealift_model::Severity::{High, Medium};

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0075",
        severity: Medium,
        title: "Neptune cluster exports no audit log",
        why: "Nobody can tell who asked what of the database.",
        fix: "Add `audit` to `enable_cloudwatch_logs_exports`.",
        kinds: &["aws_neptune_cluster"],
        run: |look| {
            let exports = look.resource.get("enable_cloudwatch_logs_exports");
            let exported = exports.texts().any(|log| &*log == "audit");
            look.fail_if(!exported && !exports.holds_unknown(), look.resource);
        },
    },
    Rule {
        id: "AWS-0076",
        severity: High,
        title: "Neptune cluster is not encrypted",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `storage_encrypted = true`.",
        kinds: &["aws_neptune_cluster"],
        run: |look| look.must_be_true("storage_encrypted", false),
    },
    Rule {
        id: "AWS-0128",
        severity: High,
        title: "Neptune cluster is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_key_arn`.",
        kinds: &["aws_neptune_cluster"],
        run: |look| look.must_be_given("kms_key_arn"),
    },
];

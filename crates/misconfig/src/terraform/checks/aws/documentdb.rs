//! DocumentDB.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0020",
        severity: Medium,
        title: "DocumentDB cluster exports no logs",
        why: "Nobody can tell who asked what of the database.",
        fix: "Add `audit` or `profiler` to `enabled_cloudwatch_logs_exports`.",
        kinds: &["aws_docdb_cluster"],
        run: |look| {
            let exports = look.resource.get("enabled_cloudwatch_logs_exports");
            let exported = exports.texts().any(|log| matches!(&*log, "audit" | "profiler"));
            look.fail_if(!exported && !exports.holds_unknown(), look.resource);
        },
    },
    Rule {
        id: "AWS-0021",
        severity: High,
        title: "DocumentDB cluster is not encrypted",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `storage_encrypted = true`.",
        kinds: &["aws_docdb_cluster"],
        run: |look| look.must_be_true("storage_encrypted", false),
    },
    Rule {
        id: "AWS-0022",
        severity: Low,
        title: "DocumentDB is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_key_id` to a key that you manage.",
        kinds: &["aws_docdb_cluster", "aws_docdb_cluster_instance"],
        run: |look| look.must_be_given("kms_key_id"),
    },
];

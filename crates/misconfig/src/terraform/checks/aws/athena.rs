//! Athena.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0006",
        severity: High,
        title: "Athena does not encrypt its results",
        why: "Results of queries lie in a bucket, and hold what the queried data holds.",
        fix: "Set `encryption_configuration`.",
        kinds: &["aws_athena_database", "aws_athena_workgroup"],
        run: encryption,
    },
    Rule {
        id: "AWS-0007",
        severity: High,
        title: "Athena workgroup lets clients override its configuration",
        why: "A client may then turn encryption off.",
        fix: "Set `enforce_workgroup_configuration = true`.",
        kinds: &["aws_athena_workgroup"],
        run: |look| {
            let path = "configuration.enforce_workgroup_configuration";
            look.must_be_true(path, look.resource.block("configuration").is_some());
        },
    },
];

fn encryption(look: &mut Look<'_>) {
    let holder = match &*look.resource.kind {
        "aws_athena_database" => Some(&look.resource.block),
        _ => look.resource.block("configuration").and_then(|c| c.block("result_configuration")),
    };
    match holder.and_then(|holder| holder.block("encryption_configuration")) {
        Some(encryption) => {
            let option = encryption.get("encryption_option");
            look.fail_if(option.is_empty(), &option);
        }
        None => look.fail(look.resource),
    }
}

//! Kafka clusters.

use sealift_model::Severity::{High, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0073",
        severity: High,
        title: "Kafka cluster accepts plain text",
        why: "Who is on the way reads and changes the data.",
        fix: "Set `client_broker = \"TLS\"` in `encryption_in_transit`.",
        kinds: &["aws_msk_cluster"],
        run: plain_text,
    },
    Rule {
        id: "AWS-0074",
        severity: Medium,
        title: "Kafka cluster does not log",
        why: "Trouble is noticed late.",
        fix: "Enable one of the `broker_logs`.",
        kinds: &["aws_msk_cluster"],
        run: logging,
    },
    Rule {
        id: "AWS-0179",
        severity: High,
        title: "Kafka cluster is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `encryption_at_rest_kms_key_arn`.",
        kinds: &["aws_msk_cluster"],
        run: key,
    },
];

fn plain_text(look: &mut Look<'_>) {
    let broker = look.resource.at("encryption_info.encryption_in_transit.client_broker");
    match broker.text_or("TLS_PLAINTEXT").as_deref() {
        Some("TLS_PLAINTEXT" | "PLAINTEXT") if broker.is_missing() => look.fail(look.resource),
        Some("TLS_PLAINTEXT" | "PLAINTEXT") => look.fail(&broker),
        _ => {}
    }
}

fn logging(look: &mut Look<'_>) {
    let cluster = look.resource;
    let logs = cluster.block("logging_info").and_then(|info| info.block("broker_logs"));
    let on = logs.is_some_and(|logs| {
        ["s3", "cloudwatch_logs", "firehose"].iter().any(|kind| {
            logs.block(kind).is_some_and(|log| log.get("enabled").bool_or(false) != Some(false))
        })
    });
    look.fail_if(!on, logs.unwrap_or(&cluster.block));
}

fn key(look: &mut Look<'_>) {
    let key = look.resource.at("encryption_info.encryption_at_rest_kms_key_arn");
    if key.is_missing() {
        look.fail(look.resource);
    } else {
        look.fail_if(key.is_empty(), &key);
    }
}

//! Kinesis.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0064",
    severity: High,
    title: "Kinesis stream is not encrypted with a key of your own",
    why: "Who gets hold of the storage reads the data.",
    fix: "Set `encryption_type = \"KMS\"` and `kms_key_id`.",
    kinds: &["aws_kinesis_stream"],
    run: encryption,
}];

fn encryption(look: &mut Look<'_>) {
    let kind = look.resource.get("encryption_type");
    let key = look.resource.get("kms_key_id");
    match kind.text_or("NONE").as_deref() {
        Some("KMS") => look.fail_if(key.is_empty(), &key),
        Some(_) => look.fail(&kind),
        None => {}
    }
}

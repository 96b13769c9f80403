//! Secrets.

use sealift_model::Severity::Low;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0098",
    severity: Low,
    title: "Secret is not encrypted with a key of your own",
    why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
    fix: "Set `kms_key_id`.",
    kinds: &["aws_secretsmanager_secret"],
    run: own_key,
}];

fn own_key(look: &mut Look<'_>) {
    let key = look.resource.get("kms_key_id");
    let aws = key.text().as_deref() == Some("alias/aws/secretsmanager");
    look.fail_if(key.is_empty() || aws, &key);
}

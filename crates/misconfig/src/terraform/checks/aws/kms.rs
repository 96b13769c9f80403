//! Keys.

use sealift_model::Severity::Medium;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0065",
    severity: Medium,
    title: "Key is not rotated",
    why: "All that was ever encrypted with the key is open to whoever gets hold of it.",
    fix: "Set `enable_key_rotation = true`.",
    kinds: &["aws_kms_key"],
    run: rotation,
}];

/// Keys that sign cannot be rotated.
fn rotation(look: &mut Look<'_>) {
    let usage = look.resource.get("key_usage").text_or("ENCRYPT_DECRYPT");
    if usage.is_some_and(|usage| &*usage != "SIGN_VERIFY") {
        look.must_be_true("enable_key_rotation", false);
    }
}

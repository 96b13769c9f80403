//! CloudWatch.

use sealift_model::Severity::Low;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AWS-0017",
    severity: Low,
    title: "Log group is not encrypted with a key of your own",
    why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
    fix: "Set `kms_key_id` to a key that you manage.",
    kinds: &["aws_cloudwatch_log_group"],
    run: |look| look.must_be_given("kms_key_id"),
}];

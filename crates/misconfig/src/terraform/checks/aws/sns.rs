//! Notifications.

use sealift_model::Severity::High;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0095",
        severity: High,
        title: "Topic is not encrypted",
        why: "Who gets hold of the storage reads the messages.",
        fix: "Set `kms_master_key_id`.",
        kinds: &["aws_sns_topic"],
        run: |look| look.must_be_given("kms_master_key_id"),
    },
    Rule {
        id: "AWS-0136",
        severity: High,
        title: "Topic is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_master_key_id` to a key that you manage.",
        kinds: &["aws_sns_topic"],
        run: |look| {
            let key = look.resource.get("kms_master_key_id");
            look.fail_if(key.text().as_deref() == Some("alias/aws/sns"), &key);
        },
    },
];

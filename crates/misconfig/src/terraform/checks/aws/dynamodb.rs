//! DynamoDB.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0023",
        severity: High,
        title: "DAX cluster is not encrypted",
        why: "Who gets hold of the cache reads the data.",
        fix: "Set `server_side_encryption` with `enabled = true`.",
        kinds: &["aws_dax_cluster"],
        run: |look| look.must_be_true("server_side_encryption.enabled", false),
    },
    Rule {
        id: "AWS-0024",
        severity: Medium,
        title: "DynamoDB table cannot be restored to a point in time",
        why: "What is deleted or overwritten by mistake is lost.",
        fix: "Set `point_in_time_recovery` with `enabled = true`.",
        kinds: &["aws_dynamodb_table", "aws_dax_cluster"],
        run: |look| look.must_be_true("point_in_time_recovery.enabled", false),
    },
    Rule {
        id: "AWS-0025",
        severity: Low,
        title: "DynamoDB table is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `server_side_encryption` with `kms_key_arn`.",
        kinds: &["aws_dynamodb_table"],
        run: own_key,
    },
];

/// The key that AWS manages, which is also what encrypts where no key is named.
const AWS_KEY: &str = "alias/aws/dynamodb";

fn own_key(look: &mut Look<'_>) {
    let key = look.resource.at("server_side_encryption.kms_key_arn");
    look.fail_if(key.text_or(AWS_KEY).as_deref() == Some(AWS_KEY), &key);
}

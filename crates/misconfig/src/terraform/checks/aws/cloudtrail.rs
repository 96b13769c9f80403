//! CloudTrail.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::Resource;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0014",
        severity: Medium,
        title: "CloudTrail covers one region only",
        why: "What happens in the other regions is not recorded.",
        fix: "Set `is_multi_region_trail = true`.",
        kinds: &["aws_cloudtrail"],
        run: |look| look.must_be_true("is_multi_region_trail", false),
    },
    Rule {
        id: "AWS-0015",
        severity: High,
        title: "CloudTrail is not encrypted with a key of your own",
        why: "Who reads the bucket reads what everyone did in the account.",
        fix: "Set `kms_key_id` to a key that you manage.",
        kinds: &["aws_cloudtrail"],
        run: |look| look.must_be_given("kms_key_id"),
    },
    Rule {
        id: "AWS-0016",
        severity: High,
        title: "CloudTrail does not validate its log files",
        why: "A record that was changed or removed is not noticed.",
        fix: "Set `enable_log_file_validation = true`.",
        kinds: &["aws_cloudtrail"],
        run: |look| look.must_be_true("enable_log_file_validation", false),
    },
    Rule {
        id: "AWS-0161",
        severity: Critical,
        title: "Bucket of a CloudTrail is public",
        why: "Anyone reads what everyone did in the account.",
        fix: "Make the ACL of the bucket private.",
        kinds: &["aws_cloudtrail"],
        run: public_bucket,
    },
    Rule {
        id: "AWS-0162",
        severity: Low,
        title: "CloudTrail is not sent to CloudWatch Logs",
        why: "Nothing can raise an alarm on what the trail records.",
        fix: "Set `cloud_watch_logs_group_arn`.",
        kinds: &["aws_cloudtrail"],
        run: |look| look.must_be_given("cloud_watch_logs_group_arn"),
    },
    Rule {
        id: "AWS-0163",
        severity: Low,
        title: "Bucket of a CloudTrail does not log access",
        why: "Nobody can tell who read or removed the records.",
        fix: "Set the logging of the bucket.",
        kinds: &["aws_cloudtrail"],
        run: bucket_logging,
    },
];

/// The bucket that the trail writes to, where it is declared.
fn bucket<'a>(look: &Look<'a>) -> Option<&'a Resource> {
    look.all.named_by(look.resource.get("s3_bucket_name"), "aws_s3_bucket", "bucket")
}

fn public_bucket(look: &mut Look<'_>) {
    if let Some(bucket) = bucket(look) {
        let acl = super::s3::acl(look.all, bucket);
        look.fail_if(acl.text().is_some_and(|acl| super::s3::is_public(&acl)), bucket);
    }
}

fn bucket_logging(look: &mut Look<'_>) {
    if let Some(bucket) = bucket(look) {
        look.fail_if(!super::s3::logs_access(look.all, bucket), bucket);
    }
}

//! Buckets.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use super::iam::grants;
use crate::terraform::checks::Look;

const BUCKET: &[&str] = &["google_storage_bucket"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0001",
        severity: High,
        title: "Bucket is open to everyone",
        why: "Everyone reads, or even writes, its objects.",
        fix: "Name the users and groups that need it.",
        kinds: &[
            "google_storage_bucket_iam_binding",
            "google_storage_bucket_iam_member",
            "google_storage_bucket_iam_policy",
        ],
        run: open_to_all,
    },
    Rule {
        id: "GCP-0002",
        severity: Medium,
        title: "Objects of a bucket have access lists of their own",
        why: "Who may read an object cannot be told from the bucket.",
        fix: "Set `uniform_bucket_level_access = true`.",
        kinds: BUCKET,
        run: |look| look.must_be_true("uniform_bucket_level_access", false),
    },
    Rule {
        id: "GCP-0066",
        severity: Low,
        title: "Bucket is not encrypted with a key of your own",
        why: "A key that Google manages can be neither rotated nor withdrawn by you.",
        fix: "Set `default_kms_key_name` in `encryption`.",
        kinds: BUCKET,
        run: |look| look.must_be_given("encryption.default_kms_key_name"),
    },
    Rule {
        id: "GCP-0077",
        severity: Medium,
        title: "Bucket does not log access",
        why: "Nobody can tell who read or removed objects.",
        fix: "Add a `logging` block.",
        kinds: BUCKET,
        run: access_log,
    },
    Rule {
        id: "GCP-0078",
        severity: Medium,
        title: "Bucket keeps no versions",
        why: "What is overwritten or removed is lost.",
        fix: "Set `enabled = true` in `versioning`.",
        kinds: BUCKET,
        run: |look| look.must_be_true("versioning.enabled", false),
    },
];

/// Only for buckets that are described here.
fn open_to_all(look: &mut Look<'_>) {
    let bucket = look.resource.get("bucket");
    if look.all.named_by(bucket, "google_storage_bucket", "name").is_none() {
        return;
    }
    for grant in grants(look.resource, look.all) {
        let everyone = grant
            .members
            .texts()
            .any(|member| matches!(&*member, "allUsers" | "allAuthenticatedUsers"));
        look.fail_if(everyone, &grant.members);
    }
}

/// A bucket that takes logs need not log itself.
fn access_log(look: &mut Look<'_>) {
    let bucket = look.resource;
    let mut logging = look.all.naming(&bucket.kind, "logging.log_bucket", bucket, "name");
    let takes_logs = logging.next().is_some();
    if !takes_logs {
        look.must_be_given("logging.log_bucket");
    }
}

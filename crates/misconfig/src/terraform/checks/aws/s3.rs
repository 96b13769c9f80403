//! Buckets.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use super::policy;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Field, Resource, Resources};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0086",
        severity: High,
        title: "Bucket lets public ACLs be set",
        why: "A wrong ACL opens objects to everyone.",
        fix: "Set `block_public_acls = true` in an `aws_s3_bucket_public_access_block`.",
        kinds: &["aws_s3_bucket"],
        run: |look| public_access(look, "block_public_acls"),
    },
    Rule {
        id: "AWS-0087",
        severity: High,
        title: "Bucket lets a public policy be set",
        why: "A wrong policy opens the bucket to everyone.",
        fix: "Set `block_public_policy = true` in an `aws_s3_bucket_public_access_block`.",
        kinds: &["aws_s3_bucket"],
        run: |look| public_access(look, "block_public_policy"),
    },
    Rule {
        id: "AWS-0088",
        severity: High,
        title: "Bucket is not encrypted",
        why: "Who gets hold of the storage reads the data.",
        fix: "Add an `aws_s3_bucket_server_side_encryption_configuration`.",
        kinds: &["aws_s3_bucket"],
        run: encrypted,
    },
    Rule {
        id: "AWS-0089",
        severity: Low,
        title: "Bucket does not log access",
        why: "Nobody can tell who read or removed objects.",
        fix: "Add an `aws_s3_bucket_logging`.",
        kinds: &["aws_s3_bucket"],
        run: access_log,
    },
    Rule {
        id: "AWS-0090",
        severity: Medium,
        title: "Bucket keeps no versions",
        why: "What is overwritten or removed is lost.",
        fix: "Add an `aws_s3_bucket_versioning`.",
        kinds: &["aws_s3_bucket"],
        run: versioning,
    },
    Rule {
        id: "AWS-0091",
        severity: High,
        title: "Bucket honours public ACLs",
        why: "An ACL that was set earlier opens objects to everyone.",
        fix: "Set `ignore_public_acls = true` in an `aws_s3_bucket_public_access_block`.",
        kinds: &["aws_s3_bucket"],
        run: |look| public_access(look, "ignore_public_acls"),
    },
    Rule {
        id: "AWS-0092",
        severity: High,
        title: "Bucket is public by its ACL",
        why: "Everyone reads, or even writes, its objects.",
        fix: "Make the ACL private.",
        kinds: &["aws_s3_bucket"],
        run: public_acl,
    },
    Rule {
        id: "AWS-0093",
        severity: High,
        title: "Public policy of a bucket is not restricted",
        why: "A policy that is public opens the bucket to everyone.",
        fix: "Set `restrict_public_buckets = true` in an `aws_s3_bucket_public_access_block`.",
        kinds: &["aws_s3_bucket"],
        run: |look| public_access(look, "restrict_public_buckets"),
    },
    Rule {
        id: "AWS-0094",
        severity: Low,
        title: "Bucket has no block of public access",
        why: "Nothing holds a wrong ACL or policy back.",
        fix: "Add an `aws_s3_bucket_public_access_block`.",
        kinds: &["aws_s3_bucket"],
        run: no_public_access_block,
    },
    Rule {
        id: "AWS-0132",
        severity: High,
        title: "Bucket is not encrypted with a key of your own",
        why: "A key that AWS manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_master_key_id` with the algorithm `aws:kms`.",
        kinds: &["aws_s3_bucket"],
        run: own_key,
    },
    Rule {
        id: "AWS-0170",
        severity: Low,
        title: "Versions of a bucket are removed without a second factor",
        why: "A password alone removes what versions keep.",
        fix: "Set `mfa_delete = \"Enabled\"`.",
        kinds: &["aws_s3_bucket"],
        run: mfa_delete,
    },
    Rule {
        id: "AWS-0320",
        severity: Medium,
        title: "Name of a bucket has dots",
        why: "The bucket cannot be reached by its name over TLS.",
        fix: "Write dashes in place of the dots.",
        kinds: &["aws_s3_bucket"],
        run: dotted_name,
    },
];

/// The resource of a type that says more of a bucket.
fn about<'a>(all: &'a Resources, kind: &str, bucket: &Resource) -> Option<&'a Resource> {
    all.naming(kind, "bucket", bucket, "bucket").next()
}

/// The block of public access of a bucket; of several, the last.
fn public_access_block<'a>(all: &'a Resources, bucket: &Resource) -> Option<&'a Resource> {
    all.naming("aws_s3_bucket_public_access_block", "bucket", bucket, "bucket").last()
}

/// The ACL of a bucket, written in the bucket or in a resource of its own.
pub(super) fn acl<'a>(all: &'a Resources, bucket: &'a Resource) -> Field<'a> {
    let written = bucket.get("acl");
    match about(all, "aws_s3_bucket_acl", bucket) {
        Some(own) if written.is_missing() => own.get("acl"),
        _ => written,
    }
}

/// Whether an ACL opens a bucket to more than its account.
pub(super) fn is_public(acl: &str) -> bool {
    matches!(acl, "public-read" | "public-read-write" | "website" | "authenticated-read")
}

pub(super) fn logs_access(all: &Resources, bucket: &Resource) -> bool {
    bucket.block("logging").is_some() || about(all, "aws_s3_bucket_logging", bucket).is_some()
}

/// Logs of access are written to it: by its ACL, a grant, or its policy.
fn takes_logs(look: &Look<'_>) -> bool {
    by_acl(look) || by_grant(look) || by_policy(look)
}

fn by_acl(look: &Look<'_>) -> bool {
    let acl = acl(look.all, look.resource).text();
    acl.is_some_and(|acl| acl.eq_ignore_ascii_case("log-delivery-write"))
}

fn by_grant(look: &Look<'_>) -> bool {
    const GROUP: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    let own = about(look.all, "aws_s3_bucket_acl", look.resource);
    let policies = own.iter().flat_map(|acl| acl.blocks("access_control_policy"));
    let mut grants =
        policies.flat_map(|policy| policy.blocks("grant")).chain(look.resource.blocks("grant"));
    grants.any(|grant| {
        let group = grant.get("uri").text().or(grant.at("grantee.uri").text());
        let mut permissions =
            grant.get("permissions").texts().chain(grant.get("permission").texts());
        group.as_deref() == Some(GROUP)
            && permissions.any(|permission| matches!(&*permission, "WRITE" | "FULL_CONTROL"))
    })
}

fn by_policy(look: &Look<'_>) -> bool {
    let Some(own) = about(look.all, "aws_s3_bucket_policy", look.resource) else { return false };
    policy::document(own.get("policy"), look.all).is_some_and(|document| {
        document.statements.iter().any(|statement| {
            statement.allows
                && statement.services.iter().any(|name| &**name == "logging.s3.amazonaws.com")
                && statement.actions.iter().any(|name| name.eq_ignore_ascii_case("s3:PutObject"))
        })
    })
}

/// A setting of the block of public access; without one, of the bucket.
fn public_access(look: &mut Look<'_>, name: &str) {
    let bucket = look.resource;
    match public_access_block(look.all, bucket) {
        Some(block) => {
            let setting = block.get(name);
            look.fail_if(setting.bool_or(false) == Some(false), &setting);
        }
        None => look.fail(bucket),
    }
}

fn no_public_access_block(look: &mut Look<'_>) {
    let block = public_access_block(look.all, look.resource);
    look.fail_if(block.is_none(), look.resource);
}

fn public_acl(look: &mut Look<'_>) {
    let acl = acl(look.all, look.resource);
    let blocked = public_access_block(look.all, look.resource).is_some_and(|block| {
        let on = |name: &str| block.get(name).bool_or(false) != Some(false);
        on("block_public_acls") || on("ignore_public_acls")
    });
    look.fail_if(!blocked && acl.text().is_some_and(|acl| is_public(&acl)), &acl);
}

const ENCRYPTION: &str = "aws_s3_bucket_server_side_encryption_configuration";

/// The encryption of a bucket, written in the bucket or in a resource of its own, and which.
fn encryption<'a>(look: &Look<'a>) -> Option<(&'a Block, &'a Resource)> {
    match look.resource.block("server_side_encryption_configuration") {
        Some(written) => Some((written, look.resource)),
        None => about(look.all, ENCRYPTION, look.resource).map(|own| (&own.block, own)),
    }
}

fn encrypted(look: &mut Look<'_>) {
    let Some((encryption, _)) = encryption(look) else { return look.fail(look.resource) };
    let Some(rule) = encryption.block("rule") else { return look.fail(encryption) };
    match rule.block("apply_server_side_encryption_by_default") {
        Some(applied) => {
            let algorithm = applied.get("sse_algorithm");
            let known = ["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"];
            let wrong = algorithm.text_or("").is_some_and(|name| !known.contains(&&*name));
            look.fail_if(wrong, &algorithm);
        }
        None => look.fail(rule),
    }
}

/// Whole resources fail: the bucket, or the one that says how it is encrypted.
fn own_key(look: &mut Look<'_>) {
    if takes_logs(look) {
        return;
    }
    let encryption = encryption(look);
    let applied = encryption
        .and_then(|(encryption, _)| encryption.block("rule"))
        .and_then(|rule| rule.block("apply_server_side_encryption_by_default"));
    let own = applied.is_some_and(|applied| !applied.get("kms_master_key_id").is_empty());
    let place = encryption.map_or(look.resource, |(_, place)| place);
    look.fail_if(!own, place);
}

fn access_log(look: &mut Look<'_>) {
    let logged = by_acl(look) || logs_access(look.all, look.resource);
    look.fail_if(!logged, look.resource);
}

/// A lock of objects keeps their versions.
fn locks_objects(look: &Look<'_>) -> bool {
    let bucket = look.resource;
    let lock = match bucket.block("object_lock_configuration") {
        Some(written) => Some(written),
        None if bucket.get("object_lock_enabled").bool_or(false) == Some(true) => {
            let own = about(look.all, "aws_s3_bucket_object_lock_configuration", bucket);
            own.map(|own| &own.block)
        }
        None => None,
    };
    let written = bucket.block("versioning").is_some();
    let enabled = |lock: &Block| {
        lock.get("object_lock_enabled").text_or("Enabled").as_deref() == Some("Enabled")
    };
    !written && lock.is_some_and(enabled)
}

fn versioning(look: &mut Look<'_>) {
    match about(look.all, "aws_s3_bucket_versioning", look.resource) {
        Some(own) => {
            let status = own.at("versioning_configuration.status");
            if status.is_missing() {
                return look.fail(own);
            }
            let off = status.text().is_some_and(|status| !status.eq_ignore_ascii_case("Enabled"));
            look.fail_if(off, &status);
        }
        None if locks_objects(look) => {}
        None => {
            let default = look.resource.block("versioning").is_some();
            look.must_be_true("versioning.enabled", default);
        }
    }
}

/// Dots in a name do not go with the certificates of S3.
fn dotted_name(look: &mut Look<'_>) {
    let name = look.resource.get("bucket");
    look.fail_if(name.text().is_some_and(|name| name.contains('.')), &name);
}

/// Only where it is switched off in so many words: few can switch it on.
fn mfa_delete(look: &mut Look<'_>) {
    match about(look.all, "aws_s3_bucket_versioning", look.resource) {
        Some(own) => {
            let setting = own.at("versioning_configuration.mfa_delete");
            look.fail_if(setting.text().as_deref() == Some("Disabled"), &setting);
        }
        None => look.must_be_true("versioning.mfa_delete", true),
    }
}

//! EMR.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::eval::Value;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0137",
        severity: High,
        title: "EMR cluster does not encrypt what it stores",
        why: "Who gets hold of the storage reads the data.",
        fix: "Set `EnableAtRestEncryption` in the configuration.",
        kinds: &["aws_emr_security_configuration"],
        run: |look| must_be_on(look, "EnableAtRestEncryption"),
    },
    Rule {
        id: "AWS-0138",
        severity: High,
        title: "EMR cluster talks unencrypted",
        why: "Who is on the way reads and changes the data.",
        fix: "Set `EnableInTransitEncryption` in the configuration.",
        kinds: &["aws_emr_security_configuration"],
        run: |look| must_be_on(look, "EnableInTransitEncryption"),
    },
    Rule {
        id: "AWS-0139",
        severity: High,
        title: "EMR cluster does not encrypt its disks",
        why: "Who gets hold of a disk reads the data.",
        fix: "Set `LocalDiskEncryptionConfiguration` in the configuration.",
        kinds: &["aws_emr_security_configuration"],
        run: local_disks,
    },
];

/// The part of the configuration with everything about encryption.
fn setting(look: &Look<'_>, path: &[&str]) -> Option<Value> {
    let document = look.resource.get("configuration").json()?;
    let mut value = document.member("EncryptionConfiguration").cloned().unwrap_or(Value::Null);
    for part in path {
        value = value.member(part).cloned().unwrap_or(Value::Null);
    }
    Some(value)
}

fn must_be_on(look: &mut Look<'_>, name: &str) {
    let off = setting(look, &[name]).is_some_and(|value| value.to_bool() == Some(false));
    look.fail_if(off, &look.resource.get("configuration"));
}

fn local_disks(look: &mut Look<'_>) {
    let path = [
        "AtRestEncryptionConfiguration",
        "LocalDiskEncryptionConfiguration",
        "EncryptionKeyProviderType",
    ];
    let off = setting(look, &path).is_some_and(|kind| kind.as_text() == Some(""));
    look.fail_if(off, &look.resource.get("configuration"));
}

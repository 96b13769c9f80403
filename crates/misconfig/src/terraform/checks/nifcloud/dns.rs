//! Names.

use sealift_model::Severity::Critical;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "NIF-0007",
    severity: Critical,
    title: "Record that proves ownership is left",
    why: "Whoever can set the record takes the zone over.",
    fix: "Remove the record after the zone is verified.",
    kinds: &["nifcloud_dns_record"],
    run: verification,
}];

/// The record outlives the zone's owner, and so does what it proves.
fn verification(look: &mut Look<'_>) {
    let record = look.resource;
    let is_text = record.get("type").text().as_deref() == Some("TXT");
    let verifies = record.get("record").text().is_some_and(|r| r.starts_with("nifty-dns-verify="));
    look.fail_if(is_text && verifies, record);
}

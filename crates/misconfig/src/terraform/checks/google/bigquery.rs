//! BigQuery.

use sealift_model::Severity::Critical;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "GCP-0046",
    severity: Critical,
    title: "Dataset is open to everyone with an account",
    why: "Everyone who signed up with Google reads the data.",
    fix: "Name the users and groups that need it.",
    kinds: &["google_bigquery_dataset"],
    run: open_to_all,
}];

fn open_to_all(look: &mut Look<'_>) {
    for access in look.resource.blocks("access") {
        let group = access.get("special_group");
        look.fail_if(group.text().as_deref() == Some("allAuthenticatedUsers"), &group);
    }
}

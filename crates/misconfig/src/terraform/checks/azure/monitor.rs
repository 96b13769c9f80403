//! The log of activities.

use sealift_model::Severity::Medium;

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::Field;

const PROFILE: &[&str] = &["azurerm_monitor_log_profile"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0031",
        severity: Medium,
        title: "Log of activities is kept for less than a year",
        why: "What is noticed late can no longer be looked into.",
        fix: "Set `enabled = true` and `days` to 365 or more in `retention_policy`.",
        kinds: PROFILE,
        run: retention,
    },
    Rule {
        id: "AZU-0032",
        severity: Medium,
        title: "Log of activities leaves regions out",
        why: "Nobody can tell what happened in the others.",
        fix: "List every region in `locations`.",
        kinds: PROFILE,
        run: |look| must_list(look, "locations", &REGIONS),
    },
    Rule {
        id: "AZU-0033",
        severity: Medium,
        title: "Log of activities leaves activities out",
        why: "Nobody can tell who did the others.",
        fix: "List `Action`, `Delete` and `Write` in `categories`.",
        kinds: PROFILE,
        run: |look| must_list(look, "categories", &["Action", "Delete", "Write"]),
    },
];

fn retention(look: &mut Look<'_>) {
    let enabled = look.resource.at("retention_policy.enabled");
    match enabled.bool_or(false) {
        Some(false) => fail_at_field(look, enabled),
        Some(true) => {
            let days = look.resource.at("retention_policy.days");
            if days.number_or(0.0).is_some_and(|days| days < 365.0) {
                fail_at_field(look, days);
            }
        }
        None => {}
    }
}

/// A missing field fails for the whole profile.
fn fail_at_field(look: &mut Look<'_>, field: Field<'_>) {
    if field.is_missing() { look.fail(look.resource) } else { look.fail(&field) }
}

fn must_list(look: &mut Look<'_>, name: &str, wanted: &[&str]) {
    let field = look.resource.get(name);
    let listed: Vec<_> = field.texts().collect();
    let missing = wanted.iter().any(|wanted| listed.iter().all(|listed| &**listed != *wanted));
    look.fail_if(missing && !field.holds_unknown(), look.resource);
}

/// The regions that a profile may log, and so should.
const REGIONS: [&str; 68] = [
    "asia",
    "asiapacific",
    "australia",
    "australiacentral",
    "australiacentral2",
    "australiaeast",
    "australiasoutheast",
    "brazil",
    "brazilsouth",
    "brazilsoutheast",
    "canada",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "centraluseuap",
    "centralusstage",
    "eastasia",
    "eastasiastage",
    "eastus",
    "eastus2",
    "eastus2euap",
    "eastus2stage",
    "eastusstage",
    "europe",
    "francecentral",
    "francesouth",
    "germanynorth",
    "germanywestcentral",
    "global",
    "india",
    "japan",
    "japaneast",
    "japanwest",
    "jioindiacentral",
    "jioindiawest",
    "koreacentral",
    "koreasouth",
    "northcentralus",
    "northcentralusstage",
    "northeurope",
    "norwayeast",
    "norwaywest",
    "southafricanorth",
    "southafricawest",
    "southcentralus",
    "southcentralusstage",
    "southeastasia",
    "southeastasiastage",
    "southindia",
    "swedencentral",
    "swedensouth",
    "switzerlandnorth",
    "switzerlandwest",
    "uaecentral",
    "uaenorth",
    "uk",
    "uksouth",
    "ukwest",
    "unitedstates",
    "westcentralus",
    "westeurope",
    "westindia",
    "westus",
    "westus2",
    "westus2stage",
    "westus3",
    "westusstage",
];

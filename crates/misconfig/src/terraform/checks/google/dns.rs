//! DNS zones.

use sealift_model::Severity::Medium;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0012",
        severity: Medium,
        title: "Zone is signed with SHA-1",
        why: "Signatures over SHA-1 can be forged.",
        fix: "Set `algorithm = \"rsasha512\"`.",
        kinds: &["google_dns_managed_zone"],
        run: algorithm,
    },
    Rule {
        id: "GCP-0013",
        severity: Medium,
        title: "Zone is not signed",
        why: "Answers can be forged on the way.",
        fix: "Set `state = \"on\"` in `dnssec_config`.",
        kinds: &["google_dns_managed_zone"],
        run: signed,
    },
];

fn algorithm(look: &mut Look<'_>) {
    let configs = look.resource.blocks("dnssec_config");
    for key in configs.flat_map(|config| config.blocks("default_key_specs")) {
        let algorithm = key.get("algorithm");
        look.fail_if(algorithm.text().as_deref() == Some("rsasha1"), &algorithm);
    }
}

/// Private zones are asked only within networks of one's own.
fn signed(look: &mut Look<'_>) {
    let visibility = look.resource.get("visibility").text_or("public");
    if visibility.is_some_and(|visibility| &*visibility != "private") {
        look.must_be_one_of("dnssec_config.state", &["on"], "off");
    }
}

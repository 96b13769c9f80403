//! Defender for Cloud, once Security Center.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

const CONTACT: &[&str] = &["azurerm_security_center_contact"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0044",
        severity: Medium,
        title: "Severe alerts are not sent",
        why: "An attack is not noticed.",
        fix: "Set `alert_notifications = true`.",
        kinds: CONTACT,
        run: |look| look.must_be_true("alert_notifications", false),
    },
    Rule {
        id: "AZU-0045",
        severity: Low,
        title: "Resources are not watched",
        why: "The free tier does not look for attacks.",
        fix: "Set `tier = \"Standard\"`.",
        kinds: &["azurerm_security_center_subscription_pricing"],
        run: tier,
    },
    Rule {
        id: "AZU-0046",
        severity: Low,
        title: "Contact for alerts has no telephone",
        why: "Nobody can be called when there is no time for letters.",
        fix: "Set `phone`.",
        kinds: CONTACT,
        run: |look| look.must_be_given("phone"),
    },
    Rule {
        id: "AZU-0062",
        severity: Medium,
        title: "Contact for alerts has no address",
        why: "Alerts reach nobody.",
        fix: "Set `email`.",
        kinds: CONTACT,
        run: |look| look.must_be_given("email"),
    },
    Rule {
        id: "AZU-0063",
        severity: Medium,
        title: "Alerts are not sent to the contact or the administrators",
        why: "Those who could act do not hear of an attack.",
        fix: "Set `alert_notifications = true` and `alerts_to_admins = true`.",
        kinds: CONTACT,
        run: alerts,
    },
    Rule {
        id: "AZU-0064",
        severity: High,
        title: "Contact for alerts is switched off",
        why: "Alerts reach nobody.",
        fix: "Remove `is_enabled = false`.",
        kinds: CONTACT,
        // Only other ways than Terraform can switch one off today.
        run: |look| look.must_be_true("is_enabled", true),
    },
];

fn tier(look: &mut Look<'_>) {
    let tier = look.resource.get("tier");
    look.fail_if(tier.text_or("Free").as_deref() == Some("Free"), &tier);
}

fn alerts(look: &mut Look<'_>) {
    look.must_be_true("alert_notifications", false);
    look.must_be_true("alerts_to_admins", false);
}

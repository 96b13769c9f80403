//! Key vaults, their keys and secrets.

use sealift_model::Severity::{Critical, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0013",
        severity: Critical,
        title: "Key vault can be reached from anywhere",
        why: "Keys and secrets can be attacked from any address.",
        fix: "Set `default_action = \"Deny\"` in `network_acls`.",
        kinds: &["azurerm_key_vault"],
        run: |look| look.must_be_one_of("network_acls.default_action", &["Deny"], ""),
    },
    Rule {
        id: "AZU-0014",
        severity: Medium,
        title: "Key does not expire",
        why: "A key that leaked is good for ever.",
        fix: "Set `expiration_date`.",
        kinds: &["azurerm_key_vault_key"],
        run: expiry,
    },
    Rule {
        id: "AZU-0015",
        severity: Low,
        title: "Secret does not say what it is",
        why: "Whoever reads the secret has to guess how to use it.",
        fix: "Set `content_type`.",
        kinds: &["azurerm_key_vault_secret"],
        run: |look| look.must_be_given("content_type"),
    },
    Rule {
        id: "AZU-0016",
        severity: Medium,
        title: "Key vault can be emptied for good",
        why: "What is removed by mistake or in anger cannot be brought back.",
        fix: "Set `purge_protection_enabled = true`, and `soft_delete_retention_days` to 7 to 90.",
        kinds: &["azurerm_key_vault"],
        run: purge,
    },
    Rule {
        id: "AZU-0017",
        severity: Low,
        title: "Secret does not expire",
        why: "A secret that leaked is good for ever.",
        fix: "Set `expiration_date`.",
        kinds: &["azurerm_key_vault_secret"],
        run: expiry,
    },
];

/// An invalid date is like none; the first moment of the calendar means never.
fn expiry(look: &mut Look<'_>) {
    let resource = look.resource;
    let date = resource.get("expiration_date");
    match date.text() {
        Some(text) if &*text == "0001-01-01T00:00:00Z" => look.fail(&date),
        Some(text) => look.fail_if(!is_time(&text), resource),
        None => look.fail_if(date.is_missing(), resource),
    }
}

/// Whether a text has the shape of a time of RFC 3339.
fn is_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let shape: String =
        date.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let zoned = time.ends_with('Z') || time.contains('+') || time.contains('-');
    shape == "0000-00-00" && zoned && time.starts_with(|letter: char| letter.is_ascii_digit())
}

fn purge(look: &mut Look<'_>) {
    let protected = look.resource.get("purge_protection_enabled");
    match protected.bool_or(false) {
        Some(false) => look.fail(&protected),
        Some(true) => {
            let days = look.resource.get("soft_delete_retention_days");
            let kept = days.number_or(0.0);
            look.fail_if(kept.is_some_and(|kept| !(7.0..=90.0).contains(&kept)), &days);
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_time;

    #[test]
    fn times_are_told_from_other_texts() {
        assert!(is_time("2030-12-30T20:00:00Z"));
        assert!(is_time("2030-12-30T20:00:00+01:00"));
        assert!(!is_time("2030-12-30"));
        assert!(!is_time("Tomorrow"));
    }
}

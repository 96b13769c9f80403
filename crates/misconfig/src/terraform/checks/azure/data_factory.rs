//! Data factories.

use sealift_model::Severity::Critical;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AZU-0035",
    severity: Critical,
    title: "Data factory can be reached from outside",
    why: "The factory can be attacked from the internet.",
    fix: "Set `public_network_enabled = false`.",
    kinds: &["azurerm_data_factory"],
    run: |look| look.must_be_false("public_network_enabled", true),
}];

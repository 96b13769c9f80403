//! Synapse workspaces.

use sealift_model::Severity::Medium;

use super::super::Rule;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AZU-0034",
    severity: Medium,
    title: "Synapse workspace has no managed network",
    why: "Its traffic to other services is not kept apart from the internet.",
    fix: "Set `managed_virtual_network_enabled = true`.",
    kinds: &["azurerm_synapse_workspace"],
    run: |look| look.must_be_true("managed_virtual_network_enabled", false),
}];

//! Data lakes.

use sealift_model::Severity::High;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[Rule {
    id: "AZU-0036",
    severity: High,
    title: "Data lake is not encrypted",
    why: "Who gets hold of the storage reads the data.",
    fix: "Set `encryption_state = \"Enabled\"`.",
    kinds: &["azurerm_data_lake_store"],
    run: encryption,
}];

fn encryption(look: &mut Look<'_>) {
    let state = look.resource.get("encryption_state");
    look.fail_if(state.text().as_deref() == Some("Disabled"), &state);
}

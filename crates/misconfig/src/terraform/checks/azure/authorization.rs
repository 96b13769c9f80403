//! Roles.

use sealift_model::Severity::Medium;

use super::super::Rule;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0030",
        severity: Medium,
        title: "Role may do more than it names, everywhere",
        why: "Whoever gets the role may do whatever the wildcard stands for, in every subscription.",
        fix: "Name the actions, or the scopes.",
        kinds: &["azurerm_role_definition"],
        run: wildcards,
    },
    Rule {
        id: "AZU-0052",
        severity: Medium,
        title: "Role may write roles",
        why: "Whoever gets the role gives themselves any other.",
        fix: "Leave the actions of `Microsoft.Authorization/roleDefinitions` out.",
        kinds: &["azurerm_role_definition"],
        run: writes_roles,
    },
];

/// A scope `/` is every subscription.
fn wildcards(look: &mut Look<'_>) {
    let role = look.resource;
    if role.get("assignable_scopes").texts().any(|scope| &*scope == "/") {
        fail_on_actions(look, |action| action.contains('*'));
    }
}

fn writes_roles(look: &mut Look<'_>) {
    const WRITING: [&str; 4] = [
        "*",
        "Microsoft.Authorization/*",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/roleDefinitions/write",
    ];
    fail_on_actions(look, |action| WRITING.contains(&action));
}

fn fail_on_actions(look: &mut Look<'_>, wrong: fn(&str) -> bool) {
    for permissions in look.resource.blocks("permissions") {
        let actions = permissions.get("actions");
        look.fail_if(actions.texts().any(|action| wrong(&action)), &actions);
    }
}

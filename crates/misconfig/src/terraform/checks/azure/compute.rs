//! Virtual machines and their disks.

use sealift_model::Severity::{High, Medium};

use super::super::Rule;
use super::super::secrets::holds_secret;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Resource};

const MACHINES: &[&str] = &[
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_virtual_machine",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0037",
        severity: Medium,
        title: "Custom data of a virtual machine holds a secret",
        why: "Whoever may look at the machine reads its custom data.",
        fix: "Let the machine fetch the secret from a key vault.",
        kinds: MACHINES,
        run: custom_data,
    },
    Rule {
        id: "AZU-0038",
        severity: High,
        title: "Managed disk is not encrypted",
        why: "Who gets hold of the storage or a snapshot reads the data.",
        fix: "Set `enabled = true` in `encryption_settings`.",
        kinds: &["azurerm_managed_disk"],
        run: |look| look.must_be_true("encryption_settings.enabled", true),
    },
    Rule {
        id: "AZU-0039",
        severity: High,
        title: "Virtual machine takes passwords",
        why: "Passwords are guessed.",
        fix: "Set `disable_password_authentication = true` and give an SSH key.",
        kinds: &["azurerm_linux_virtual_machine", "azurerm_virtual_machine"],
        run: passwords,
    },
    Rule {
        id: "AZU-0068",
        severity: Medium,
        title: "Network interface of a virtual machine has no security group",
        why: "Nothing filters what reaches the machine.",
        fix: "Give the network interface a security group.",
        kinds: &["azurerm_network_interface"],
        run: security_group,
    },
];

/// The type of old says by a block which system it runs; without one it is not looked at.
fn is_of_known_system(machine: &Resource) -> bool {
    &*machine.kind != "azurerm_virtual_machine"
        || machine.block("os_profile_linux_config").is_some()
        || machine.block("os_profile_windows_config").is_some()
}

fn custom_data(look: &mut Look<'_>) {
    let machine = look.resource;
    if !is_of_known_system(machine) {
        return;
    }
    let profile = match &*machine.kind {
        "azurerm_virtual_machine" => machine.block("os_profile"),
        _ => None,
    };
    let data = profile.map_or(&machine.block, |profile| profile).get("custom_data");
    look.fail_if(data.text().is_some_and(|data| holds_secret(&data)), machine);
}

fn passwords(look: &mut Look<'_>) {
    let machine = look.resource;
    let config: Option<&Block> = match &*machine.kind {
        "azurerm_virtual_machine" => machine.block("os_profile_linux_config"),
        _ => Some(&machine.block),
    };
    if let Some(config) = config {
        let disabled = config.get("disable_password_authentication");
        look.fail_if(disabled.bool_or(true) == Some(false), &disabled);
    }
}

/// Only interfaces of machines. A group may be given with the interface, or bound to it.
fn security_group(look: &mut Look<'_>) {
    let (interface, all) = (look.resource, look.all);
    let of_machine = MACHINES.iter().any(|kind| {
        let mut machines = all.naming(kind, "network_interface_ids", interface, "id");
        machines.any(is_of_known_system)
    });
    let binding = "azurerm_network_interface_security_group_association";
    let bound = all.naming(binding, "network_interface_id", interface, "id").next().is_some();
    let given = !interface.get("network_security_group_id").is_empty();
    look.fail_if(of_machine && !given && !bound, interface);
}

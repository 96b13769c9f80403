//! Virtual machines.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Field};

const INSTANCE: &[&str] = &["google_compute_instance"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0030",
        severity: Medium,
        title: "Machine takes the SSH keys of the project",
        why: "One key that leaks opens every machine of the project.",
        fix: "Set `block-project-ssh-keys = true` in `metadata`.",
        kinds: INSTANCE,
        run: |look| fail_on_setting(look, "block-project-ssh-keys", false),
    },
    Rule {
        id: "GCP-0031",
        severity: High,
        title: "Machine has an address of the internet",
        why: "The machine can be attacked from the internet.",
        fix: "Remove the `access_config` block.",
        kinds: INSTANCE,
        run: public_address,
    },
    Rule {
        id: "GCP-0032",
        severity: Medium,
        title: "Serial port of the machine can be reached",
        why: "The port takes connections from any address.",
        fix: "Remove `serial-port-enable` from `metadata`.",
        kinds: INSTANCE,
        run: |look| fail_on_setting(look, "serial-port-enable", true),
    },
    Rule {
        id: "GCP-0033",
        severity: Low,
        title: "Disk of a machine is not encrypted with a key of your own",
        why: "A key that Google manages can be neither rotated nor withdrawn by you.",
        fix: "Set `kms_key_self_link`.",
        kinds: INSTANCE,
        run: disk_key,
    },
    Rule {
        id: "GCP-0036",
        severity: Medium,
        title: "Machine does not ask the accounts of the project who may log in",
        why: "Who left keeps access by the keys that were handed out.",
        fix: "Set `enable-oslogin = true` in `metadata`, or in that of the project.",
        kinds: INSTANCE,
        run: os_login,
    },
    Rule {
        id: "GCP-0041",
        severity: Medium,
        title: "Machine has no virtual TPM",
        why: "Nothing vouches for what it started with.",
        fix: "Add a `shielded_instance_config` block with `enable_vtpm = true`.",
        kinds: INSTANCE,
        run: |look| shielded(look, "enable_vtpm", true),
    },
    Rule {
        id: "GCP-0042",
        severity: Medium,
        title: "Project does not ask its accounts who may log in",
        why: "Who left keeps access by the keys that were handed out.",
        fix: "Set `enable-oslogin = true` in `metadata`.",
        kinds: &["google_compute_project_metadata"],
        run: project_os_login,
    },
    Rule {
        id: "GCP-0043",
        severity: High,
        title: "Machine passes on what is for others",
        why: "Traffic may take ways that no firewall sees.",
        fix: "Set `can_ip_forward = false`.",
        kinds: INSTANCE,
        run: |look| look.must_be_false("can_ip_forward", false),
    },
    Rule {
        id: "GCP-0044",
        severity: Critical,
        title: "Machine acts as the default service account",
        why: "That account may do nearly everything in the project.",
        fix: "Set `email` in `service_account` to an account of its own.",
        kinds: INSTANCE,
        run: default_account,
    },
    Rule {
        id: "GCP-0045",
        severity: Medium,
        title: "Machine does not watch what it starts with",
        why: "A changed boot loader or kernel is not noticed.",
        fix: "Add a `shielded_instance_config` block with `enable_integrity_monitoring = true`.",
        kinds: INSTANCE,
        run: |look| shielded(look, "enable_integrity_monitoring", true),
    },
    Rule {
        id: "GCP-0067",
        severity: Medium,
        title: "Machine starts anything",
        why: "A changed boot loader or kernel is started.",
        fix: "Add a `shielded_instance_config` block with `enable_secure_boot = true`.",
        kinds: INSTANCE,
        run: |look| shielded(look, "enable_secure_boot", false),
    },
];

/// A key of `metadata`; none where that as a whole cannot be known. Without the key the place is
/// that of the metadata.
fn setting<'a>(resource: &'a Block, key: &str) -> Option<Field<'a>> {
    let unknown = resource.get("metadata").value().is_some_and(|value| value.is_unknown());
    (!unknown).then(|| resource.at(&format!("metadata.{key}")))
}

/// Whether a setting is on: metadata are texts, and the machine takes several of them for yes.
fn is_on(setting: Field<'_>) -> Option<bool> {
    let text = setting.text_or("")?.to_lowercase();
    Some(matches!(&*text, "true" | "yes" | "y" | "1" | "on"))
}

fn fail_on_setting(look: &mut Look<'_>, key: &str, wrong: bool) {
    if let Some(setting) = setting(look.resource, key) {
        look.fail_if(is_on(setting) == Some(wrong), &setting);
    }
}

/// Without metadata, that of the project decides; with, the machine has its own.
fn os_login(look: &mut Look<'_>) {
    if !look.resource.get("metadata").is_missing() {
        fail_on_setting(look, "enable-oslogin", false);
    }
}

fn project_os_login(look: &mut Look<'_>) {
    let off = setting(look.resource, "enable-oslogin").and_then(is_on) == Some(false);
    look.fail_if(off, look.resource);
}

fn public_address(look: &mut Look<'_>) {
    for interface in look.resource.blocks("network_interface") {
        if let Some(access) = interface.block("access_config") {
            look.fail(access);
        }
    }
}

fn disk_key(look: &mut Look<'_>) {
    for kind in ["boot_disk", "attached_disk"] {
        for disk in look.resource.blocks(kind) {
            let key = disk.get("kms_key_self_link");
            look.fail_if(key.is_empty(), &key);
        }
    }
}

/// All but secure boot are on in a machine that is shielded at all.
fn shielded(look: &mut Look<'_>, name: &str, default: bool) {
    match look.resource.block("shielded_instance_config") {
        Some(config) => {
            let enabled = config.get(name);
            look.fail_if(enabled.bool_or(default) == Some(false), &enabled);
        }
        None => look.fail(look.resource),
    }
}

fn default_account(look: &mut Look<'_>) {
    if let Some(account) = look.resource.block("service_account") {
        let email = account.get("email").text_or("");
        let default = email.is_some_and(|email| {
            email.is_empty() || email.ends_with("-compute@developer.gserviceaccount.com")
        });
        look.fail_if(default, account);
    }
}

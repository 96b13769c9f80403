//! Kubernetes clusters.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use crate::terraform::checks::Look;

const CLUSTER: &[&str] = &["azurerm_kubernetes_cluster"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0040",
        severity: Medium,
        title: "AKS cluster does not log to Azure Monitor",
        why: "Nobody can tell later what happened in the cluster.",
        fix: "Add an `oms_agent` block.",
        kinds: CLUSTER,
        run: logging,
    },
    Rule {
        id: "AZU-0041",
        severity: Critical,
        title: "AKS cluster can be reached from anywhere",
        why: "The API of the cluster can be attacked from any address.",
        fix: "List the networks that need it in `authorized_ip_ranges`.",
        kinds: CLUSTER,
        run: authorized_ranges,
    },
    Rule {
        id: "AZU-0042",
        severity: High,
        title: "AKS cluster does not use roles",
        why: "Whoever reaches the API may do everything.",
        fix: "Set `role_based_access_control_enabled = true`.",
        kinds: CLUSTER,
        run: roles,
    },
    Rule {
        id: "AZU-0043",
        severity: High,
        title: "AKS cluster has no network policy",
        why: "Each pod may talk to each other.",
        fix: "Set `network_policy` in `network_profile`.",
        kinds: CLUSTER,
        run: |look| look.must_be_given("network_profile.network_policy"),
    },
    Rule {
        id: "AZU-0065",
        severity: Medium,
        title: "AKS cluster is not private",
        why: "The API of the cluster has an address of the internet.",
        fix: "Set `private_cluster_enabled = true`.",
        kinds: CLUSTER,
        run: |look| look.must_be_true("private_cluster_enabled", false),
    },
    Rule {
        id: "AZU-0066",
        severity: Low,
        title: "AKS cluster does not apply Azure Policy",
        why: "What the organisation forbids is not held back in the cluster.",
        fix: "Set `azure_policy_enabled = true`.",
        kinds: CLUSTER,
        run: policy,
    },
    Rule {
        id: "AZU-0067",
        severity: Low,
        title: "AKS cluster does not encrypt its disks with a key of your own",
        why: "A key that Azure manages can be neither rotated nor withdrawn by you.",
        fix: "Set `disk_encryption_set_id`.",
        kinds: CLUSTER,
        run: |look| look.must_be_given("disk_encryption_set_id"),
    },
];

/// Since azurerm 2.97 the block alone switches it on; before, it was an add-on.
fn logging(look: &mut Look<'_>) {
    let cluster = look.resource;
    if cluster.block("oms_agent").is_some() {
        return;
    }
    match cluster.block("addon_profile").and_then(|addons| addons.block("oms_agent")) {
        Some(agent) => {
            let enabled = agent.get("enabled");
            look.fail_if(enabled.bool_or(false) == Some(false), &enabled);
        }
        None => look.fail(cluster),
    }
}

fn authorized_ranges(look: &mut Look<'_>) {
    let cluster = look.resource;
    let public = cluster.get("private_cluster_enabled").bool_or(false) == Some(false);
    let ranges = cluster.at("api_server_access_profile.authorized_ip_ranges");
    look.fail_if(public && ranges.is_empty(), cluster);
}

/// Written in a block before azurerm 2.99; the roles of Azure itself do as well.
fn roles(look: &mut Look<'_>) {
    let cluster = look.resource;
    let mut enabled = cluster.at("role_based_access_control.enabled");
    let newer = cluster.get("role_based_access_control_enabled");
    if !newer.is_missing() {
        enabled = newer;
    }
    if enabled.bool_or(false) != Some(false) {
        return;
    }
    let azure = cluster.at("azure_active_directory_role_based_access_control.azure_rbac_enabled");
    let place = if azure.is_missing() { enabled } else { azure };
    look.fail_if(azure.bool_or(false) == Some(false), &place);
}

/// An add-on before azurerm 3.
fn policy(look: &mut Look<'_>) {
    let cluster = look.resource;
    let addon = cluster.block("addon_profile").and_then(|addons| addons.block("azure_policy"));
    match addon {
        Some(addon) if cluster.get("azure_policy_enabled").is_missing() => {
            let enabled = addon.get("enabled");
            look.fail_if(enabled.bool_or(false) == Some(false), &enabled);
        }
        _ => look.must_be_true("azure_policy_enabled", false),
    }
}

//! Kubernetes clusters.

use sealift_model::Severity::{High, Low, Medium};

use super::super::Rule;
use super::super::address::is_public;
use crate::terraform::checks::Look;
use crate::terraform::model::{Field, Resource, Resources};

const CLUSTER: &[&str] = &["google_container_cluster"];
const POOL: &[&str] = &["google_container_node_pool"];
const BOTH: &[&str] = &["google_container_cluster", "google_container_node_pool"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0048",
        severity: High,
        title: "Nodes answer on the old metadata endpoints",
        why: "Those give credentials away to requests that a pod was tricked into.",
        fix: "Set `disable-legacy-endpoints = true` in `metadata` of `node_config`.",
        kinds: CLUSTER,
        run: legacy_endpoints,
    },
    Rule {
        id: "GCP-0049",
        severity: Low,
        title: "Cluster does not give its pods addresses of the network",
        why: "Pods cannot be reached by firewalls and private services as such.",
        fix: "Add an `ip_allocation_policy` block.",
        kinds: CLUSTER,
        run: |look| must_have(look, "ip_allocation_policy"),
    },
    Rule {
        id: "GCP-0050",
        severity: Medium,
        title: "Nodes act as the default service account",
        why: "That account may do nearly everything in the project.",
        fix: "Set `service_account` in `node_config`.",
        kinds: BOTH,
        run: service_account,
    },
    Rule {
        id: "GCP-0051",
        severity: Low,
        title: "Cluster has no labels",
        why: "Nobody can tell later whose it is.",
        fix: "Set `resource_labels`.",
        kinds: CLUSTER,
        run: labels,
    },
    Rule {
        id: "GCP-0052",
        severity: Low,
        title: "Cluster is not monitored by Google Cloud",
        why: "What goes wrong in it cannot be seen.",
        fix: "Leave `monitoring_service` out.",
        kinds: CLUSTER,
        run: |look| must_be_default(look, "monitoring_service", MONITORING),
    },
    Rule {
        id: "GCP-0053",
        severity: High,
        title: "Cluster can be reached from the internet",
        why: "The API of the cluster can be attacked.",
        fix: "Name private networks in `master_authorized_networks_config`.",
        kinds: CLUSTER,
        run: public_networks,
    },
    Rule {
        id: "GCP-0054",
        severity: Low,
        title: "Nodes do not run the system that is made for containers",
        why: "Other systems bring more that can be attacked.",
        fix: "Set `image_type = \"COS_CONTAINERD\"` in `node_config`.",
        kinds: BOTH,
        run: image_type,
    },
    Rule {
        id: "GCP-0055",
        severity: High,
        title: "Nodes are not shielded",
        why: "A machine may pass for a node.",
        fix: "Set `enable_shielded_nodes = true`.",
        kinds: CLUSTER,
        run: |look| look.must_be_true("enable_shielded_nodes", true),
    },
    Rule {
        id: "GCP-0056",
        severity: Medium,
        title: "Cluster has no network policy",
        why: "Each pod may talk to each other.",
        fix: "Set `enabled = true` in `network_policy`.",
        kinds: CLUSTER,
        run: network_policy,
    },
    Rule {
        id: "GCP-0057",
        severity: High,
        title: "Pods read the metadata of their node",
        why: "Those hold the credentials of the node.",
        fix: "Set `mode = \"GKE_METADATA\"` in `workload_metadata_config`.",
        kinds: BOTH,
        run: node_metadata,
    },
    Rule {
        id: "GCP-0058",
        severity: Low,
        title: "Nodes are not upgraded by themselves",
        why: "What is found in their version stays open.",
        fix: "Set `auto_upgrade = true` in `management`.",
        kinds: POOL,
        run: |look| managed(look, "management.auto_upgrade"),
    },
    Rule {
        id: "GCP-0059",
        severity: Medium,
        title: "Nodes have addresses of the internet",
        why: "The nodes can be attacked from the internet.",
        fix: "Set `enable_private_nodes = true` in `private_cluster_config`.",
        kinds: CLUSTER,
        run: |look| look.must_be_true("private_cluster_config.enable_private_nodes", false),
    },
    Rule {
        id: "GCP-0060",
        severity: Low,
        title: "Cluster does not log to Google Cloud",
        why: "Nobody can tell later what happened in it.",
        fix: "Leave `logging_service` out.",
        kinds: CLUSTER,
        run: |look| must_be_default(look, "logging_service", LOGGING),
    },
    Rule {
        id: "GCP-0061",
        severity: High,
        title: "Cluster can be reached from anywhere",
        why: "The API of the cluster can be attacked from any address.",
        fix: "Add a `master_authorized_networks_config` block.",
        kinds: CLUSTER,
        run: |look| must_have(look, "master_authorized_networks_config"),
    },
    Rule {
        id: "GCP-0062",
        severity: High,
        title: "Cluster grants rights the old way",
        why: "Rights by attribute are wide and bypass roles.",
        fix: "Set `enable_legacy_abac = false`.",
        kinds: CLUSTER,
        run: |look| look.must_be_false("enable_legacy_abac", false),
    },
    Rule {
        id: "GCP-0063",
        severity: Low,
        title: "Nodes are not repaired by themselves",
        why: "Broken nodes stay in the cluster.",
        fix: "Set `auto_repair = true` in `management`.",
        kinds: POOL,
        run: |look| managed(look, "management.auto_repair"),
    },
    Rule {
        id: "GCP-0064",
        severity: High,
        title: "Cluster takes passwords or certificates of its own",
        why: "They neither expire with an account nor are easily withdrawn.",
        fix: "Leave `username` and `issue_client_certificate` out of `master_auth`.",
        kinds: CLUSTER,
        run: own_logins,
    },
];

const LOGGING: &str = "logging.googleapis.com/kubernetes";
const MONITORING: &str = "monitoring.googleapis.com/kubernetes";

/// The pools of a cluster that are resources of their own.
fn pools<'a>(cluster: &'a Resource, all: &'a Resources) -> impl Iterator<Item = &'a Resource> {
    all.naming("google_container_node_pool", "cluster", cluster, "name")
}

/// Whether it is a pool of a cluster that is described elsewhere: that may say what it leaves out.
fn is_alone(look: &Look<'_>) -> bool {
    let pool = look.resource;
    &*pool.kind == "google_container_node_pool" && cluster_of(pool, look.all).is_none()
}

/// The resource that defines the nodes of a cluster: its first pool, or without one the cluster.
/// For a pool, it is the pool itself.
fn of_nodes<'a>(look: &Look<'a>) -> &'a Resource {
    let resource = look.resource;
    match &*resource.kind {
        "google_container_cluster" => pools(resource, look.all).next().unwrap_or(resource),
        _ => resource,
    }
}

fn cluster_of<'a>(pool: &'a Resource, all: &'a Resources) -> Option<&'a Resource> {
    all.named_by(pool.get("cluster"), "google_container_cluster", "name")
}

/// Google looks after the nodes of such a cluster.
fn is_autopilot(cluster: &Resource) -> bool {
    cluster.get("enable_autopilot").bool_or(false) != Some(false)
}

fn drops_default_pool(cluster: &Resource) -> bool {
    cluster.get("remove_default_node_pool").bool_or(false) != Some(false)
}

fn must_have(look: &mut Look<'_>, kind: &str) {
    look.fail_if(look.resource.block(kind).is_none(), look.resource);
}

fn must_be_default(look: &mut Look<'_>, name: &str, default: &str) {
    look.must_be_one_of(name, &[default], default);
}

/// All pools count where the one that comes with the cluster is removed.
fn legacy_endpoints(look: &mut Look<'_>) {
    let cluster = look.resource;
    if is_autopilot(cluster) {
        return;
    }
    let owners: Vec<&Resource> = if drops_default_pool(cluster) {
        pools(cluster, look.all).collect()
    } else {
        vec![of_nodes(look)]
    };
    for owner in owners {
        let metadata = owner.at("node_config.metadata");
        let disabled = owner.at("node_config.metadata.disable-legacy-endpoints");
        match disabled.value() {
            Some(_) => look.fail_if(disabled.bool_or(false) == Some(false), &disabled),
            None if metadata.holds_unknown() => {}
            None => match owner.block("node_config") {
                Some(config) => look.fail(config),
                None => look.fail(owner),
            },
        }
    }
}

/// If Google makes the nodes, the account is set elsewhere.
fn service_account(look: &mut Look<'_>) {
    let resource = look.resource;
    let nodes = of_nodes(look).at("node_config.service_account");
    let account = if &*resource.kind == "google_container_node_pool" {
        match cluster_of(resource, look.all) {
            Some(cluster) if !is_autopilot(cluster) => nodes,
            _ => return,
        }
    } else if is_autopilot(resource)
        || resource.at("cluster_autoscaling.enabled").bool_or(false) != Some(false)
    {
        resource.at("cluster_autoscaling.auto_provisioning_defaults.service_account")
    } else if drops_default_pool(resource) {
        return;
    } else {
        nodes
    };
    look.fail_if(account.is_empty(), &nodes);
}

fn labels(look: &mut Look<'_>) {
    let labels = look.resource.get("resource_labels");
    let none = labels
        .value()
        .is_none_or(|labels| labels.as_object().is_some_and(|labels| labels.is_empty()));
    look.fail_if(none, &labels);
}

fn public_networks(look: &mut Look<'_>) {
    let configs = look.resource.blocks("master_authorized_networks_config");
    for network in configs.flat_map(|config| config.blocks("cidr_blocks")) {
        let cidr = network.get("cidr_block");
        look.fail_if(cidr.texts().any(|cidr| is_public(&cidr)), &cidr);
    }
}

/// A cluster that says nothing gets the right one; a pool that says nothing may not.
fn image_type(look: &mut Look<'_>) {
    if is_alone(look) {
        return;
    }
    let image = of_nodes(look).at("node_config.image_type");
    let may_be_left_out = &*look.resource.kind == "google_container_cluster";
    let wrong = image.text_or("").is_some_and(|image| match &*image.to_lowercase() {
        "cos" | "cos_containerd" => false,
        "" => !may_be_left_out,
        _ => true,
    });
    look.fail_if(wrong, &image);
}

/// The newer data path has policies built in.
fn network_policy(look: &mut Look<'_>) {
    let cluster = look.resource;
    let path = cluster.get("datapath_provider").text_or("");
    let built_in = path.is_none_or(|path| &*path == "ADVANCED_DATAPATH");
    if !built_in && !is_autopilot(cluster) {
        look.must_be_true("network_policy.enabled", false);
    }
}

/// Called `node_metadata` before version 4 of the provider.
fn node_metadata(look: &mut Look<'_>) {
    let nodes = of_nodes(look);
    if is_alone(look) || nodes.block("node_config").is_none() {
        return;
    }
    let older = nodes.at("node_config.workload_metadata_config.node_metadata");
    let mode = if older.is_missing() {
        nodes.at("node_config.workload_metadata_config.mode")
    } else {
        older
    };
    let wrong = mode.text_or("UNSPECIFIED").is_some_and(|mode| {
        matches!(&*mode, "UNSPECIFIED" | "MODE_UNSPECIFIED" | "EXPOSE" | "GCE_METADATA")
    });
    look.fail_if(wrong, &mode);
}

fn managed(look: &mut Look<'_>, path: &str) {
    if !is_alone(look) {
        look.must_be_true(path, false);
    }
}

fn own_logins(look: &mut Look<'_>) {
    let certificate =
        look.resource.at("master_auth.client_certificate_config.issue_client_certificate");
    match certificate.bool_or(false) {
        Some(true) => look.fail(&certificate),
        Some(false) => {
            let name: Field<'_> = look.resource.at("master_auth.username");
            look.fail_if(name.text().is_some_and(|name| !name.is_empty()), &name);
        }
        None => {}
    }
}

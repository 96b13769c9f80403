//! Droplets, firewalls, load balancers, clusters.

use sealift_model::Severity::{Critical, High, Medium};

use super::super::Rule;
use super::super::network::is_wide_and_public;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "DIG-0001",
        severity: Critical,
        title: "Firewall lets traffic in from anywhere",
        why: "Whatever listens there can be attacked from the internet.",
        fix: "Name the networks that need it in `source_addresses`.",
        kinds: &["digitalocean_firewall"],
        run: |look| open(look, "inbound_rule", "source_addresses"),
    },
    Rule {
        id: "DIG-0002",
        severity: Critical,
        title: "Load balancer listens to plain HTTP",
        why: "Who is on the way reads and changes the traffic.",
        fix: "Set `redirect_http_to_https = true`, or listen to HTTPS.",
        kinds: &["digitalocean_loadbalancer"],
        run: plain_http,
    },
    Rule {
        id: "DIG-0003",
        severity: Critical,
        title: "Firewall lets traffic out to anywhere",
        why: "What got in can send data out.",
        fix: "Name the networks that are needed in `destination_addresses`.",
        kinds: &["digitalocean_firewall"],
        run: |look| open(look, "outbound_rule", "destination_addresses"),
    },
    Rule {
        id: "DIG-0004",
        severity: High,
        title: "Droplet is opened by a password",
        why: "Passwords can be guessed.",
        fix: "Set `ssh_keys`.",
        kinds: &["digitalocean_droplet"],
        run: |look| look.must_be_given("ssh_keys"),
    },
    Rule {
        id: "DIG-0005",
        severity: Medium,
        title: "Cluster is upgraded without spare nodes",
        why: "Workloads stand still while their node is upgraded.",
        fix: "Set `surge_upgrade = true`.",
        kinds: &["digitalocean_kubernetes_cluster"],
        run: |look| look.must_be_true("surge_upgrade", false),
    },
    Rule {
        id: "DIG-0008",
        severity: Critical,
        title: "Cluster is not upgraded by itself",
        why: "Known vulnerabilities stay open.",
        fix: "Set `auto_upgrade = true`.",
        kinds: &["digitalocean_kubernetes_cluster"],
        run: |look| look.must_be_true("auto_upgrade", false),
    },
];

fn open(look: &mut Look<'_>, rule: &str, addresses: &str) {
    for rule in look.resource.blocks(rule) {
        let addresses = rule.get(addresses);
        look.fail_if(addresses.texts().any(|address| is_wide_and_public(&address)), &addresses);
    }
}

fn plain_http(look: &mut Look<'_>) {
    if look.resource.get("redirect_http_to_https").bool_or(false) != Some(false) {
        return;
    }
    for rule in look.resource.blocks("forwarding_rule") {
        let protocol = rule.get("entry_protocol");
        look.fail_if(protocol.text().as_deref() == Some("http"), &protocol);
    }
}

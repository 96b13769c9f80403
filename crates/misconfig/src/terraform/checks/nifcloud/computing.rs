//! Instances and security groups.

use sealift_model::Severity::{Critical, Low};

use super::super::Rule;
use super::super::network::{is_public, is_wide_and_public};
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "NIF-0001",
        severity: Critical,
        title: "Security group lets traffic in from anywhere",
        why: "Whatever listens there can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &["nifcloud_security_group_rule"],
        run: open,
    },
    Rule {
        id: "NIF-0002",
        severity: Low,
        title: "Security group has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["nifcloud_security_group"],
        run: |look| look.must_be_described(),
    },
    Rule {
        id: "NIF-0003",
        severity: Low,
        title: "Rule of a security group has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["nifcloud_security_group_rule"],
        run: rule_description,
    },
    Rule {
        id: "NIF-0004",
        severity: Critical,
        title: "Instance has no security group",
        why: "Nothing filters what reaches it.",
        fix: "Set `security_group`.",
        kinds: &["nifcloud_instance"],
        run: |look| look.must_be_given("security_group"),
    },
    Rule {
        id: "NIF-0005",
        severity: Low,
        title: "Instance is in the shared network",
        why: "Other customers share the network.",
        fix: "Use a private network.",
        kinds: &["nifcloud_instance"],
        run: shared_network,
    },
];

/// The network that every customer of a zone shares.
pub(super) const SHARED: &str = "net-COMMON_PRIVATE";

pub(super) fn shared_network(look: &mut Look<'_>) {
    for interface in look.resource.blocks("network_interface") {
        let network = interface.get("network_id");
        look.fail_if(network.text().as_deref() == Some(SHARED), &network);
    }
}

fn open(look: &mut Look<'_>) {
    if look.resource.get("type").text().as_deref() == Some("IN") {
        let cidr = look.resource.get("cidr_ip");
        look.fail_if(cidr.text().is_some_and(|cidr| is_public(&cidr)), &cidr);
    }
}

/// A rule without a direction is none.
fn rule_description(look: &mut Look<'_>) {
    if !look.resource.get("type").is_missing() {
        look.must_be_given("description");
    }
}

/// The rules inside a group of another service.
pub(super) fn open_rules(look: &mut Look<'_>) {
    for rule in look.resource.blocks("rule") {
        let cidr = rule.get("cidr_ip");
        look.fail_if(cidr.text().is_some_and(|cidr| is_wide_and_public(&cidr)), &cidr);
    }
}

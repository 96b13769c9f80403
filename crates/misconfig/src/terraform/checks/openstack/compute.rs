//! Instances, firewalls, security groups.

use sealift_model::Severity::Medium;

use super::super::Rule;
use super::super::network::{is_public, is_wide_and_public};
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "OPNSTK-0001",
        severity: Medium,
        title: "Instance has its password in the configuration",
        why: "Who reads the configuration or its state can log in.",
        fix: "Use keys.",
        kinds: &["openstack_compute_instance_v2"],
        run: password,
    },
    Rule {
        id: "OPNSTK-0002",
        severity: Medium,
        title: "Firewall rule allows traffic from or to anywhere",
        why: "More can pass than is needed.",
        fix: "Name the addresses.",
        kinds: &["openstack_fw_rule_v1", "openstack_fw_rule_v2"],
        run: firewall,
    },
    Rule {
        id: "OPNSTK-0003",
        severity: Medium,
        title: "Security group lets traffic in from anywhere",
        why: "Whatever listens there can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &["openstack_networking_secgroup_rule_v2"],
        run: |look| open(look, "ingress"),
    },
    Rule {
        id: "OPNSTK-0004",
        severity: Medium,
        title: "Security group lets traffic out to anywhere",
        why: "What got in can send data out.",
        fix: "Name the networks that are needed.",
        kinds: &["openstack_networking_secgroup_rule_v2"],
        run: |look| open(look, "egress"),
    },
    Rule {
        id: "OPNSTK-0005",
        severity: Medium,
        title: "Security group has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["openstack_networking_secgroup_v2"],
        run: |look| look.must_be_given("description"),
    },
];

fn firewall(look: &mut Look<'_>) {
    let rule = look.resource;
    let allows = rule.get("action").text().as_deref() == Some("allow");
    if !allows || rule.get("enabled").bool_or(true) != Some(true) {
        return;
    }
    for name in ["source_ip_address", "destination_ip_address"] {
        let address = rule.get(name);
        let open = address.text().is_some_and(|address| is_public(&address));
        look.fail_if(open || address.is_empty(), &address);
    }
}

fn open(look: &mut Look<'_>, direction: &str) {
    if look.resource.get("direction").text().as_deref() == Some(direction) {
        let prefix = look.resource.get("remote_ip_prefix");
        look.fail_if(prefix.text().is_some_and(|prefix| is_wide_and_public(&prefix)), &prefix);
    }
}

fn password(look: &mut Look<'_>) {
    let password = look.resource.get("admin_pass");
    look.fail_if(password.text().is_some_and(|password| !password.is_empty()), &password);
}

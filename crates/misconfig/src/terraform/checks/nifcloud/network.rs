//! Routers, gateways, load balancers.

use sealift_model::Severity::{Critical, Low};

use super::super::Rule;
use super::computing::shared_network;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "NIF-0016",
        severity: Critical,
        title: "Router has no security group",
        why: "Nothing filters what reaches it.",
        fix: "Set `security_group`.",
        kinds: &["nifcloud_router"],
        run: |look| look.must_be_given("security_group"),
    },
    Rule {
        id: "NIF-0017",
        severity: Low,
        title: "Router is in the shared network",
        why: "Other customers share the network.",
        fix: "Use a private network.",
        kinds: &["nifcloud_router"],
        run: shared_network,
    },
    Rule {
        id: "NIF-0018",
        severity: Critical,
        title: "VPN gateway has no security group",
        why: "Nothing filters what reaches it.",
        fix: "Set `security_group`.",
        kinds: &["nifcloud_vpn_gateway"],
        run: |look| look.must_be_given("security_group"),
    },
    Rule {
        id: "NIF-0019",
        severity: Low,
        title: "Load balancer is in the shared network",
        why: "Other customers share the network.",
        fix: "Use a private network.",
        kinds: &["nifcloud_elb"],
        run: shared_network,
    },
    Rule {
        id: "NIF-0020",
        severity: Critical,
        title: "Load balancer accepts outdated TLS",
        why: "Versions of TLS before 1.2 have known weaknesses.",
        fix: "Choose a policy that begins with TLS 1.2.",
        kinds: &["nifcloud_load_balancer", "nifcloud_load_balancer_listener"],
        run: outdated_tls,
    },
    Rule {
        id: "NIF-0021",
        severity: Critical,
        title: "Load balancer listens to plain HTTP",
        why: "Who is on the way reads and changes the traffic.",
        fix: "Listen to HTTPS.",
        kinds: &["nifcloud_elb", "nifcloud_load_balancer", "nifcloud_load_balancer_listener"],
        run: |look| {
            if look.resource.get("load_balancer_port").is_missing() {
                plain_http(look);
            } else {
                plain_port(look);
            }
        },
    },
];

/// Policies that still offer ciphers or protocols with known weaknesses, by name and by number; no
/// policy means the first.
const OUTDATED: &[&str] = &[
    "",
    "1",
    "2",
    "3",
    "5",
    "8",
    "Standard Ciphers A ver1",
    "Standard Ciphers B ver1",
    "Standard Ciphers C ver1",
    "Ats Ciphers A ver1",
    "Ats Ciphers D ver1",
];

fn outdated_tls(look: &mut Look<'_>) {
    if look.resource.get("load_balancer_port").number_or(0.0) != Some(443.0) {
        return;
    }
    let by_name = look.resource.get("ssl_policy_name");
    let policy = if by_name.is_missing() { look.resource.get("ssl_policy_id") } else { by_name };
    let outdated = policy.text_or("").is_some_and(|policy| OUTDATED.contains(&&*policy));
    look.fail_if(outdated, &policy);
}

/// For load balancers that are reachable from outside, also each listener.
fn plain_http(look: &mut Look<'_>) {
    let balancer = look.resource;
    let public = balancer.blocks("network_interface").any(|interface| {
        interface.get("network_id").text().as_deref() == Some("net-COMMON_GLOBAL")
            && interface.get("is_vip_network").bool_or(true) == Some(true)
    });
    if !public {
        return;
    }
    let listeners = look.all.naming("nifcloud_elb_listener", "elb_id", balancer, "elb_name");
    for listener in std::iter::once(balancer).chain(listeners) {
        let protocol = listener.get("protocol");
        look.fail_if(protocol.text().as_deref() == Some("HTTP"), &protocol);
    }
}

fn plain_port(look: &mut Look<'_>) {
    let port = look.resource.get("load_balancer_port");
    look.fail_if(port.number_or(0.0) == Some(80.0), &port);
}

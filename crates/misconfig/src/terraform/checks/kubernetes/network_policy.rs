//! Network policies.

use sealift_model::Severity::High;

use super::super::Rule;
use super::super::network::is_anywhere;
use crate::terraform::checks::Look;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "KUBE-0001",
        severity: High,
        title: "Network policy lets traffic in from anywhere",
        why: "What the pods serve can be attacked from the internet.",
        fix: "Name the networks that need it in `ip_block`.",
        kinds: &["kubernetes_network_policy", "kubernetes_network_policy_v1"],
        run: |look| open(look, "ingress", "from"),
    },
    Rule {
        id: "KUBE-0002",
        severity: High,
        title: "Network policy lets traffic out to anywhere",
        why: "What got in can send data out.",
        fix: "Name the networks that are needed in `ip_block`.",
        kinds: &["kubernetes_network_policy", "kubernetes_network_policy_v1"],
        run: |look| open(look, "egress", "to"),
    },
];

fn open(look: &mut Look<'_>, direction: &str, peers: &str) {
    let rules = look.resource.blocks("spec").flat_map(|spec| spec.blocks(direction));
    for peer in rules.flat_map(|rule| rule.blocks(peers)) {
        let cidr = peer.at("ip_block.cidr");
        look.fail_if(cidr.text().is_some_and(|cidr| is_anywhere(&cidr)), &cidr);
    }
}

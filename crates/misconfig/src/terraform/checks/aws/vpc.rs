//! Networks.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use super::super::network::{Ports, is_anywhere};
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Resource};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AWS-0099",
        severity: Low,
        title: "Security group has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &["aws_security_group"],
        run: |look| look.must_be_described(),
    },
    Rule {
        id: "AWS-0101",
        severity: High,
        title: "Default VPC is used",
        why: "Its rules are wide, and whatever names no network lands there.",
        fix: "Use a VPC of your own.",
        kinds: &["aws_default_vpc"],
        run: |look| look.fail(look.resource),
    },
    Rule {
        id: "AWS-0102",
        severity: Critical,
        title: "Network ACL allows every protocol",
        why: "More can pass than is needed.",
        fix: "Name the protocol and its ports.",
        kinds: &["aws_network_acl_rule", "aws_network_acl"],
        run: acl_protocol,
    },
    Rule {
        id: "AWS-0104",
        severity: Critical,
        title: "Security group allows traffic to anywhere",
        why: "What got in can send data out.",
        fix: "Name the networks that are needed.",
        kinds: &[
            "aws_security_group",
            "aws_default_security_group",
            "aws_security_group_rule",
            "aws_vpc_security_group_egress_rule",
        ],
        run: open_egress,
    },
    Rule {
        id: "AWS-0105",
        severity: Medium,
        title: "Network ACL allows SSH or remote desktop from anywhere",
        why: "Logins can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &["aws_network_acl_rule", "aws_network_acl"],
        run: acl_open,
    },
    Rule {
        id: "AWS-0107",
        severity: High,
        title: "Security group allows SSH or remote desktop from anywhere",
        why: "Logins can be attacked from the internet.",
        fix: "Name the networks that need it.",
        kinds: &[
            "aws_security_group",
            "aws_default_security_group",
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
        ],
        run: open_ingress,
    },
    Rule {
        id: "AWS-0124",
        severity: Low,
        title: "Rule of a security group has no description",
        why: "Nobody can tell later what it is for.",
        fix: "Set `description`.",
        kinds: &[
            "aws_security_group",
            "aws_default_security_group",
            "aws_security_group_rule",
            "aws_vpc_security_group_ingress_rule",
            "aws_vpc_security_group_egress_rule",
        ],
        run: rule_description,
    },
    Rule {
        id: "AWS-0164",
        severity: High,
        title: "Subnet gives its instances a public address",
        why: "The instances can be reached from the internet.",
        fix: "Set `map_public_ip_on_launch = false`.",
        kinds: &["aws_subnet"],
        run: |look| look.must_be_false("map_public_ip_on_launch", false),
    },
    Rule {
        id: "AWS-0178",
        severity: Medium,
        title: "VPC has no flow log",
        why: "Nobody can tell later who talked to whom.",
        fix: "Add an `aws_flow_log` of the VPC.",
        kinds: &["aws_vpc", "aws_default_vpc"],
        run: flow_log,
    },
];

/// The rules that a resource of some kind makes in a direction: `ingress` or `egress`.
fn rules<'a>(resource: &'a Resource, direction: &'a str) -> Vec<&'a Block> {
    match &*resource.kind {
        "aws_security_group_rule" => {
            let same = resource.get("type").text().as_deref() == Some(direction);
            same.then_some(&resource.block).into_iter().collect()
        }
        "aws_vpc_security_group_ingress_rule" if direction == "ingress" => vec![&resource.block],
        "aws_vpc_security_group_egress_rule" if direction == "egress" => vec![&resource.block],
        kind if kind.ends_with("security_group") => resource.blocks(direction).collect(),
        _ => Vec::new(),
    }
}

/// Attributes with networks.
const CIDRS: [&str; 4] = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"];

fn is_ssh_or_rdp(rule: &Block, protocol: &str) -> bool {
    let Some(protocol) = rule.get(protocol).text() else { return false };
    match &*protocol.to_lowercase() {
        // The ports do not matter: the protocol's number means all of them.
        "-1" | "all" => true,
        "tcp" | "6" | "udp" | "17" => {
            let ports = Ports::between(rule.get("from_port"), rule.get("to_port"));
            ports.is_some_and(|ports| ports.has(22) || ports.has(3389))
        }
        _ => false,
    }
}

fn open_ingress(look: &mut Look<'_>) {
    for rule in rules(look.resource, "ingress") {
        let protocol =
            if rule.get("ip_protocol").is_missing() { "protocol" } else { "ip_protocol" };
        if is_ssh_or_rdp(rule, protocol) {
            open_to_all(look, rule);
        }
    }
}

fn open_egress(look: &mut Look<'_>) {
    for rule in rules(look.resource, "egress") {
        open_to_all(look, rule);
    }
}

fn open_to_all(look: &mut Look<'_>, rule: &Block) {
    for name in CIDRS {
        let cidrs = rule.get(name);
        look.fail_if(cidrs.texts().any(|cidr| is_anywhere(&cidr)), &cidrs);
    }
}

fn rule_description(look: &mut Look<'_>) {
    for direction in ["ingress", "egress"] {
        for rule in rules(look.resource, direction) {
            look.must_describe(rule);
        }
    }
}

/// The rules of network access lists that allow something.
fn acl_rules(resource: &Resource) -> Vec<(&Block, bool)> {
    let allows = |rule: &Block, attribute: &str| {
        rule.get(attribute).text().is_some_and(|action| action.eq_ignore_ascii_case("allow"))
    };
    match &*resource.kind {
        "aws_network_acl_rule" => {
            let ingress = resource.get("egress").bool_or(false) == Some(false);
            let rule = allows(resource, "rule_action").then_some((&resource.block, ingress));
            rule.into_iter().collect()
        }
        _ => [("ingress", true), ("egress", false)]
            .into_iter()
            .flat_map(|(kind, ingress)| resource.blocks(kind).map(move |rule| (rule, ingress)))
            .filter(|(rule, _)| allows(rule, "action"))
            .collect(),
    }
}

fn acl_protocol(look: &mut Look<'_>) {
    for (rule, _) in acl_rules(look.resource) {
        let protocol = rule.get("protocol");
        let all = protocol.text().is_some_and(|protocol| matches!(&*protocol, "all" | "-1"));
        look.fail_if(all, &protocol);
    }
}

fn acl_open(look: &mut Look<'_>) {
    for (rule, ingress) in acl_rules(look.resource) {
        if ingress && is_ssh_or_rdp(rule, "protocol") {
            for name in ["cidr_block", "ipv6_cidr_block"] {
                let cidr = rule.get(name);
                look.fail_if(cidr.text().is_some_and(|cidr| is_anywhere(&cidr)), &cidr);
            }
        }
    }
}

fn flow_log(look: &mut Look<'_>) {
    let logged = look.all.naming("aws_flow_log", "vpc_id", look.resource, "id").next().is_some();
    look.fail_if(!logged, look.resource);
}

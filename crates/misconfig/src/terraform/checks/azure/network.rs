//! Networks: security groups, interfaces, and flow logs.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use super::super::network::is_anywhere;
use crate::terraform::checks::Look;
use crate::terraform::model::{Block, Field, Resource};

const GROUPS: &[&str] = &["azurerm_network_security_group", "azurerm_network_security_rule"];
const INTERFACE: &[&str] = &["azurerm_network_interface"];
const FLOW_LOG: &[&str] = &["azurerm_network_watcher_flow_log"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AZU-0047",
        severity: Critical,
        title: "Security group lets traffic in from anywhere",
        why: "What is behind it can be attacked from any address.",
        fix: "Name the networks that need it in `source_address_prefixes`.",
        kinds: GROUPS,
        run: |look| ingress(look, |_| true),
    },
    Rule {
        id: "AZU-0048",
        severity: Critical,
        title: "Remote desktops can be reached from anywhere",
        why: "Passwords of desktops are guessed all over the internet.",
        fix: "Name the networks that need port 3389, or use a bastion.",
        kinds: GROUPS,
        run: |look| ingress(look, |rule| opens(rule, &[3389])),
    },
    Rule {
        id: "AZU-0049",
        severity: Low,
        title: "Log of what flows is kept for less than 90 days",
        why: "What is noticed late can no longer be looked into.",
        fix: "Set `enabled = true` and `days` to 90 or more in `retention_policy`.",
        kinds: FLOW_LOG,
        run: retention,
    },
    Rule {
        id: "AZU-0050",
        severity: Critical,
        title: "SSH can be reached from anywhere",
        why: "Passwords and keys of SSH are guessed all over the internet.",
        fix: "Name the networks that need port 22.",
        kinds: GROUPS,
        run: |look| ingress(look, |rule| opens(rule, &[22])),
    },
    Rule {
        id: "AZU-0051",
        severity: Critical,
        title: "Security group lets traffic out to anywhere",
        why: "Whoever breaks in sends data wherever they like.",
        fix: "Name the networks that are needed in `destination_address_prefixes`.",
        kinds: GROUPS,
        run: egress,
    },
    Rule {
        id: "AZU-0073",
        severity: Medium,
        title: "Log of what flows is switched off",
        why: "Nobody can tell later who talked to whom.",
        fix: "Set `enabled = true`.",
        kinds: FLOW_LOG,
        run: |look| look.must_be_true("enabled", false),
    },
    Rule {
        id: "AZU-0074",
        severity: High,
        title: "Port of a service for the inside can be reached from anywhere",
        why: "Databases, mail and file services are attacked where they can be reached.",
        fix: "Name the networks that need the port.",
        kinds: GROUPS,
        run: |look| ingress(look, |rule| opens(rule, &INTERNAL_PORTS)),
    },
    Rule {
        id: "AZU-0075",
        severity: Medium,
        title: "Network interface passes on what is for others",
        why: "Traffic may take ways that no security group sees.",
        fix: "Set `ip_forwarding_enabled = false`.",
        kinds: INTERFACE,
        run: forwarding,
    },
    Rule {
        id: "AZU-0076",
        severity: Medium,
        title: "Network interface has an address of the internet",
        why: "The machine can be reached from the internet.",
        fix: "Leave `public_ip_address_id` out.",
        kinds: INTERFACE,
        run: public_address,
    },
];

/// FTP, Telnet, SMTP, DNS, POP3, RPC, NetBIOS, IMAP, SNMP, LDAP, SQL Server, Oracle, MySQL,
/// PostgreSQL, Redis.
const INTERNAL_PORTS: [u16; 19] =
    [20, 21, 23, 25, 53, 110, 135, 139, 143, 161, 389, 636, 993, 995, 1433, 1521, 3306, 5432, 6379];

/// The rules of a group, or the one that a resource is.
fn rules(resource: &Resource) -> Vec<&Block> {
    match &*resource.kind {
        "azurerm_network_security_rule" => vec![&resource.block],
        _ => resource.blocks("security_rule").collect(),
    }
}

fn ingress(look: &mut Look<'_>, wrong: fn(&Block) -> bool) {
    for rule in rules(look.resource) {
        if allows(rule, "Inbound") && wrong(rule) {
            let sources = either(rule, "source_address_prefix", "source_address_prefixes");
            look.fail_if(is_open(sources), &sources);
        }
    }
}

fn egress(look: &mut Look<'_>) {
    for rule in rules(look.resource) {
        if allows(rule, "Outbound") {
            let targets =
                either(rule, "destination_address_prefix", "destination_address_prefixes");
            look.fail_if(is_open(targets), &targets);
        }
    }
}

/// A rule that does not say so allows what comes in.
fn allows(rule: &Block, direction: &str) -> bool {
    let access = rule.get("access").text_or("Allow");
    let towards = rule.get("direction").text_or("Inbound");
    access.is_some_and(|access| access.eq_ignore_ascii_case("Allow"))
        && towards.is_some_and(|towards| towards.eq_ignore_ascii_case(direction))
}

fn either<'a>(rule: &'a Block, one: &str, many: &str) -> Field<'a> {
    let field = rule.get(one);
    if field.is_missing() { rule.get(many) } else { field }
}

/// Azure has words for the internet besides the networks.
fn is_open(addresses: Field<'_>) -> bool {
    addresses.texts().any(|address| {
        is_anywhere(&address) || matches!(&*address.to_lowercase(), "internet" | "any")
    })
}

/// Whether a rule is about one of these ports; ICMP has none.
fn opens(rule: &Block, ports: &[u16]) -> bool {
    let protocol = rule.get("protocol").text_or("*");
    if protocol.is_none_or(|protocol| protocol.eq_ignore_ascii_case("icmp")) {
        return false;
    }
    let many = rule.get("destination_port_ranges");
    let ranges = if many.is_missing() { rule.get("destination_port_range") } else { many };
    ranges.texts().any(|range| ports.iter().any(|port| includes(&range, *port)))
}

/// `22`, `20-30` or `*`.
fn includes(range: &str, port: u16) -> bool {
    let (from, to) = match range.trim() {
        "*" => return true,
        range => range.split_once('-').unwrap_or((range, range)),
    };
    match (from.trim().parse::<u16>(), to.trim().parse::<u16>()) {
        (Ok(from), Ok(to)) => (from..=to).contains(&port),
        _ => false,
    }
}

fn retention(look: &mut Look<'_>) {
    let enabled = look.resource.at("retention_policy.enabled");
    match enabled.bool_or(false) {
        Some(false) => look.fail(&enabled),
        Some(true) => look.must_be_at_least("retention_policy.days", 90.0, 0.0),
        None => {}
    }
}

/// Called `enable_ip_forwarding` before azurerm 4.
fn forwarding(look: &mut Look<'_>) {
    let field = either(look.resource, "ip_forwarding_enabled", "enable_ip_forwarding");
    look.fail_if(field.bool_or(false) == Some(true), &field);
}

fn public_address(look: &mut Look<'_>) {
    let address = look.resource.at("ip_configuration.public_ip_address_id");
    look.fail_if(!address.is_empty(), &address);
}

#[cfg(test)]
mod tests {
    use super::includes;

    #[test]
    fn ranges_of_ports_are_read() {
        assert!(includes("*", 22) && includes("22", 22) && includes("20 - 25", 22));
        assert!(!includes("23-30", 22) && !includes("ssh", 22) && !includes("", 22));
    }
}

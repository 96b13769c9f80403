//! Firewalls.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::super::Rule;
use super::super::network::is_anywhere;
use crate::terraform::checks::Look;
use crate::terraform::checks::look::Placed;
use crate::terraform::model::{Block, Field, Place, Resource};

const FIREWALL: &[&str] = &["google_compute_firewall"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GCP-0027",
        severity: Critical,
        title: "Firewall lets traffic in from anywhere, to every machine",
        why: "The machines can be attacked from any address.",
        fix: "Name the networks that need it in `source_ranges`.",
        kinds: FIREWALL,
        run: |look| ingress(look, |firewall, _| !is_tagged(firewall)),
    },
    Rule {
        id: "GCP-0035",
        severity: Critical,
        title: "Firewall lets traffic out to anywhere",
        why: "Whoever breaks in sends data wherever they like.",
        fix: "Name the networks that are needed in `destination_ranges`.",
        kinds: FIREWALL,
        run: egress,
    },
    Rule {
        id: "GCP-0070",
        severity: High,
        title: "Remote desktops can be reached from anywhere",
        why: "Passwords of desktops are guessed all over the internet.",
        fix: "Name the networks that need port 3389.",
        kinds: FIREWALL,
        run: |look| {
            ingress(look, |firewall, rule| !is_tagged(firewall) && opens(rule, &["tcp"], 3389))
        },
    },
    Rule {
        id: "GCP-0071",
        severity: Medium,
        title: "SSH can be reached from anywhere",
        why: "Passwords and keys of SSH are guessed all over the internet.",
        fix: "Name the networks that need port 22.",
        kinds: FIREWALL,
        run: |look| ingress(look, |_, rule| opens(rule, &["tcp", "6", "all", "-1"], 22)),
    },
    Rule {
        id: "GCP-0072",
        severity: Medium,
        title: "Firewall opens every port",
        why: "Services that were never meant to be reached can be attacked.",
        fix: "Name the ports that are needed.",
        kinds: FIREWALL,
        run: all_ports,
    },
    Rule {
        id: "GCP-0073",
        severity: Medium,
        title: "Firewall is as wide as the ones of the default network",
        why: "Those let anyone in.",
        fix: "Name the networks that need it in `source_ranges`.",
        kinds: FIREWALL,
        run: as_by_default,
    },
    Rule {
        id: "GCP-0074",
        severity: Low,
        title: "Firewall opens many ports at once",
        why: "Services that were never meant to be reached can be attacked.",
        fix: "Name the ports that are needed.",
        kinds: FIREWALL,
        run: many_ports,
    },
];

/// A range of ports that reaches further than this is a large one.
const LARGE: u16 = 30;

/// The network of every default network of a project.
const DEFAULT_NETWORK: &str = "10.128.0.0/9";

/// What a firewall that is in force allows.
fn allowed(firewall: &Resource) -> impl Iterator<Item = &Block> {
    let enforced = firewall.get("disabled").bool_or(false) == Some(false);
    firewall.blocks("allow").filter(move |_| enforced)
}

/// Whether it is about what comes in, as one is that says nothing.
fn is_ingress(firewall: &Resource) -> Option<bool> {
    let direction = firewall.get("direction").text_or("INGRESS")?;
    Some(!direction.eq_ignore_ascii_case("EGRESS"))
}

/// Whether it is only about machines with a tag.
fn is_tagged(firewall: &Resource) -> bool {
    !firewall.get("source_tags").is_empty() || !firewall.get("target_tags").is_empty()
}

/// No ranges are all of the internet.
fn is_open(ranges: Field<'_>) -> bool {
    ranges.is_empty() || ranges.texts().any(|range| is_anywhere(&range))
}

/// The place of ranges that let all in: the written ones, or the firewall without any.
fn place_of(ranges: Field<'_>, firewall: &Resource) -> Place {
    if ranges.is_empty() { firewall.place } else { ranges.place }
}

fn ingress(look: &mut Look<'_>, wrong: fn(&Resource, &Block) -> bool) {
    let firewall = look.resource;
    let sources = firewall.get("source_ranges");
    if is_ingress(firewall) == Some(true) && is_open(sources) {
        look.fail_if(
            allowed(firewall).any(|rule| wrong(firewall, rule)),
            &place_of(sources, firewall),
        );
    }
}

fn egress(look: &mut Look<'_>) {
    let firewall = look.resource;
    let targets = firewall.get("destination_ranges");
    let out = is_ingress(firewall) == Some(false) && allowed(firewall).next().is_some();
    look.fail_if(out && is_open(targets), &place_of(targets, firewall));
}

fn as_by_default(look: &mut Look<'_>) {
    let firewall = look.resource;
    let sources = firewall.get("source_ranges");
    let wide = is_open(sources) || sources.texts().any(|range| &*range == DEFAULT_NETWORK);
    let lets_in = is_ingress(firewall) == Some(true) && allowed(firewall).next().is_some();
    look.fail_if(wide && lets_in, firewall);
}

/// A range of ports, both ends included, and where it is written.
struct Range {
    from: u16,
    to: u16,
    place: Place,
}

impl Placed for Range {
    fn place(&self) -> Place {
        self.place
    }
}

/// The ports of a rule; a rule that names none applies to all.
fn ranges(rule: &Block) -> Vec<Range> {
    let ports = rule.get("ports");
    if ports.is_empty() {
        return vec![Range { from: 0, to: u16::MAX, place: rule.place }];
    }
    let parse = |text: &str| {
        let text = text.replace(' ', "");
        let (from, to) = text.split_once('-').unwrap_or((&text, &text));
        Some(Range { from: from.parse().ok()?, to: to.parse().ok()?, place: ports.place })
    };
    ports.texts().filter_map(|text| parse(&text)).collect()
}

fn protocol_is(rule: &Block, protocols: &[&str]) -> bool {
    let protocol = rule.get("protocol").text_or("tcp");
    protocol.is_some_and(|protocol| protocols.contains(&&*protocol.to_lowercase()))
}

fn opens(rule: &Block, protocols: &[&str], port: u16) -> bool {
    let includes = |range: &Range| (range.from..=range.to).contains(&port);
    protocol_is(rule, protocols) && ranges(rule).iter().any(includes)
}

fn all_ports(look: &mut Look<'_>) {
    let all = |rule: &Block| {
        let whole = |range: &Range| range.from == 0 && range.to == u16::MAX;
        protocol_is(rule, &["all", "-1"]) || ranges(rule).iter().any(whole)
    };
    look.fail_if(allowed(look.resource).any(all), look.resource);
}

/// Denied ports count, too: such a rule is as hard to follow.
fn many_ports(look: &mut Look<'_>) {
    let firewall = look.resource;
    if is_ingress(firewall) != Some(true) {
        return;
    }
    for rule in firewall.blocks("allow").chain(firewall.blocks("deny")) {
        for range in ranges(rule) {
            look.fail_if(range.to.saturating_sub(range.from) > LARGE, &range);
        }
    }
}

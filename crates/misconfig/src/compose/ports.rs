//! Published ports: CIS Docker 5.7, 5.13.

use super::service::{Service, text};
use crate::Failure;
use crate::yaml::Node;

/// The first port that is not privileged.
const FIRST_FREE: u32 = 1_024;

/// One published port or range, as `[address:][published:]target[/protocol]` or in fields.
struct Port {
    address: Option<String>,
    published: Option<String>,
    target: Option<String>,
}

/// A service that gives the right to such ports away needs none.
pub(super) fn privileged(service: &Service<'_>) -> Vec<Failure> {
    let dropped = service.get("cap_drop").map(Node::items).unwrap_or_default();
    let binds = |item: &Node| item.str().is_some_and(|name| name.ends_with("NET_BIND_SERVICE"));
    if dropped.iter().any(binds) {
        return Vec::new();
    }
    told(service, "a port below 1024 is published", |port| {
        let numbers = [&port.published, &port.target];
        numbers.into_iter().flatten().filter_map(|range| first(range)).any(|it| it < FIRST_FREE)
    })
}

pub(super) fn on_every_interface(service: &Service<'_>) -> Vec<Failure> {
    told(service, "a port is published on every interface", |port| {
        let address = port.address.as_deref();
        address.is_none_or(|address| ["", "0.0.0.0", "[::]", "::"].contains(&address))
    })
}

/// Reported once per service, at `ports`.
fn told(service: &Service<'_>, message: &str, fails: impl Fn(&Port) -> bool) -> Vec<Failure> {
    let Some(ports) = service.entry("ports") else { return Vec::new() };
    let fails = ports.value.items().iter().filter_map(port).any(|port| fails(&port));
    if fails { vec![service.fails(ports.key_line, message)] } else { Vec::new() }
}

/// The number that a range begins with; none of a variable.
fn first(range: &str) -> Option<u32> {
    range.split('-').next()?.trim().parse().ok()
}

fn port(node: &Node) -> Option<Port> {
    if node.is_map() {
        return Some(in_fields(node));
    }
    let text = text(node)?;
    let text = text.split('/').next().unwrap_or_default();
    let (rest, target) = match text.rsplit_once(':') {
        Some((rest, target)) => (Some(rest), target),
        None => (None, text),
    };
    let (address, published) = match rest.map(|rest| rest.rsplit_once(':')) {
        Some(Some((address, published))) => (Some(address), Some(published)),
        // A text that is not a number, as `127.0.0.1:80`, is an address.
        Some(None) if rest.is_some_and(|rest| rest.contains('.')) => (rest, None),
        Some(None) => (None, rest),
        None => (None, None),
    };
    let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Port { address: own(address), published: own(published), target: own(Some(target)) })
}

/// `published` may hold an address, too.
fn in_fields(node: &Node) -> Port {
    let field = |key: &str| node.get(key).and_then(text);
    let (mut address, mut published) = (field("host_ip"), field("published"));
    if let Some(text) = published.as_ref().filter(|text| text.contains('.')) {
        let (ip, port) = text.split_once(':').unwrap_or((text, ""));
        (address, published) = (Some(ip.to_owned()), Some(port.to_owned()));
    }
    Port { address, published, target: field("target") }
}

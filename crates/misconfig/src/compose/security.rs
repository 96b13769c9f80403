//! Permissions of a container: CIS Docker 5.3, 5.4, 5.21, 5.25 and 5.1, 5.2.

use super::service::{Service, text};
use crate::Failure;
use crate::yaml::Node;

/// Capabilities by which a container reaches the kernel or the host.
static DANGEROUS: &[&str] = &[
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

pub(super) fn privileged(service: &Service<'_>) -> Vec<Failure> {
    let entry = service.entry("privileged").filter(|entry| is_true(&entry.value));
    entry
        .map(|entry| service.fails(entry.key_line, "the service is privileged"))
        .into_iter()
        .collect()
}

fn is_true(node: &Node) -> bool {
    node.bool().unwrap_or_else(|| node.str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

pub(super) fn capabilities(service: &Service<'_>) -> Vec<Failure> {
    let added = service.get("cap_add").map(Node::items).unwrap_or_default();
    let dangerous = added.iter().filter_map(|item| {
        let upper = item.str()?.to_ascii_uppercase();
        let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
        DANGEROUS
            .contains(&name)
            .then(|| service.fails(item.lines.start, format!("the capability {name} is added")))
    });
    dangerous.collect()
}

pub(super) fn seccomp(service: &Service<'_>) -> Vec<Failure> {
    unconfined(service, &[("seccomp", "unconfined")])
}

pub(super) fn labels(service: &Service<'_>) -> Vec<Failure> {
    unconfined(service, &[("apparmor", "unconfined"), ("label", "disable")])
}

fn unconfined(service: &Service<'_>, off: &[(&str, &str)]) -> Vec<Failure> {
    let told = |item: &Node| {
        let (name, value) = option(item)?;
        off.iter()
            .any(|(key, off)| name == *key && value == *off)
            .then(|| service.fails(item.lines.start, format!("{name} is switched off")))
    };
    items(service).iter().filter_map(told).collect()
}

/// CIS Docker 5.25.
pub(super) fn new_privileges(service: &Service<'_>) -> Vec<Failure> {
    let Some(options) = service.entry("security_opt") else { return Vec::new() };
    let kept = |(name, value): (String, String)| {
        name == "no-new-privileges" && (value.is_empty() || value == "true")
    };
    if items(service).iter().filter_map(option).any(kept) {
        return Vec::new();
    }
    vec![service.fails(options.key_line, "programs in the service may gain new privileges")]
}

pub(super) fn options(service: &Service<'_>) -> Vec<Failure> {
    match service.get("security_opt").filter(|options| !options.is_null()) {
        Some(_) => Vec::new(),
        None => vec![service.lacks("the service has no security_opt")],
    }
}

fn items<'f>(service: &Service<'f>) -> &'f [Node] {
    service.get("security_opt").map(Node::items).unwrap_or_default()
}

/// `name:value` or `name=value`.
fn option(item: &Node) -> Option<(String, String)> {
    let text = text(item)?;
    let (name, value) = text.split_once([':', '=']).unwrap_or((&text, ""));
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

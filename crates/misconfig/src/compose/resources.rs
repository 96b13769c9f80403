//! Limits on the resources of a container: CIS Docker 5.10, 5.11, 5.24, 5.28.
//!
//! A limit counts in either of its places, whatever `version` says, since the Compose Specification
//! has both. If there is none, the failure is at the deepest of `deploy`, `resources` and `limits`
//! that exists, else at the service.

use super::service::{Service, entry, text};
use crate::Failure;
use crate::yaml::Node;

pub(super) fn memory(service: &Service<'_>) -> Vec<Failure> {
    limit(service, "mem_limit", "memory", "memory")
}

pub(super) fn processors(service: &Service<'_>) -> Vec<Failure> {
    let by_quota = ["cpu_quota", "cpu_count", "cpu_percent"];
    if by_quota.iter().any(|key| service.get(key).is_some_and(|node| !node.is_null())) {
        return Vec::new();
    }
    limit(service, "cpus", "cpus", "processor time")
}

/// A limit of 0 or -1 is none.
pub(super) fn processes(service: &Service<'_>) -> Vec<Failure> {
    let message = "the number of processes is not limited";
    let own = service.entry("pids_limit").filter(|own| !own.value.is_null());
    let deployed = deepest(service).1.and_then(|limits| entry(limits, "pids"));
    match own.or(deployed) {
        None => vec![service.lacks(message)],
        Some(limit) if text(&limit.value).is_some_and(|count| count == "0" || count == "-1") => {
            vec![service.fails(limit.key_line, message)]
        }
        Some(_) => Vec::new(),
    }
}

fn limit(service: &Service<'_>, own: &str, deployed: &str, what: &str) -> Vec<Failure> {
    let is_set = |node: Option<&Node>| node.is_some_and(|node| !node.is_null());
    let (line, limits) = deepest(service);
    if is_set(service.get(own)) || is_set(limits.and_then(|limits| limits.get(deployed))) {
        return Vec::new();
    }
    let told = |line| service.fails(line, format!("{what} is not limited"));
    let mut failures = Vec::new();
    // An empty `deploy` is like none, and reported, too.
    let is_empty = service.get("deploy").is_none_or(Node::is_null);
    if is_empty || line.is_none() {
        failures.push(told(service.line));
    }
    failures.extend(line.map(told));
    failures
}

/// The line of the deepest of `deploy.resources.limits` that is there, and the limits.
fn deepest<'f>(service: &Service<'f>) -> (Option<u32>, Option<&'f Node>) {
    let Some(deploy) = service.entry("deploy") else { return (None, None) };
    let Some(resources) = entry(&deploy.value, "resources") else {
        return (Some(deploy.key_line), None);
    };
    let Some(limits) = entry(&resources.value, "limits") else {
        return (Some(resources.key_line), None);
    };
    (Some(limits.key_line), Some(&limits.value))
}

pub(super) fn control_group(service: &Service<'_>) -> Vec<Failure> {
    let parent = service.entry("cgroup_parent").filter(|parent| !parent.value.is_null());
    let told = |line| service.fails(line, "the service is put under another control group");
    parent.map(|parent| told(parent.key_line)).into_iter().collect()
}

//! Detection and restart of failed containers: CIS Docker 5.26, 5.14.

use super::service::{Service, entry, text};
use crate::Failure;
use crate::yaml::Node;

pub(super) fn check(service: &Service<'_>) -> Vec<Failure> {
    let health = service.get("healthcheck").filter(|health| !health.is_null());
    let Some(health) = health else {
        return vec![service.lacks("the service has no healthcheck")];
    };
    let off = |line| vec![service.fails(line, "the healthcheck is switched off")];
    if let Some(disable) = entry(health, "disable").filter(|it| it.value.bool() == Some(true)) {
        return off(disable.key_line);
    }
    let is_none = |test: &Node| {
        let first = if test.is_list() { test.items().first() } else { Some(test) };
        first.and_then(Node::str) == Some("NONE")
    };
    match entry(health, "test").filter(|test| is_none(&test.value)) {
        Some(test) => off(test.key_line),
        None => Vec::new(),
    }
}

/// `restart`, and for a swarm `deploy.restart_policy`.
pub(super) fn restarts(service: &Service<'_>) -> Vec<Failure> {
    let policy = service.entry("restart").and_then(|restart| {
        let policy = text(&restart.value)?;
        let count = policy.strip_prefix("on-failure")?;
        (count != ":5")
            .then(|| service.fails(restart.key_line, told(count.trim_start_matches(':'))))
    });
    let deploy = service.get("deploy").and_then(|deploy| {
        let policy = deploy.get("restart_policy")?;
        policy.get("condition").filter(|condition| condition.str() == Some("on-failure"))?;
        let attempts = entry(policy, "max_attempts")?;
        let count = text(&attempts.value)?;
        (count != "5").then(|| service.fails(attempts.key_line, told(&count)))
    });
    policy.into_iter().chain(deploy).collect()
}

fn told(count: &str) -> String {
    match count {
        "" => "the service is restarted without end".to_owned(),
        count => format!("the service is restarted {count} times, not 5"),
    }
}

//! Resource limits of containers.

use sealift_model::Severity::Low;

use super::object::Container;
use super::rule::{Rule, Test};
use crate::Check;

/// The checks of requests and limits.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0011",
            Low,
            "No CPU limit",
            "Without a limit one container can take all the processor time of its node.",
            "Set resources.limits.cpu.",
        ),
        test: Test::Container(|container| lacks(container, "limits", "cpu"), "has no CPU limit"),
    },
    Rule {
        check: Check::new(
            "KSV-0015",
            Low,
            "No CPU request",
            "The scheduler places pods by what they request; without it, a node can be overcommitted.",
            "Set resources.requests.cpu.",
        ),
        test: Test::Container(|container| lacks(container, "requests", "cpu"), "requests no CPU"),
    },
    Rule {
        check: Check::new(
            "KSV-0016",
            Low,
            "No memory request",
            "The scheduler places pods by what they request; without it, a node can run out of memory.",
            "Set resources.requests.memory.",
        ),
        test: Test::Container(
            |container| lacks(container, "requests", "memory"),
            "requests no memory",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0018",
            Low,
            "No memory limit",
            "Without a limit one container can take all the memory of its node.",
            "Set resources.limits.memory.",
        ),
        test: Test::Container(
            |container| lacks(container, "limits", "memory"),
            "has no memory limit",
        ),
    },
];

fn lacks(container: &Container<'_>, list: &str, resource: &str) -> bool {
    !container.is_ephemeral && container.node.at(&["resources", list, resource]).is_none()
}

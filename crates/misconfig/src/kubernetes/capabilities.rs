//! Kernel capabilities of containers.

use sealift_model::Severity::{High, Low, Medium};

use super::object::{Container, Object};
use super::rule::{Cause, Rule, Test};
use crate::Check;

/// The checks of capabilities.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0003",
            Low,
            "Not all capabilities are dropped",
            "A container begins with capabilities that few programs need.",
            "Drop ALL in securityContext.capabilities, and add those that are needed.",
        ),
        test: Test::Container(|container| !drops_all(container), "does not drop ALL capabilities"),
    },
    Rule {
        check: Check::new(
            "KSV-0004",
            Low,
            "No capability is dropped",
            "A container that drops no capability keeps all that the runtime gives it.",
            "List what is not needed in securityContext.capabilities.drop.",
        ),
        test: Test::Container(
            |container| container.context.at(&["capabilities", "drop"]).is_none(),
            "drops no capability",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0005",
            High,
            "SYS_ADMIN is added",
            "The capability SYS_ADMIN is nearly as much as being root on the node.",
            "Take SYS_ADMIN out of securityContext.capabilities.add.",
        ),
        test: Test::Container(
            |container| adds(container, "SYS_ADMIN"),
            "adds the capability SYS_ADMIN",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0022",
            Medium,
            "Capabilities are added",
            "Each capability that is added is one more thing that the kernel lets the container do.",
            "Leave securityContext.capabilities.add out.",
        ),
        test: Test::Container(
            |container| {
                container
                    .context
                    .at(&["capabilities", "add"])
                    .is_some_and(|add| !add.items().is_empty())
            },
            "adds capabilities",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0106",
            Low,
            "More capabilities than NET_BIND_SERVICE",
            "The restricted Pod Security Standard drops all capabilities and lets only NET_BIND_SERVICE be added.",
            "Drop ALL in securityContext.capabilities and add at most NET_BIND_SERVICE.",
        ),
        test: Test::Causes(more_capabilities, "has capabilities beside NET_BIND_SERVICE"),
    },
    Rule {
        check: Check::new(
            "KSV-0119",
            High,
            "NET_RAW is added",
            "The capability NET_RAW lets a process listen to the network of its pod and forge packets.",
            "Take NET_RAW out of securityContext.capabilities.add.",
        ),
        test: Test::Causes(|object| adding(object, "NET_RAW"), "adds the capability NET_RAW"),
    },
    Rule {
        check: Check::new(
            "KSV-0120",
            High,
            "SYS_MODULE is added",
            "The capability SYS_MODULE lets a process put modules into the kernel of the node.",
            "Take SYS_MODULE out of securityContext.capabilities.add.",
        ),
        test: Test::Container(
            |container| adds(container, "SYS_MODULE"),
            "adds the capability SYS_MODULE",
        ),
    },
];

fn drops_all(container: &Container<'_>) -> bool {
    container.capabilities("drop").any(|dropped| dropped.eq_ignore_ascii_case("ALL"))
}

fn adds(container: &Container<'_>, capability: &str) -> bool {
    container.capabilities("add").any(|added| added == capability)
}

/// Containers that add a capability. Trivy names no lines here.
fn adding(object: &Object<'_>, capability: &str) -> Vec<Cause> {
    let containers = object.containers.iter().filter(|container| adds(container, capability));
    containers.map(|container| Cause { lines: None, ..Cause::container(container) }).collect()
}

fn more_capabilities(object: &Object<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for container in &object.containers {
        if !drops_all(container) {
            causes.push(Cause::container(container));
        } else if container.capabilities("add").any(|added| added != "NET_BIND_SERVICE") {
            let lines =
                container.context.at(&["capabilities"]).map(|capabilities| capabilities.lines);
            causes.push(Cause { lines, ..Cause::container(container) });
        }
    }
    causes
}

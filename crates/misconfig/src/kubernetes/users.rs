//! Users of container processes.

use sealift_model::Severity::{Low, Medium};

use super::object::{Container, Object};
use super::rule::{Cause, Rule, Test};
use crate::Check;
use crate::yaml::{Node, Value};

/// The checks of users and groups.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0012",
            Medium,
            "A container may run as root",
            "Who breaks out of a process of root is root on the node, unless user namespaces prevent it.",
            "Set securityContext.runAsNonRoot to true, for the pod or the container.",
        ),
        test: Test::Container(may_be_root, "may run as root: runAsNonRoot is not true"),
    },
    Rule {
        check: Check::new(
            "KSV-0020",
            Low,
            "A low user id",
            "A user id up to 10000 may be that of a user of the node.",
            "Set securityContext.runAsUser to a number above 10000.",
        ),
        test: Test::Container(
            |container| is_low_id(container, "runAsUser"),
            "does not run as a user above 10000",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0021",
            Low,
            "A low group id",
            "A group id up to 10000 may be that of a group of the node.",
            "Set securityContext.runAsGroup to a number above 10000.",
        ),
        test: Test::Container(
            |container| is_low_id(container, "runAsGroup"),
            "does not run as a group above 10000",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0105",
            Low,
            "The user is root",
            "The user id 0 is root, whatever the image says.",
            "Set securityContext.runAsUser to another number, or leave it out.",
        ),
        test: Test::Causes(root_users, "sets runAsUser to 0"),
    },
    Rule {
        check: Check::new(
            "KSV-0116",
            Low,
            "The group is root",
            "Files of the group root, 0, are those of the node's root group.",
            "Set runAsGroup, supplementalGroups and fsGroup to other numbers, or leave them out.",
        ),
        test: Test::Whole(has_root_group, "runs with the group 0"),
    },
];

/// Settings of a pod apply to all of its containers.
fn may_be_root(container: &Container<'_>) -> bool {
    let says = |node: Option<&Node>| node.and_then(Node::bool) == Some(true);
    let of_pod = container.pod.map(|pod| pod.spec.at(&["securityContext", "runAsNonRoot"]));
    of_pod.is_some_and(|of_pod| !says(of_pod)) && !says(container.context.at(&["runAsNonRoot"]))
}

fn is_low_id(container: &Container<'_>, field: &str) -> bool {
    match container.context.at(&[field]).map(|id| &id.value) {
        None | Some(Value::Null | Value::Bool(_)) => true,
        Some(Value::Int(id)) => *id <= 10_000,
        Some(Value::Float(id)) => *id <= 10_000.0,
        Some(_) => false,
    }
}

fn root_users(object: &Object<'_>) -> Vec<Cause> {
    let is_root = |user: &Node| user.int() == Some(0);
    let mut causes = Vec::new();
    for container in &object.containers {
        if container.context.at(&["runAsUser"]).is_some_and(is_root) {
            causes.push(Cause { lines: container.context.lines(), ..Cause::container(container) });
        }
    }
    for context in object.pods.iter().filter_map(|pod| pod.spec.get("securityContext")) {
        if context.get("runAsUser").is_some_and(is_root) {
            causes.push(Cause::at(context.lines));
        }
    }
    causes
}

fn has_root_group(object: &Object<'_>) -> bool {
    let is_root = |group: &Node| group.int() == Some(0);
    object.pods.iter().filter_map(|pod| pod.spec.get("securityContext")).any(|context| {
        ["runAsGroup", "fsGroup"].iter().any(|field| context.get(field).is_some_and(is_root))
            || context
                .get("supplementalGroups")
                .is_some_and(|groups| groups.items().iter().any(is_root))
    })
}

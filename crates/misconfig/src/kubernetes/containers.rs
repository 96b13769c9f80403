//! What each container may do and use: the Pod Security Standards, and resources.

use sealift_model::Severity::{High, Low, Medium};

use super::object::{Container, Object, Pod};
use super::rule::{Cause, Rule, Test};
use crate::Check;
use crate::yaml::{Node, Value};

/// The checks of containers.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KSV-0001",
            Medium,
            "A container may gain privileges",
            "A process may get more privileges than its parent, through a set-user-id program for example, and become root.",
            "Set securityContext.allowPrivilegeEscalation to false.",
        ),
        test: Test::Container(
            |container| {
                container.context.at(&["allowPrivilegeEscalation"]).and_then(Node::bool)
                    != Some(false)
            },
            "may gain privileges: allowPrivilegeEscalation is not false",
        ),
    },
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
            "KSV-0014",
            High,
            "The root file system can be written",
            "What a process can write to its own image, an attacker can replace.",
            "Set securityContext.readOnlyRootFilesystem to true, and mount volumes where files are written.",
        ),
        test: Test::Container(
            |container| !is_true(container, "readOnlyRootFilesystem"),
            "can write to its root file system",
        ),
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
            "KSV-0017",
            High,
            "A privileged container",
            "A privileged container shares the node's devices and is confined by nearly nothing.",
            "Take privileged out of the securityContext; add single capabilities instead.",
        ),
        test: Test::Container(|container| is_true(container, "privileged"), "is privileged"),
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
            "KSV-0024",
            High,
            "A port of the host",
            "A host port bypasses network policies and ties the pod to its node.",
            "Take hostPort out of the ports, and use a Service.",
        ),
        test: Test::Container(
            |container| ports(container).any(|port| port.get("hostPort").is_some()),
            "takes a port of its host",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0027",
            Medium,
            "The masks of /proc are changed",
            "The runtime hides parts of /proc that tell about the node or change it.",
            "Take procMount out of the securityContext.",
        ),
        test: Test::Container(
            |container| container.context.at(&["procMount"]).is_some(),
            "sets how /proc is mounted",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0030",
            Low,
            "No seccomp profile of the runtime",
            "Without a profile a container may make every system call.",
            "Set securityContext.seccompProfile.type to RuntimeDefault, for the pod or the container.",
        ),
        test: Test::Causes(
            without_seccomp_profile,
            "has no seccomp profile RuntimeDefault or Localhost",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0103",
            Medium,
            "A host process of Windows",
            "A HostProcess container has the access of its account to the whole Windows node.",
            "Take hostProcess out of securityContext.windowsOptions.",
        ),
        test: Test::Causes(host_processes, "runs as a host process"),
    },
    Rule {
        check: Check::new(
            "KSV-0104",
            Medium,
            "No system call is filtered",
            "Without a seccomp profile, or with Unconfined, a container may make every system call.",
            "Set securityContext.seccompProfile.type to RuntimeDefault or Localhost.",
        ),
        test: Test::Container(is_unconfined, "runs without a seccomp profile"),
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
            "KSV-0118",
            High,
            "A default security context",
            "What is not stated is decided by the image and the runtime, which run as root with many capabilities.",
            "State a securityContext: runAsNonRoot, capabilities, readOnlyRootFilesystem, seccompProfile.",
        ),
        test: Test::Causes(default_contexts, "states no security context"),
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

fn is_true(container: &Container<'_>, field: &str) -> bool {
    container.context.at(&[field]).and_then(Node::bool) == Some(true)
}

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

fn lacks(container: &Container<'_>, list: &str, resource: &str) -> bool {
    container.node.at(&["resources", list, resource]).is_none()
}

/// What a pod says holds for all of its containers.
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

/// The ports of a container.
pub(super) fn ports<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a Node> {
    container.node.get("ports").into_iter().flat_map(Node::items)
}

/// The annotation for a whole pod that a `seccompProfile` took the place of (Kubernetes 1.19).
const POD_SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The same for one container, with its name behind it.
const CONTAINER_SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn without_seccomp_profile(object: &Object<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for pod in &object.pods {
        let Some(annotations) = pod.annotations() else { continue };
        if annotations
            .get(POD_SECCOMP)
            .is_some_and(|profile| profile.str() != Some("runtime/default"))
        {
            causes.push(Cause::at(annotations.lines));
        }
    }
    let kept = |container: &&Container<'_>| {
        let annotated = |pod: Pod<'_>| {
            pod.annotations().is_some_and(|annotations| annotations.get(POD_SECCOMP).is_some())
        };
        let kind = container.context.at(&["seccompProfile", "type"]).and_then(Node::str);
        container.pod.is_some_and(|pod| !annotated(pod))
            && !matches!(kind, Some("RuntimeDefault" | "Localhost"))
    };
    causes.extend(object.containers.iter().filter(kept).map(Cause::container));
    causes
}

fn is_unconfined(container: &Container<'_>) -> bool {
    let Some(pod) = container.pod else { return false };
    match container.context.at(&["seccompProfile", "type"]) {
        Some(kind) => kind
            .str()
            .is_some_and(|kind| kind.is_empty() || kind.eq_ignore_ascii_case("unconfined")),
        None => {
            let key = format!("{CONTAINER_SECCOMP}{}", container.name());
            let profile =
                pod.annotations().and_then(|annotations| annotations.get(&key)).and_then(Node::str);
            profile.is_none_or(|profile| profile.eq_ignore_ascii_case("unconfined"))
        }
    }
}

fn host_processes(object: &Object<'_>) -> Vec<Cause> {
    let is_set = |options: &&Node| options.get("hostProcess").and_then(Node::bool) == Some(true);
    let mut causes = Vec::new();
    if let Some(spec) = object.spec()
        && spec.at(&["securityContext", "windowsOptions"]).is_some_and(|options| is_set(&options))
    {
        causes.push(Cause::at(spec.lines));
    }
    for container in &object.containers {
        if let Some(options) = container.context.at(&["windowsOptions"]).filter(is_set) {
            causes.push(Cause { lines: Some(options.lines), ..Cause::container(container) });
        }
    }
    causes
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

fn default_contexts(object: &Object<'_>) -> Vec<Cause> {
    let is_empty = |pod: &&Pod<'_>| {
        let context = pod.spec.get("securityContext");
        context.is_none_or(|context| context.is_map() && context.entries().is_empty())
    };
    let pods = object.pods.iter().filter(is_empty).map(|pod| Cause::at(pod.spec.lines));
    let containers = object.containers.iter().filter(|container| container.context.is_empty());
    pods.chain(containers.map(Cause::container)).collect()
}

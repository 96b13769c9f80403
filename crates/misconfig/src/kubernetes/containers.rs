//! Isolation of containers from their node.

use sealift_model::Severity::{High, Medium};

use super::object::{Container, Object, Pod};
use super::rule::{Cause, Rule, Test};
use crate::Check;
use crate::yaml::Node;

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
            "KSV-0024",
            High,
            "A port of the host",
            "A host port bypasses network policies and ties the pod to its node.",
            "Take hostPort out of the ports, and use a Service.",
        ),
        // Trivy fails all containers of an object if one takes a port, since it looks for
        // containers among names; here only that one fails.
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
            "KSV-0118",
            High,
            "A default security context",
            "What is not stated is decided by the image and the runtime, which run as root with many capabilities.",
            "State a securityContext: runAsNonRoot, capabilities, readOnlyRootFilesystem, seccompProfile.",
        ),
        test: Test::Causes(default_contexts, "states no security context"),
    },
];

fn is_true(container: &Container<'_>, field: &str) -> bool {
    container.context.at(&[field]).and_then(Node::bool) == Some(true)
}

/// The ports of a container.
pub(super) fn ports<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a Node> {
    container.node.get("ports").into_iter().flat_map(Node::items)
}

fn host_processes(object: &Object<'_>) -> Vec<Cause> {
    let is_set = |options: &&Node| options.get("hostProcess").and_then(Node::bool) == Some(true);
    let path = &["windowsOptions", "hostProcess"];
    let mut causes = Vec::new();
    if let Some(spec) = object.spec()
        && spec.at(&["securityContext", "windowsOptions"]).is_some_and(|options| is_set(&options))
    {
        causes.push(Cause::at(spec.lines));
    }
    for container in &object.containers {
        // Options of Windows are inherited one by one.
        let is_host = container.context.at(path).and_then(Node::bool) == Some(true);
        if let Some(options) = container.context.at(&["windowsOptions"]).filter(|_| is_host) {
            causes.push(Cause { lines: Some(options.lines), ..Cause::container(container) });
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

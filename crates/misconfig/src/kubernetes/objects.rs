//! Objects other than pods and roles: namespaces and their limits, services, ingresses, network
//! policies, configuration.

use sealift_model::Severity::{Critical, High, Low, Medium};

use super::object::Object;
use super::rule::{Cause, Rule, Test};
use super::secrets;
use crate::Check;
use crate::yaml::{Node, Value};

/// The checks of other objects.
pub(super) static RULES: &[Rule] = &[
    Rule {
        check: Check::new(
            "KCV-0093",
            Critical,
            "An annotation that changes the configuration of nginx",
            "ingress-nginx writes some annotations into its configuration: one with a line break or a brace adds directives.",
            "Let the annotation hold a plain URL or name.",
        ),
        test: Test::Metadata(
            injects_into_nginx,
            "has an annotation with characters that end a directive of nginx",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0037",
            Medium,
            "Something of its own in kube-system",
            "Beside the control plane, a workload is exempt from policies that spare kube-system.",
            "Use a namespace of its own.",
        ),
        test: Test::Spec(
            is_guest_of_kube_system,
            "is in kube-system and no part of the control plane",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0038",
            Medium,
            "A network policy that selects nothing",
            "Without a selector a policy restricts no traffic.",
            "Select pods or namespaces.",
        ),
        test: Test::Spec(
            |object| object.kind.eq_ignore_ascii_case("NetworkPolicy") && !selects(object),
            "selects neither pods nor namespaces",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0039",
            Low,
            "No limit range",
            "A LimitRange with defaults bounds containers that state nothing themselves.",
            "Add a LimitRange with type, max, min, default and defaultRequest to the namespace.",
        ),
        test: Test::Spec(
            |object| concerns(object, "LimitRange") && !limits_ranges(object),
            "comes without a complete LimitRange",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-0040",
            Low,
            "No resource quota",
            "A ResourceQuota keeps one namespace from taking all of a cluster.",
            "Add a ResourceQuota with requests and limits of CPU and memory to the namespace.",
        ),
        test: Test::Causes(without_quota, "comes without a complete ResourceQuota"),
    },
    Rule {
        check: Check::new(
            "KSV-0108",
            High,
            "A service outside the cluster",
            "With external addresses or names a service catches traffic of others (CVE-2020-8554).",
            "Take externalIPs and externalName out.",
        ),
        test: Test::Whole(is_external_service, "has external addresses or an external name"),
    },
    Rule {
        check: Check::new(
            "KSV-0109",
            High,
            "Secrets in a ConfigMap",
            "A ConfigMap is not kept as a secret is: more may read it, and it is not encrypted.",
            "Put the value into a Secret.",
        ),
        test: Test::Whole(secrets::are_in, "holds what looks like a secret"),
    },
    Rule {
        check: Check::new(
            "KSV-0110",
            Low,
            "The default namespace",
            "What has no namespace of its own has no policy, quota or right of its own either.",
            "Set metadata.namespace.",
        ),
        test: Test::Metadata(is_in_default_namespace, "is in the default namespace"),
    },
    Rule {
        check: Check::new(
            "KSV-0124",
            High,
            "A repository that permits others",
            "Gatekeeper's K8sAllowedRepos compares beginnings: `example.io` also permits `example.io.evil.test`.",
            "End each repository with `/`, or with the `:` before a tag.",
        ),
        test: Test::Causes(
            open_repositories,
            "permits repositories that only begin like one of its own",
        ),
    },
    Rule {
        check: Check::new(
            "KSV-01010",
            Medium,
            "Personal data in a ConfigMap",
            "Names, addresses and keys that stand in a ConfigMap may be read by more than need them.",
            "Put the value into a Secret.",
        ),
        test: Test::Whole(secrets::is_personal, "holds what looks like personal data or a key"),
    },
];

/// Annotations that ingress-nginx 1.12.0 and before copied as they were (CVE-2025-1097, -1098,
/// -24514).
const COPIED: [&str; 4] = [
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-tls-match-cn",
    "nginx.ingress.kubernetes.io/mirror-target",
    "nginx.ingress.kubernetes.io/mirror-host",
];

fn injects_into_nginx(object: &Object<'_>) -> bool {
    let class = object.root.at(&["spec", "ingressClassName"]).and_then(Node::str);
    let annotations = object.root.at(&["metadata", "annotations"]);
    object.kind.eq_ignore_ascii_case("Ingress")
        && class.is_some_and(|class| class.eq_ignore_ascii_case("nginx"))
        && annotations.is_some_and(|annotations| {
            COPIED.iter().filter_map(|key| annotations.get(key)?.str()).any(ends_a_directive)
        })
}

/// A URL that is followed by something no URL holds, or a common name with what ends a directive.
fn ends_a_directive(text: &str) -> bool {
    let bad = |found: char| "\r\n<>\"{}|^`\\".contains(found);
    let url = text.match_indices("http").any(|(start, _)| {
        let rest = text.get(start + 4..).unwrap_or_default();
        let rest = rest.strip_prefix('s').unwrap_or(rest).strip_prefix("://");
        rest.and_then(|rest| {
            rest.find(|found: char| found.is_ascii_whitespace() || bad(found))
                .map(|end| (rest, end))
        })
        .is_some_and(|(rest, end)| rest.get(end..).is_some_and(|end| end.starts_with(bad)))
    });
    let name = text
        .split_once("CN=")
        .is_some_and(|(_, rest)| rest.contains(['\r', '\n', '#', '{', '}', ';', '|']));
    url || name
}

/// The labels and the priority that kubeadm gives what it puts there.
fn is_guest_of_kube_system(object: &Object<'_>) -> bool {
    let text = |path: &[&str]| object.root.at(path).and_then(Node::str);
    let component = text(&["metadata", "labels", "component"]);
    let of_control_plane = text(&["metadata", "labels", "tier"]) == Some("control-plane")
        && text(&["spec", "priorityClassName"]) == Some("system-node-critical")
        && matches!(
            component,
            Some("kube-apiserver" | "etcd" | "kube-controller-manager" | "kube-scheduler")
        );
    object.namespace() == "kube-system" && !of_control_plane
}

fn selects(object: &Object<'_>) -> bool {
    let Some(spec) = object.spec() else { return false };
    let selector =
        |node: &Node| ["podSelector", "namespaceSelector"].iter().any(|field| holds(node, field));
    let peers = |rules: &str, peers: &str| {
        let rules = spec.get(rules).map(Node::items).unwrap_or_default();
        rules.iter().filter_map(|rule| rule.get(peers)).flat_map(Node::items).any(selector)
    };
    selector(spec) || peers("ingress", "from") || peers("egress", "to")
}

/// Whether a field is there and not `false`.
fn holds(node: &Node, field: &str) -> bool {
    node.get(field).is_some_and(|value| !matches!(value.value, Value::Bool(false)))
}

/// As in Trivy, these two checks look at every object of a manifest, which should come with the
/// limits of its namespace. In a chart they look only at the kind itself: a chart does not know its
/// namespace.
fn concerns(object: &Object<'_>, kind: &str) -> bool {
    !object.of_chart || object.kind == kind
}

fn limits_ranges(object: &Object<'_>) -> bool {
    let limits = object.root.at(&["spec", "limits"]).map(Node::items).unwrap_or_default();
    let fields = ["type", "max", "min", "default", "defaultRequest"];
    limits.iter().any(|limit| fields.iter().all(|field| holds(limit, field)))
}

fn without_quota(object: &Object<'_>) -> Vec<Cause> {
    let spec = object.spec().filter(|_| concerns(object, "ResourceQuota"));
    let Some(spec) = spec else { return Vec::new() };
    let hard = spec.get("hard");
    let fields = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
    if hard.is_some_and(|hard| fields.iter().all(|field| holds(hard, field))) {
        return Vec::new();
    }
    vec![Cause::at(hard.unwrap_or(spec).lines)]
}

fn is_external_service(object: &Object<'_>) -> bool {
    let external = |field| object.root.at(&["spec", field]);
    object.kind == "Service"
        && (external("externalName").is_some()
            || external("externalIPs").is_some_and(|addresses| !addresses.items().is_empty()))
}

fn open_repositories(object: &Object<'_>) -> Vec<Cause> {
    let parameters = object.root.at(&["spec", "parameters"]);
    let repositories = parameters.and_then(|parameters| parameters.get("repos")).map(Node::items);
    let is_open = |repository: &str| {
        let parts = repository.split('/').count();
        let of_docker_hub = repository.split('/').next() == Some("docker.io");
        !repository.contains(['/', ':']) || (of_docker_hub && parts <= 2)
    };
    let open = repositories.unwrap_or_default().iter().filter_map(Node::str).any(is_open);
    let causes = parameters.filter(|_| object.kind == "K8sAllowedRepos" && open);
    causes.map(|parameters| Cause::at(parameters.lines)).into_iter().collect()
}

/// The kinds that Trivy calls workloads.
const WORKLOADS: [&str; 8] = [
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
];

fn is_in_default_namespace(object: &Object<'_>) -> bool {
    object.namespace() == "default"
        && WORKLOADS.iter().any(|kind| object.kind.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::ends_a_directive;

    #[test]
    fn urls_and_names_that_end_a_directive_are_told_from_plain_ones() {
        for (text, ends) in [
            ("http://auth.example/check?a=b#c", false),
            ("https://auth.example/ next", false),
            ("http://a\n}\nevil", true),
            ("https://a{b", true),
            ("x http://a.example y http://b\"", true),
            ("http:/a{", false),
            ("CN=client", false),
            ("CN=a;b", true),
            ("plain{", false),
        ] {
            assert_eq!(ends_a_directive(text), ends, "{text:?}");
        }
    }
}

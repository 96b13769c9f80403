//! An object, its pods and their containers.

use std::fmt;

use crate::Lines;
use crate::yaml::Node;

/// A Kubernetes object.
#[derive(Debug)]
pub(super) struct Object<'a> {
    /// All of it.
    pub(super) root: &'a Node,
    /// Whether a chart made it.
    pub(super) of_chart: bool,
    /// Its kind; empty where it has none.
    pub(super) kind: &'a str,
    /// Its name; empty where it has none.
    pub(super) name: &'a str,
    /// The pods that it makes: itself, or its template.
    pub(super) pods: Vec<Pod<'a>>,
    /// Their containers, and those of a `spec.containers` of a kind that is not known.
    pub(super) containers: Vec<Container<'a>>,
}

/// A pod, or the template of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pod<'a> {
    /// All of it: the object, or its template.
    pub(super) node: &'a Node,
    /// Its `spec`.
    pub(super) spec: &'a Node,
}

/// A container, init container or ephemeral container.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container<'a> {
    /// All of it.
    pub(super) node: &'a Node,
    /// The pod that it is in, where its kind is known to make one.
    pub(super) pod: Option<Pod<'a>>,
    /// What it may do.
    pub(super) context: Context<'a>,
    /// Whether it was added to a pod that runs, as the pod printed by the API server shows it.
    /// Such a container may have no resources of its own.
    pub(super) is_ephemeral: bool,
}

/// The security context of a container: its own, and what it takes from its pod's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    own: Option<&'a Node>,
    pod: Option<&'a Node>,
}

/// The fields of a pod's security context that hold for containers without one of their own
/// (Kubernetes API 1.32, `SecurityContext`).
const INHERITED: [&str; 6] = [
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "windowsOptions",
];

impl<'a> Object<'a> {
    /// Reads an object; its `spec` may be of any shape.
    pub(super) fn new(root: &'a Node, of_chart: bool) -> Self {
        let text = |path: &[&str]| root.at(path).and_then(Node::str).unwrap_or_default();
        let kind = text(&["kind"]);
        let pods = Vec::from_iter(pod(root, kind, text(&["apiVersion"])));
        let mut containers = Vec::new();
        match (pods.first(), root.get("spec")) {
            (Some(pod), _) => add_containers(pod.spec, Some(*pod), &mut containers),
            (None, Some(spec)) => add_containers(spec, None, &mut containers),
            (None, None) => {}
        }
        Self { root, of_chart, kind, name: text(&["metadata", "name"]), pods, containers }
    }

    /// Its `spec`, which most findings about a whole object point at.
    pub(super) fn spec(&self) -> Option<&'a Node> {
        self.root.get("spec")
    }

    /// Its `metadata`.
    pub(super) fn metadata(&self) -> Option<&'a Node> {
        self.root.get("metadata")
    }

    /// The namespace that it goes to.
    pub(super) fn namespace(&self) -> &'a str {
        self.root.at(&["metadata", "namespace"]).and_then(Node::str).unwrap_or("default")
    }

    /// The volumes of its pods.
    pub(super) fn volumes(&self) -> impl Iterator<Item = &'a Node> {
        self.pods.iter().filter_map(|pod| pod.spec.get("volumes")).flat_map(Node::items)
    }

    /// Whether a field of one of its pods' specs is `true`.
    pub(super) fn pod_is(&self, field: &str) -> bool {
        self.pods.iter().any(|pod| pod.spec.get(field).and_then(Node::bool) == Some(true))
    }
}

impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.name) {
            ("", "") => f.write_str("an object"),
            (kind, "") => f.write_str(kind),
            ("", name) => f.write_str(name),
            (kind, name) => write!(f, "{kind}/{name}"),
        }
    }
}

impl<'a> Pod<'a> {
    /// Its annotations.
    pub(super) fn annotations(&self) -> Option<&'a Node> {
        self.node.at(&["metadata", "annotations"])
    }
}

impl<'a> Container<'a> {
    /// Its name; empty where it has none.
    pub(super) fn name(&self) -> &'a str {
        self.node.get("name").and_then(Node::str).unwrap_or_default()
    }

    /// Its image, as written.
    pub(super) fn image(&self) -> Option<&'a str> {
        self.node.get("image").and_then(Node::str)
    }

    /// The items of `securityContext.capabilities.add` or `drop`.
    pub(super) fn capabilities(&self, list: &str) -> impl Iterator<Item = &'a str> {
        let list = self.context.at(&["capabilities", list]);
        list.into_iter().flat_map(Node::items).filter_map(Node::str)
    }
}

impl<'a> Context<'a> {
    /// A field, the container's own before its pod's.
    pub(super) fn at(&self, path: &[&str]) -> Option<&'a Node> {
        let own = self.own.and_then(|own| own.at(path));
        own.or_else(|| {
            let inherits = path.first().is_some_and(|field| INHERITED.contains(field));
            self.pod.filter(|_| inherits).and_then(|pod| pod.at(path))
        })
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        let own = self.own.is_none_or(|own| own.entries().is_empty());
        own && INHERITED.iter().all(|field| self.at(&[field]).is_none())
    }

    /// The lines of the container's own.
    pub(super) fn lines(&self) -> Option<Lines> {
        self.own.map(|own| own.lines)
    }
}

/// The pod that an object of a kind makes.
fn pod<'a>(root: &'a Node, kind: &str, api_version: &str) -> Option<Pod<'a>> {
    let node = match kind {
        "Pod" => root,
        "PodTemplate" => root.get("template")?,
        "CronJob" => root.at(&["spec", "jobTemplate", "spec", "template"])?,
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job" => root.at(&["spec", "template"])?,
        "DeploymentConfig" if api_version == "apps.openshift.io/v1" => {
            root.at(&["spec", "template"])?
        }
        _ => return None,
    };
    Some(Pod { node, spec: node.get("spec")? })
}

fn add_containers<'a>(spec: &'a Node, pod: Option<Pod<'a>>, containers: &mut Vec<Container<'a>>) {
    let context = |node: &'a Node| node.get("securityContext").filter(|context| context.is_map());
    let of_pod = context(spec);
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let nodes = spec.get(list).into_iter().flat_map(Node::items).filter(|node| node.is_map());
        containers.extend(nodes.map(|node| {
            let context = Context { own: context(node), pod: of_pod };
            Container { node, pod, context, is_ephemeral: list == "ephemeralContainers" }
        }));
    }
}

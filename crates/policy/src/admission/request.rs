//! A request: one operation on one object.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `request` of an AdmissionReview (`admission.k8s.io/v1`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Request {
    /// The id of the request; the answer repeats it.
    pub uid: String,
    /// The kind of the object.
    pub kind: GroupVersionKind,
    /// The resource of the request, `apps/v1 deployments`.
    pub resource: GroupVersionResource,
    /// Its subresource, `status`, `scale`, `ephemeralcontainers`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sub_resource: String,
    /// The kind in the original request; the server may have converted the object to another
    /// version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_kind: Option<GroupVersionKind>,
    /// The resource in the original request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_resource: Option<GroupVersionResource>,
    /// The subresource in the original request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub request_sub_resource: String,
    /// The object's name; empty where the server is to generate one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The object's namespace; empty for cluster-wide kinds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The operation.
    pub operation: Operation,
    /// The user who makes the request.
    pub user_info: UserInfo,
    /// The object after the operation; null for a deletion.
    pub object: Value,
    /// The object before the operation; null for a creation.
    pub old_object: Value,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// The options of the operation.
    pub options: Value,
    /// The kind of the resource, where the object belongs to a subresource: `Pod` for the
    /// `PodExecOptions` of `pods/exec`. A server does not send it; see
    /// [`resource_kind`](Self::resource_kind).
    #[serde(skip)]
    pub parent_kind: Option<GroupVersionKind>,
    /// Whether the old object is only assumed to equal the object: then it does not show what was
    /// allowed before. See [`of_file`](Self::of_file).
    #[serde(skip)]
    pub old_object_is_assumed: bool,
}

/// The operation on an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "the operations of admission.k8s.io/v1")]
pub enum Operation {
    /// The object is created.
    #[default]
    Create,
    /// The object is changed.
    Update,
    /// The object is deleted.
    Delete,
    /// The object is connected to, as by `kubectl exec`.
    Connect,
}

/// A kind of object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GroupVersionKind {
    /// The group, such as `apps`; empty for the core group.
    pub group: String,
    /// The version, such as `v1`.
    pub version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
}

/// A resource of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GroupVersionResource {
    /// The group, such as `apps`; empty for the core group.
    pub group: String,
    /// The version, such as `v1`.
    pub version: String,
    /// The resource, such as `deployments`.
    pub resource: String,
}

/// The user who makes a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserInfo {
    /// The user's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub username: String,
    /// The user's id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// The user's groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Other data from the authenticator.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Vec<String>>,
}

impl Request {
    /// Makes a server's request to create an object; the resource has the usual name, the kind in
    /// lower case and in the plural.
    #[must_use]
    pub fn create(object: Value) -> Self {
        let text = |pointer: &str| {
            object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let api_version = text("/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let kind = text("/kind");
        let resource = GroupVersionResource {
            group: group.to_owned(),
            version: version.to_owned(),
            resource: plural(&kind),
        };
        let kind = GroupVersionKind { group: group.to_owned(), version: version.to_owned(), kind };
        Self {
            request_kind: Some(kind.clone()),
            request_resource: Some(resource.clone()),
            kind,
            resource,
            name: text("/metadata/name"),
            namespace: text("/metadata/namespace"),
            object,
            ..Self::default()
        }
    }

    /// Makes a request for an object of a file. A namespaced object without a namespace is put in
    /// `default`; a deletion has the object as the old one. The old object of an update is unknown:
    /// it is assumed to be the same for rules that compare the two, but does not count for rules
    /// that accept what was there before.
    #[must_use]
    pub fn of_file(mut object: Value, operation: Operation) -> Self {
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
        if !is_cluster_wide(kind)
            && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
            && metadata.get("namespace").and_then(Value::as_str).unwrap_or_default().is_empty()
        {
            metadata.insert("namespace".into(), "default".into());
        }
        let mut request = Self::create(object);
        request.operation = operation;
        match operation {
            Operation::Delete => request.old_object = std::mem::take(&mut request.object),
            Operation::Update => {
                request.old_object = request.object.clone();
                request.old_object_is_assumed = true;
            }
            Operation::Create | Operation::Connect => {}
        }
        request
    }

    /// Returns the kind of the resource, also where the object belongs to a subresource: `Pod` for
    /// `pods/exec`, `Deployment` of `apps/v1` for `deployments/scale`. Only the resource's name, in
    /// the plural and in lower case, is known: the kind of `replicasets` is returned as
    /// `Replicaset`.
    #[must_use]
    pub fn resource_kind(&self) -> Cow<'_, GroupVersionKind> {
        let Self { kind, resource, .. } = self;
        if let Some(parent) = &self.parent_kind {
            return Cow::Borrowed(parent);
        }
        let is_whole = self.sub_resource.is_empty() || resource.resource.is_empty();
        if is_whole || (kind.group == resource.group && plural(&kind.kind) == resource.resource) {
            return Cow::Borrowed(kind);
        }
        Cow::Owned(GroupVersionKind {
            group: resource.group.clone(),
            version: resource.version.clone(),
            kind: singular(&resource.resource),
        })
    }

    /// Returns the namespace that the object names, or else the request's, since the body of a
    /// connection names none. Empty for a Namespace.
    pub(super) fn object_namespace(&self) -> &str {
        let object = self.judged();
        match object.pointer("/metadata/namespace").and_then(Value::as_str) {
            Some(own) if !own.is_empty() => own,
            _ if self.kind.group.is_empty() && self.kind.kind == "Namespace" => "",
            _ => &self.namespace,
        }
    }

    /// Returns the judged object: the new one, or the one to be deleted.
    #[must_use]
    pub fn judged(&self) -> &Value {
        if self.object.is_null() { &self.old_object } else { &self.object }
    }
}

/// Returns the name of the resource of a kind: `networkpolicies`, `ingresses`, `endpoints`.
pub(super) fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    if kind == "endpoints" {
        return kind;
    }
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if kind.ends_with(['s', 'x']) || kind.ends_with("ch") => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

/// Returns the kind of a resource: `Pod` of `pods`, `Networkpolicy` of `networkpolicies`.
fn singular(resource: &str) -> String {
    let ends = ["sses", "xes", "ches"].iter().any(|end| resource.ends_with(end));
    let stem = match (resource.strip_suffix("ies"), resource.strip_suffix('s')) {
        _ if resource == "endpoints" => resource.to_owned(),
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) if ends => stem.strip_suffix('e').unwrap_or(stem).to_owned(),
        (None, stem) => stem.unwrap_or(resource).to_owned(),
    };
    let mut letters = stem.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a kind is cluster-wide: kinds of Kubernetes, of Kyverno and of common extensions are
/// known. For others, a file alone does not show it.
fn is_cluster_wide(kind: &str) -> bool {
    CLUSTER_WIDE.binary_search(&kind).is_ok()
}

/// Sorted.
const CLUSTER_WIDE: &[&str] = &[
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterCleanupPolicy",
    "ClusterIssuer",
    "ClusterPolicy",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "GatewayClass",
    "GlobalContextEntry",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "SelfSubjectAccessReview",
    "SelfSubjectReview",
    "StorageClass",
    "SubjectAccessReview",
    "TokenReview",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cluster_wide_kinds_can_be_searched() {
        assert!(CLUSTER_WIDE.is_sorted());
    }

    #[test]
    fn a_resource_is_named_by_its_kind() {
        let names = [
            ("Pod", "pods"),
            ("Ingress", "ingresses"),
            ("NetworkPolicy", "networkpolicies"),
            ("Gateway", "gateways"),
            ("Endpoints", "endpoints"),
        ];
        for (kind, resource) in names {
            assert_eq!(plural(kind), resource);
        }
    }

    #[test]
    fn a_part_is_of_the_kind_that_its_resource_has() {
        let of = |kind: &str, resource: &str, part: &str| {
            let request = json!({
                "kind": { "group": "", "version": "v1", "kind": kind },
                "resource": { "group": "apps", "version": "v1", "resource": resource },
                "subResource": part,
            });
            let request: Request = serde_json::from_value(request).unwrap();
            let kind = request.resource_kind().into_owned();
            format!("{}/{}", kind.group, kind.kind)
        };
        assert_eq!(of("Scale", "deployments", "scale"), "apps/Deployment");
        assert_eq!(of("PodExecOptions", "pods", "exec"), "apps/Pod");
        assert_eq!(of("X", "networkpolicies", "x"), "apps/Networkpolicy");
        assert_eq!(of("X", "ingresses", "x"), "apps/Ingress");
        assert_eq!(of("X", "leases", "x"), "apps/Lease");
        assert_eq!(of("Pod", "pods", ""), "/Pod");
    }

    #[test]
    fn what_names_no_namespace_is_meant_for_the_default_one() {
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" } });
        assert_eq!(Request::of_file(pod, Operation::Create).namespace, "default");
        let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "a" } });
        assert_eq!(Request::of_file(node, Operation::Create).namespace, "");
    }
}

//! What is asked: one operation on one object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The `request` of an AdmissionReview (`admission.k8s.io/v1`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Request {
    /// Which request it is; the answer repeats it.
    pub uid: String,
    /// The kind of the object.
    pub kind: GroupVersionKind,
    /// The resource that is asked of, `apps/v1 deployments`.
    pub resource: GroupVersionResource,
    /// The part of it, `status`, `scale`, `ephemeralcontainers`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sub_resource: String,
    /// The object's name; empty where the server is to make one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The object's namespace; empty for cluster-wide kinds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// What is to be done.
    pub operation: Operation,
    /// Who asks.
    pub user_info: UserInfo,
    /// The object as it would be; null for a deletion.
    pub object: Value,
    /// The object as it is; null for a creation.
    pub old_object: Value,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// The options of the operation.
    pub options: Value,
}

/// What is to be done with an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "the operations of admission.k8s.io/v1")]
pub enum Operation {
    /// It is made.
    #[default]
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// It is connected to, as by `kubectl exec`.
    Connect,
}

/// A kind of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GroupVersionKind {
    /// `apps`; empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
}

/// A resource of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GroupVersionResource {
    /// `apps`; empty for the core group.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `deployments`.
    pub resource: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserInfo {
    /// Name.
    pub username: String,
    /// Id.
    pub uid: String,
    /// Groups.
    pub groups: Vec<String>,
    /// What else the authenticator says.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl Request {
    /// The creation of an object, as a server asks about it; the resource is named as most are,
    /// by the kind in lower case with an `s`.
    #[must_use]
    pub fn create(object: Value) -> Self {
        let text = |pointer: &str| {
            object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let api_version = text("/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let kind = text("/kind");
        Self {
            resource: GroupVersionResource {
                group: group.to_owned(),
                version: version.to_owned(),
                resource: format!("{}s", kind.to_lowercase()),
            },
            name: text("/metadata/name"),
            namespace: text("/metadata/namespace"),
            kind: GroupVersionKind { group: group.to_owned(), version: version.to_owned(), kind },
            object,
            ..Self::default()
        }
    }
}

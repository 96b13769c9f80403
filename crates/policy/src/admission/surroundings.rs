//! The data that a policy may need beyond the object itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::{LabelSelector, Unanswered, UserInfo, VerifiedImage, WantedImage};

/// The world around an object that policies may query; the caller of the policies provides it.
///
/// An answer that is not available is an error with its reason, and so is then the outcome of the
/// rule: it never passes. Objects and lists are shared, since a list may be large and have many
/// readers.
pub trait Surroundings {
    /// Returns the time to judge by.
    fn now(&self) -> Timestamp;

    /// Whether there is a cluster, or something that stands in for all of it. Without one, unknown
    /// labels of namespaces, roles and entries are not taken for empty.
    fn knows_cluster(&self) -> bool {
        false
    }

    /// Returns the labels of a namespace.
    ///
    /// # Errors
    /// When the cluster cannot be queried, or has no such namespace.
    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        _ = name;
        Ok(BTreeMap::new())
    }

    /// Returns a whole Namespace; where only its labels are known, one with these.
    ///
    /// # Errors
    /// When the cluster cannot be queried, or nothing is known of the Namespace: its data would
    /// seem to be missing.
    fn namespace(&self, name: &str) -> Result<Value, Unanswered> {
        let labels = self.namespace_labels(name)?;
        let known = self.object("v1", "namespaces", "", name)?;
        if known.is_none() && labels.is_empty() {
            return Err(Unanswered::UnknownNamespace { name: name.to_owned() });
        }
        let known = known.map_or_else(|| named_namespace(name), Arc::unwrap_or_clone);
        Ok(labelled(known, labels))
    }

    /// Returns an object of the cluster; none where it does not exist.
    ///
    /// # Errors
    /// When the cluster cannot be queried.
    fn object(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        _ = (api_version, namespace);
        Err(Unanswered::NoCluster { wanted: format!("{resource_or_kind} {name}") })
    }

    /// Returns a list of the objects of a kind that have the wanted labels; of all namespaces where
    /// none is named.
    ///
    /// # Errors
    /// When the cluster cannot be queried.
    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        labels: &LabelSelector,
    ) -> Result<Arc<Value>, Unanswered> {
        _ = (api_version, namespace, labels);
        Err(Unanswered::NoCluster { wanted: resource_or_kind.to_owned() })
    }

    /// Returns the answer of a call to the cluster's API, or to a service.
    ///
    /// # Errors
    /// When the call fails, or its answer is an error.
    fn call(
        &self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Arc<Value>, Unanswered> {
        _ = body;
        Err(Unanswered::NoCluster { wanted: format!("{method} {url}") })
    }

    /// Returns the data of an image: `image`, `resolvedImage`, `registry`, `repository`, `name`,
    /// `tag`, `digest`, `manifest`, `configData`.
    ///
    /// # Errors
    /// When the registry cannot be queried.
    fn image(&self, reference: &str) -> Result<Value, Unanswered> {
        Err(Unanswered::NoRegistry { image: reference.to_owned() })
    }

    /// Returns an entry of Kyverno's global context, or one of its projections; none where there is
    /// none of that name.
    ///
    /// # Errors
    /// When it is not available.
    fn global_entry(
        &self,
        name: &str,
        projection: Option<&str>,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        _ = projection;
        Err(Unanswered::NoEntry { name: name.to_owned() })
    }

    /// Returns the roles that are bound to the user of the request.
    ///
    /// # Errors
    /// When the cluster cannot be queried.
    fn roles(&self, user: &UserInfo) -> Result<Roles, Unanswered> {
        _ = user;
        Ok(Roles::default())
    }

    /// Returns variables that are given for a policy and an object, as in a file of values: they
    /// replace data that would be loaded, and may replace parts of the request.
    fn given(&self, policy: &str, object: &str) -> Vec<(String, Value)> {
        _ = (policy, object);
        Vec::new()
    }

    /// Returns variables that are given for a rule, each with one value, or with one for each
    /// element of a `foreach`.
    fn given_to_rule(&self, policy: &str, rule: &str) -> Vec<(String, Given)> {
        _ = (policy, rule);
        Vec::new()
    }

    /// Receives an image that a policy wants named by its digest (`mutateDigest`). A caller that
    /// can change objects then reviews the changed one.
    fn pin(&self, image: &str) {
        _ = image;
    }

    /// Checks whether an image is signed, or attested, as a policy requires.
    ///
    /// # Errors
    /// When it is not, or that cannot be found out.
    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, Unanswered> {
        Err(Unanswered::NoVerifier { image: wanted.image.clone() })
    }
}

/// Makes a Namespace of which only the name is known.
pub(crate) fn named_namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// Adds labels from another source to a Namespace that has none itself.
pub(super) fn labelled(mut namespace: Value, labels: BTreeMap<String, String>) -> Value {
    if !labels.is_empty()
        && let Some(metadata) = namespace.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.entry("labels").or_insert_with(|| json!(labels));
    }
    namespace
}

/// The given value of a variable.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one, or one each")]
pub enum Given {
    /// One value for all elements.
    Value(Value),
    /// One for each element of a list.
    Elements(Vec<Value>),
}

/// Roles bound to a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the two kinds of roles of RBAC")]
pub struct Roles {
    /// Roles, as `namespace:name`.
    pub roles: Vec<String>,
    /// Cluster roles, by name.
    pub cluster_roles: Vec<String>,
}

/// Surroundings that know only the time.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Alone(pub Timestamp);

impl Surroundings for Alone {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_knows_nothing_but_the_time_says_whom_it_cannot_ask() {
        let alone = Alone("2026-11-21T12:00:00Z".parse().unwrap());
        let cluster = |wanted: &str| Unanswered::NoCluster { wanted: wanted.to_owned() };
        let object = alone.object("v1", "configmaps", "shop", "limits");
        let all = LabelSelector::default();
        for (why, expected, text) in [
            (
                object.unwrap_err(),
                cluster("configmaps limits"),
                "no cluster to ask for configmaps limits",
            ),
            (
                alone.objects("v1", "pods", "shop", &all).unwrap_err(),
                cluster("pods"),
                "no cluster to ask for pods",
            ),
            (
                alone.call("GET", "/version", None).unwrap_err(),
                cluster("GET /version"),
                "no cluster to ask for GET /version",
            ),
            (
                alone.image("nginx").unwrap_err(),
                Unanswered::NoRegistry { image: "nginx".to_owned() },
                "no registry to ask for nginx",
            ),
            (
                alone.global_entry("pods", None).unwrap_err(),
                Unanswered::NoEntry { name: "pods".to_owned() },
                "no global context entry pods",
            ),
        ] {
            assert_eq!(why.to_string(), text);
            assert_eq!(why, expected);
        }
    }
}

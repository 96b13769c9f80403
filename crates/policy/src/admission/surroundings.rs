//! What a policy may ask beyond the object itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::{LabelSelector, Unanswered, UserInfo, VerifiedImage, WantedImage};

/// What policies ask of the world around an object; who calls them provides it.
///
/// An answer that cannot be had is an error with its reason, and the rule that asked then errs: it
/// never passes. Objects and lists are shared, for a list may be large and many ask for it.
pub trait Surroundings {
    /// The time to judge by.
    fn now(&self) -> Timestamp;

    /// Whether there is a cluster to ask, or something that stands in for all of it. Where there is
    /// none, labels of namespaces, roles and entries that nothing is known of are not taken for
    /// empty.
    fn knows_cluster(&self) -> bool {
        false
    }

    /// Labels of a namespace.
    ///
    /// # Errors
    /// When the cluster cannot be asked, or has no such namespace.
    fn namespace_labels(&self, name: &str) -> Result<BTreeMap<String, String>, Unanswered> {
        _ = name;
        Ok(BTreeMap::new())
    }

    /// A Namespace, whole; where one is known by its labels alone, with these.
    ///
    /// # Errors
    /// When the cluster cannot be asked, or nothing is known of it: what it has would seem not to be
    /// there.
    fn namespace(&self, name: &str) -> Result<Value, Unanswered> {
        let labels = self.namespace_labels(name)?;
        let known = self.object("v1", "namespaces", "", name)?;
        if known.is_none() && labels.is_empty() {
            return Err(Unanswered::UnknownNamespace { name: name.to_owned() });
        }
        let known = known.map_or_else(|| named_namespace(name), Arc::unwrap_or_clone);
        Ok(labelled(known, labels))
    }

    /// An object of the cluster; none where it is not there.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
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

    /// A list of the objects of a kind with the labels that are wanted; of all namespaces where
    /// none is named.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
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

    /// What a call of the cluster's API, or of a service, answers.
    ///
    /// # Errors
    /// When it cannot be called, or answers with an error.
    fn call(
        &self,
        method: &str,
        url: &str,
        body: Option<&Value>,
    ) -> Result<Arc<Value>, Unanswered> {
        _ = body;
        Err(Unanswered::NoCluster { wanted: format!("{method} {url}") })
    }

    /// What is known of an image: `image`, `resolvedImage`, `registry`, `repository`, `name`,
    /// `tag`, `digest`, `manifest`, `configData`.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    fn image(&self, reference: &str) -> Result<Value, Unanswered> {
        Err(Unanswered::NoRegistry { image: reference.to_owned() })
    }

    /// An entry of Kyverno's global context, or one of its projections; none where there is none of
    /// that name.
    ///
    /// # Errors
    /// When it cannot be had.
    fn global_entry(
        &self,
        name: &str,
        projection: Option<&str>,
    ) -> Result<Option<Arc<Value>>, Unanswered> {
        _ = projection;
        Err(Unanswered::NoEntry { name: name.to_owned() })
    }

    /// The roles that are bound to who asks.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    fn roles(&self, user: &UserInfo) -> Result<Roles, Unanswered> {
        _ = user;
        Ok(Roles::default())
    }

    /// Variables that are given for a policy and an object, as in a file of values: they stand in
    /// for what would be loaded, and may replace parts of the request.
    fn given(&self, policy: &str, object: &str) -> Vec<(String, Value)> {
        _ = (policy, object);
        Vec::new()
    }

    /// Variables that are given for a rule, each with one value, or with one for each element of
    /// a `foreach`.
    fn given_to_rule(&self, policy: &str, rule: &str) -> Vec<(String, Given)> {
        _ = (policy, rule);
        Vec::new()
    }

    /// Is told of an image that a policy would have named by its digest (`mutateDigest`). Whoever
    /// can change objects then asks about the changed one.
    fn pin(&self, image: &str) {
        _ = image;
    }

    /// Whether an image is signed, or attested, as a policy wants it.
    ///
    /// # Errors
    /// When it is not, or that cannot be found out.
    fn verify(&self, wanted: &WantedImage) -> Result<VerifiedImage, Unanswered> {
        Err(Unanswered::NoVerifier { image: wanted.image.clone() })
    }
}

/// A Namespace of which no more is known than its name.
pub(crate) fn named_namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// A Namespace with the labels that are known otherwise, where it says none itself.
pub(super) fn labelled(mut namespace: Value, labels: BTreeMap<String, String>) -> Value {
    if !labels.is_empty()
        && let Some(metadata) = namespace.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.entry("labels").or_insert_with(|| json!(labels));
    }
    namespace
}

/// The value of a variable that stands in for another.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "one, or one each")]
pub enum Given {
    /// The same everywhere.
    Value(Value),
    /// One for each element of a list.
    Elements(Vec<Value>),
}

/// Roles bound to a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the two kinds of roles of RBAC")]
pub struct Roles {
    /// `namespace:name`.
    pub roles: Vec<String>,
    /// Names.
    pub cluster_roles: Vec<String>,
}

/// Nothing but the time.
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

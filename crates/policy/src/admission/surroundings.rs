//! What a policy may ask beyond the object itself.

use std::collections::BTreeMap;

use sealift_model::Timestamp;
use serde_json::Value;

/// What policies ask of the world around an object; who calls them provides it.
///
/// An answer that cannot be had is an error with its reason, and the rule that asked then errs: it
/// never passes.
pub trait Surroundings {
    /// The time to judge by.
    fn now(&self) -> Timestamp;

    /// Labels of a namespace.
    fn namespace_labels(&self, name: &str) -> BTreeMap<String, String> {
        _ = name;
        BTreeMap::new()
    }

    /// An object of the cluster.
    ///
    /// # Errors
    /// When the cluster cannot be asked, or has no such object.
    fn object(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, String> {
        _ = (api_version, namespace);
        Err(format!("no cluster to ask for {resource_or_kind} {name}"))
    }

    /// The objects of a kind, all namespaces where none is named.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    fn objects(
        &self,
        api_version: &str,
        resource_or_kind: &str,
        namespace: &str,
    ) -> Result<Vec<Value>, String> {
        _ = (api_version, namespace);
        Err(format!("no cluster to ask for {resource_or_kind}"))
    }

    /// What a call of the cluster's API, or of a service, answers.
    ///
    /// # Errors
    /// When it cannot be called, or answers with an error.
    fn call(&self, method: &str, url: &str, body: Option<&Value>) -> Result<Value, String> {
        _ = body;
        Err(format!("no cluster to ask for {method} {url}"))
    }

    /// What is known of an image: `image`, `resolvedImage`, `registry`, `repository`, `name`,
    /// `tag`, `digest`, `manifest`, `configData`.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    fn image(&self, reference: &str) -> Result<Value, String> {
        Err(format!("no registry to ask for {reference}"))
    }
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

//! Objects that exist, with the interface of a cluster's API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::LabelSelector;
use super::super::request::plural;
use super::NotGiven;

/// Objects of a cluster.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub(super) objects: Vec<Arc<Value>>,
}

impl Cluster {
    pub(super) fn namespace_labels(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let namespace = self.object("v1", "namespaces", "", name)?;
        let labels = namespace.pointer("/metadata/labels")?.as_object()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Some(labels.iter().map(|(key, value)| (key.clone(), text(value))).collect())
    }

    pub(super) fn object(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<&Arc<Value>> {
        let is_it =
            |own: &&Arc<Value>| is_of(own, api_version, kind, namespace) && named(own, name);
        self.objects.iter().find(is_it)
    }

    pub(super) fn list(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        labels: &LabelSelector,
    ) -> Result<Vec<Value>, NotGiven> {
        if self.objects.is_empty() {
            return Err(NotGiven::Objects { wanted: kind.to_owned() });
        }
        let is_one = |own: &&Arc<Value>| {
            is_of(own, api_version, kind, namespace) && labels.selects_object(own)
        };
        Ok(self.objects.iter().filter(is_one).map(|own| Value::clone(own)).collect())
    }

    /// Returns the answer to an API path: `/apis/apps/v1/namespaces/shop/deployments/cart`.
    pub(super) fn get(&self, url: &str) -> Result<Arc<Value>, NotGiven> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let not_said = || NotGiven::Call { call: url.to_owned() };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (api_version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ((*version).to_owned(), rest),
            ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return Err(not_said()),
        };
        if !query.is_empty() {
            return Err(NotGiven::Query { url: url.to_owned() });
        }
        let object = |resource: &str, namespace: &str, name: &str| {
            let found = self.object(&api_version, resource, namespace, name).cloned();
            let (resource, name) = (resource.to_owned(), name.to_owned());
            found.ok_or(NotGiven::Object { resource, name })
        };
        let list = |resource: &str, namespace: &str| {
            let found = self.list(&api_version, resource, namespace, &LabelSelector::default())?;
            Ok(as_list(&api_version, resource, found).into())
        };
        match rest {
            ["namespaces", namespace, resource] => list(resource, namespace),
            ["namespaces", namespace, resource, name] => object(resource, namespace, name),
            [resource] => list(resource, ""),
            [resource, name] => object(resource, "", name),
            _ => Err(not_said()),
        }
    }
}

fn as_list(api_version: &str, kind: &str, items: Vec<Value>) -> Value {
    let item = items.first().and_then(|item| item.get("kind")).and_then(Value::as_str);
    let kind = format!("{}List", item.unwrap_or(kind));
    json!({ "apiVersion": api_version, "kind": kind, "metadata": {}, "items": items })
}

/// Whether an object has this kind, or resource, and this namespace.
fn is_of(object: &Value, api_version: &str, kind: &str, namespace: &str) -> bool {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
    let own = text("/kind").unwrap_or_default();
    text("/apiVersion") == Some(api_version)
        && (own.eq_ignore_ascii_case(kind) || plural(own) == kind)
        && (namespace.is_empty() || text("/metadata/namespace").unwrap_or("default") == namespace)
}

fn named(object: &Value, name: &str) -> bool {
    object.pointer("/metadata/name").and_then(Value::as_str) == Some(name)
}

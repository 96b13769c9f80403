//! Kyverno's file of values.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::{Given, GroupVersionKind, Operation, Request};

/// Values that replace a cluster's data.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Values {
    global_values: BTreeMap<String, Value>,
    policies: Vec<OfPolicy>,
    namespace_selector: Vec<NamespaceLabels>,
    namespaces: Vec<Namespace>,
    subresources: Vec<Subresource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OfPolicy {
    name: String,
    rules: Vec<OfRule>,
    resources: Vec<OfObject>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OfRule {
    name: String,
    values: BTreeMap<String, Value>,
    foreach_values: BTreeMap<String, Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OfObject {
    name: String,
    values: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NamespaceLabels {
    name: String,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Namespace {
    metadata: NamespaceLabels,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Subresource {
    subresource: ApiResource,
    parent_resource: ApiResource,
}

/// A resource as listed by the API's discovery.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ApiResource {
    name: String,
    group: String,
    version: String,
    kind: String,
}

const OPERATION: &str = "request.operation";

impl Values {
    pub(super) fn extend(&mut self, other: Self) {
        self.global_values.extend(other.global_values);
        self.policies.extend(other.policies);
        self.namespace_selector.extend(other.namespace_selector);
        self.namespaces.extend(other.namespaces);
        self.subresources.extend(other.subresources);
    }

    /// Returns the operation of all requests.
    pub(super) fn operation(&self) -> Option<Operation> {
        Operation::deserialize(self.global_values.get(OPERATION)?).ok()
    }

    pub(super) fn namespace_labels(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let full = self.namespaces.iter().map(|namespace| &namespace.metadata);
        let mut all = full.chain(&self.namespace_selector);
        all.find(|own| own.name == name).map(|own| own.labels.clone())
    }

    /// Sets the subresource of a request, where the object is the body of a request to one.
    pub(super) fn subresource(&self, request: &mut Request) {
        let is_it = |of: &&Subresource| of.subresource.kind() == request.kind;
        if let Some(found) = self.subresources.iter().find(is_it) {
            let part = found.subresource.name.split_once('/').map_or("", |(_, part)| part);
            request.sub_resource = part.to_owned();
            request.resource.resource = found.parent_resource.name.clone();
            request.resource.group = found.parent_resource.group.clone();
            request.resource.version = found.parent_resource.version.clone();
            request.parent_kind = Some(found.parent_resource.kind());
            request.request_sub_resource.clone_from(&request.sub_resource);
            request.request_resource = Some(request.resource.clone());
        }
    }

    pub(super) fn given(&self, policy: &str, object: &str) -> Vec<(String, Value)> {
        let of_object = self.policies.iter().filter(|own| own.name == policy);
        let of_object = of_object.flat_map(|own| &own.resources).filter(|own| own.name == object);
        let mut all = self.global_values.clone();
        for own in of_object {
            all.extend(own.values.clone());
        }
        all.into_iter().collect()
    }

    pub(super) fn given_to_rule(&self, policy: &str, rule: &str) -> Vec<(String, Given)> {
        let rules = self.policies.iter().filter(|own| own.name == policy);
        // Values for a rule apply to the rules that are generated from it.
        let written = rule.strip_prefix("autogen-").unwrap_or(rule);
        let written = [rule, written, written.strip_prefix("cronjob-").unwrap_or(written)];
        let rules = rules.flat_map(|own| &own.rules);
        let rules = rules.filter(|own| written.contains(&own.name.as_str()));
        let mut all = Vec::new();
        for own in rules {
            let values = own.values.iter();
            all.extend(values.map(|(key, value)| (key.clone(), Given::Value(value.clone()))));
            let each = own.foreach_values.iter();
            all.extend(each.map(|(key, list)| (key.clone(), Given::Elements(list.clone()))));
        }
        all
    }
}

impl ApiResource {
    fn kind(&self) -> GroupVersionKind {
        GroupVersionKind {
            group: self.group.clone(),
            version: self.version.clone(),
            kind: self.kind.clone(),
        }
    }
}

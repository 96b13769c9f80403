//! Which objects a constraint is about (Gatekeeper, `spec.match`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Named;
use crate::Error;
use crate::admission::relation::Relation;
use crate::admission::{Request, Surroundings};

/// All of it must hold; what is left out holds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Match {
    kinds: Vec<Kinds>,
    namespaces: Vec<String>,
    excluded_namespaces: Vec<String>,
    label_selector: Option<Selector>,
    namespace_selector: Option<Selector>,
    scope: Scope,
    name: Option<String>,
    /// Objects that Gatekeeper expands from a workload are not made here, so that what is about
    /// them alone never applies.
    source: Origin,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Kinds {
    api_groups: Vec<String>,
    kinds: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
enum Scope {
    #[default]
    #[serde(rename = "*", alias = "")]
    Any,
    Cluster,
    Namespaced,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
enum Origin {
    #[default]
    #[serde(alias = "")]
    All,
    Generated,
    Original,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Selector {
    match_labels: BTreeMap<String, String>,
    match_expressions: Vec<Expression>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expression {
    key: String,
    operator: Relation,
    #[serde(default)]
    values: Vec<String>,
}

impl Match {
    pub(super) fn load(document: &Named<'_>) -> Result<Self, Error> {
        match document.value.pointer("/spec/match") {
            None | Some(Value::Null) => Ok(Self::default()),
            Some(value) => {
                Self::deserialize(value).map_err(|error| document.error("spec.match", error))
            }
        }
    }

    /// Whether a request is one of those.
    ///
    /// # Errors
    /// When that goes by the labels of its namespace, and those cannot be had.
    pub(super) fn holds(
        &self,
        request: &Request,
        around: &dyn Surroundings,
    ) -> Result<bool, String> {
        let namespace = namespace(request);
        let in_namespace = !request.namespace.is_empty();
        let holds = self.source != Origin::Generated
            && self.of_kind(request)
            && match self.scope {
                Scope::Any => true,
                Scope::Cluster => !in_namespace || is_namespace(request),
                Scope::Namespaced => in_namespace && !is_namespace(request),
            }
            && self.in_namespaces(namespace)
            && self.of_name(request)
            && self.label_selector.as_ref().is_none_or(|selector| {
                [&request.object, &request.old_object]
                    .into_iter()
                    .any(|object| !object.is_null() && selector.holds(&labels(object)))
            });
        match (&self.namespace_selector, namespace) {
            _ if !holds => Ok(false),
            // What is in no namespace cannot be disqualified.
            (None, _) | (_, None) => Ok(true),
            // A Namespace is judged by its own labels, other objects by those of theirs.
            (Some(selector), Some(_)) if is_namespace(request) => {
                Ok(selector.holds(&labels(request.judged())))
            }
            (Some(selector), Some(name)) => {
                let mut labels = around.namespace_labels(name)?;
                labels
                    .entry("kubernetes.io/metadata.name".to_owned())
                    .or_insert_with(|| name.to_owned());
                Ok(selector.holds(&labels))
            }
        }
    }

    fn of_kind(&self, request: &Request) -> bool {
        let among = |all: &[String], one: &str| {
            all.is_empty() || all.iter().any(|other| other == "*" || other == one)
        };
        self.kinds.is_empty()
            || self.kinds.iter().any(|kinds| {
                among(&kinds.api_groups, &request.kind.group)
                    && among(&kinds.kinds, &request.kind.kind)
            })
    }

    fn in_namespaces(&self, namespace: Option<&str>) -> bool {
        namespace.is_none_or(|name| {
            (self.namespaces.is_empty() || self.namespaces.iter().any(|glob| fits(glob, name)))
                && !self.excluded_namespaces.iter().any(|glob| fits(glob, name))
        })
    }

    fn of_name(&self, request: &Request) -> bool {
        let Some(glob) = &self.name else { return true };
        let generated = ["/metadata/name", "/metadata/generateName"];
        let names = generated
            .iter()
            .filter_map(|pointer| request.object.pointer(pointer).and_then(Value::as_str));
        names.chain([request.name.as_str()]).any(|name| !name.is_empty() && fits(glob, name))
    }
}

impl Selector {
    /// Kubernetes' label selectors: all must hold; a label that is missing is in no list.
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self
                .match_expressions
                .iter()
                .all(|it| it.operator.holds(labels.get(&it.key), &it.values))
    }
}

/// The namespace that an object is in, or is.
fn namespace(request: &Request) -> Option<&str> {
    let name = if is_namespace(request) { &request.name } else { &request.namespace };
    (!name.is_empty()).then_some(name)
}

fn is_namespace(request: &Request) -> bool {
    request.kind.group.is_empty() && request.kind.kind == "Namespace"
}

fn labels(object: &Value) -> BTreeMap<String, String> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let labels = labels.into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A name with `*` at its start, its end or both.
fn fits(glob: &str, name: &str) -> bool {
    match (glob.strip_prefix('*'), glob.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(rest), Some(_)) => name.contains(rest.trim_end_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => glob == name,
    }
}

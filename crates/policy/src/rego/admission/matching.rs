//! Selects the objects that a constraint applies to (Gatekeeper, `spec.match`).

use serde::Deserialize;
use serde_json::Value;

use super::Named;
use crate::Error;
use crate::admission::labels::{is_namespace, namespace_labels};
use crate::admission::{LabelSelector, Request, Surroundings, Unanswered};

/// All parts must hold; a part that is left out holds.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Match {
    kinds: Vec<Kinds>,
    namespaces: Vec<String>,
    excluded_namespaces: Vec<String>,
    label_selector: Option<LabelSelector>,
    namespace_selector: Option<LabelSelector>,
    scope: Scope,
    name: Option<String>,
    /// Objects that Gatekeeper expands from a workload are not made here, so a constraint for those
    /// alone never applies.
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

impl Match {
    pub(super) fn load(document: &Named<'_>) -> Result<Self, Error> {
        match document.value.pointer("/spec/match") {
            None | Some(Value::Null) => Ok(Self::default()),
            Some(value) => {
                let read = Self::deserialize(value);
                let read = read.map_err(|error| document.error("spec.match", error))?;
                for (field, selector) in [
                    ("spec.match.labelSelector", &read.label_selector),
                    ("spec.match.namespaceSelector", &read.namespace_selector),
                ] {
                    let checked = selector.as_ref().map_or(Ok(()), LabelSelector::check);
                    checked.map_err(|problem| document.error(field, problem))?;
                }
                Ok(read)
            }
        }
    }

    /// Whether a request matches.
    ///
    /// # Errors
    /// When the labels of its namespace decide, and they are not available.
    pub(super) fn holds(
        &self,
        request: &Request,
        around: &dyn Surroundings,
    ) -> Result<bool, Unanswered> {
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
                    .any(|object| !object.is_null() && selector.selects_object(object))
            });
        match self.namespace_selector.as_ref().filter(|selector| !selector.is_empty()) {
            Some(selector) if holds => {
                // An object in no namespace is not excluded by the selector.
                let labels = namespace_labels(request, around)?;
                Ok(labels.is_none_or(|labels| selector.selects(&labels)))
            }
            _ => Ok(holds),
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

    /// Matches the object's name; where the server is to complete it, the prefix, and that only
    /// with a glob that ends in `*`.
    fn of_name(&self, request: &Request) -> bool {
        let Some(glob) = self.name.as_deref().filter(|glob| !glob.is_empty()) else { return true };
        let text = |object: &'_ Value, pointer: &str| {
            object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let object = request.judged();
        let name = [text(object, "/metadata/name"), request.name.clone()];
        let generated = text(object, "/metadata/generateName");
        name.iter().any(|name| !name.is_empty() && fits(glob, name))
            || (!generated.is_empty() && glob.ends_with('*') && fits(glob, &generated))
    }
}

/// Returns the namespace of an object, or the name of a Namespace itself.
fn namespace(request: &Request) -> Option<&str> {
    let name = if is_namespace(request) { &request.name } else { &request.namespace };
    (!name.is_empty()).then_some(name)
}

/// Matches a name; the glob may have `*` at its start, its end or both.
fn fits(glob: &str, name: &str) -> bool {
    match (glob.strip_prefix('*'), glob.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(rest), Some(_)) => name.contains(rest.trim_end_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => glob == name,
    }
}

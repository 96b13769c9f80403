//! Label selectors of Kubernetes, and the labels that they are asked of.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::relation::Relation;
use super::{Request, Surroundings};

/// The labels of something, by their names.
pub(crate) type Labels = BTreeMap<String, String>;

/// The label with its own name that the API server gives to each namespace.
const NAME: &str = "kubernetes.io/metadata.name";

/// A `LabelSelector`: all of it must hold; an empty one always does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Selector {
    #[serde(deserialize_with = "some")]
    match_labels: Labels,
    #[serde(deserialize_with = "some")]
    match_expressions: Vec<Requirement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement {
    key: String,
    operator: Relation,
    #[serde(default, deserialize_with = "some")]
    values: Vec<String>,
}

/// An empty list, or nothing, for `null`.
fn some<'d, D: Deserializer<'d>, T: Deserialize<'d> + Default>(of: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(of)?.unwrap_or_default())
}

impl Selector {
    pub(crate) fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether labels are as it wants them; one that is missing is in no list.
    pub(crate) fn holds(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self
                .match_expressions
                .iter()
                .all(|it| it.operator.holds(labels.get(&it.key), &it.values))
    }

    /// What is wrong with it: a server takes no list without values, and no values where none are
    /// asked for.
    pub(crate) fn check(&self) -> Result<(), String> {
        for Requirement { key, operator, values } in &self.match_expressions {
            let wants_values = matches!(operator, Relation::In | Relation::NotIn);
            if wants_values == values.is_empty() {
                let problem = if wants_values { "has no values" } else { "has values" };
                return Err(format!("{operator:?} of {key} {problem}"));
            }
        }
        Ok(())
    }
}

/// The labels of an object. What is no text is no label.
pub(crate) fn labels(object: &Value) -> Labels {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let labels = labels.into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The labels of the namespace that an object is in, or is; none where it is in none.
///
/// # Errors
/// When they cannot be had.
pub(crate) fn namespace_labels(
    request: &Request,
    around: &dyn Surroundings,
) -> Result<Option<Labels>, String> {
    let (name, mut labels) = match is_namespace(request) {
        true => (&request.name, labels(request.judged())),
        false if request.namespace.is_empty() => return Ok(None),
        false => (&request.namespace, around.namespace_labels(&request.namespace)?),
    };
    labels.entry(NAME.to_owned()).or_insert_with(|| name.clone());
    Ok(Some(labels))
}

pub(crate) fn is_namespace(request: &Request) -> bool {
    request.kind.group.is_empty() && request.kind.kind == "Namespace"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_wants_all_that_it_says() {
        let read = |value: Value| Selector::deserialize(value).unwrap();
        let own = labels(&json!({"metadata": {"labels": {"app": "web", "n": 1}}}));
        let requires = |operator: &str, values: Value| {
            read(
                json!({"matchExpressions": [{"key": "app", "operator": operator, "values": values}]}),
            )
        };
        assert!(read(json!({"matchLabels": null})).is_empty());
        assert!(read(json!({"matchLabels": {"app": "web"}})).holds(&own));
        assert!(!read(json!({"matchLabels": {"app": "web", "n": "1"}})).holds(&own));
        assert!(requires("In", json!(["web", "db"])).holds(&own));
        assert!(!requires("NotIn", json!(["web"])).holds(&own));
        assert!(requires("NotIn", json!(["web"])).holds(&Labels::new()));
        assert!(!requires("DoesNotExist", json!(null)).holds(&own));
        assert_eq!(requires("Exists", json!(null)).check(), Ok(()));
        assert_eq!(
            requires("Exists", json!(["a"])).check(),
            Err("Exists of app has values".into())
        );
        assert_eq!(requires("In", json!([])).check(), Err("In of app has no values".into()));
    }
}

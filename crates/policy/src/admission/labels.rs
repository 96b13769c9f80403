//! Labels and label selectors.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::relation::Relation;
use super::{Request, Surroundings, Unanswered};

/// The labels of an object, by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// The label that the API server gives to each namespace; its value is the namespace's name.
const NAME: &str = "kubernetes.io/metadata.name";

/// A label selector (`meta/v1`, LabelSelector). An empty one selects everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LabelSelector {
    #[serde(deserialize_with = "some")]
    match_labels: BTreeMap<String, String>,
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

/// An operator has values but takes none, or has none but needs some.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{operator:?} of {key} has {}", if *has_values { "values" } else { "no values" })]
pub(crate) struct WrongValues {
    operator: Relation,
    key: String,
    has_values: bool,
}

/// Why a label query is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// The text cannot be a label name.
    #[error("{0:?} is no name of a label")]
    Name(String),
    /// The text cannot be a label value.
    #[error("{0:?} is no value of a label")]
    Value(String),
    /// The list for `in` or `notin` is empty.
    #[error("{operator} of the label {label} has no values")]
    NoValues {
        /// `in` or `notin`.
        operator: &'static str,
        /// The name of the label.
        label: String,
    },
}

/// An empty list, or nothing, for `null`.
fn some<'d, D: Deserializer<'d>, T: Deserialize<'d> + Default>(of: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(of)?.unwrap_or_default())
}

impl LabelSelector {
    /// Selects objects that have all of these labels.
    #[must_use]
    pub fn of_labels(labels: BTreeMap<String, String>) -> Self {
        Self { match_labels: labels, match_expressions: Vec::new() }
    }

    /// Whether it selects everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether it selects these labels.
    #[must_use]
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_labels.iter().all(|(name, value)| labels.get(name) == Some(value))
            && self
                .match_expressions
                .iter()
                .all(|it| it.operator.holds(labels.get(&it.key), &it.values))
    }

    /// Whether it selects an object, by the object's labels.
    #[must_use]
    pub fn selects_object(&self, object: &Value) -> bool {
        self.is_empty() || self.selects(&labels(object))
    }

    /// Checks it: a server refuses a missing list of values, and values where none are needed.
    pub(crate) fn check(&self) -> Result<(), WrongValues> {
        for Requirement { key, operator, values } in &self.match_expressions {
            let wants_values = matches!(operator, Relation::In | Relation::NotIn);
            if wants_values == values.is_empty() {
                let (operator, key) = (*operator, key.clone());
                return Err(WrongValues { operator, key, has_values: !wants_values });
            }
        }
        Ok(())
    }

    /// Writes it as a parameter of an API query (`labelSelector`).
    ///
    /// # Errors
    /// When a name or value is not valid in a label: the query would have another meaning.
    pub fn query(&self) -> Result<String, LabelError> {
        let labels = self.match_labels.iter();
        let labels = labels.map(|(name, of)| Ok(format!("{}={}", key(name)?, value(of)?)));
        let all = labels.chain(self.match_expressions.iter().map(Requirement::query));
        Ok(all.collect::<Result<Vec<_>, LabelError>>()?.join(","))
    }
}

impl Requirement {
    fn query(&self) -> Result<String, LabelError> {
        let name = key(&self.key)?;
        let listed = |word: &'static str| {
            let values = self.values.iter().map(|of| value(of));
            let mut values = values.collect::<Result<Vec<_>, _>>()?;
            // The API accepts an empty value only in the first place.
            values.sort_unstable();
            match values.as_slice() {
                [] => Err(LabelError::NoValues { operator: word, label: name.to_owned() }),
                [one] => Ok(format!("{name}{}{one}", if word == "in" { "=" } else { "!=" })),
                values => Ok(format!("{name} {word} ({})", values.join(","))),
            }
        };
        match self.operator {
            Relation::In => listed("in"),
            Relation::NotIn => listed("notin"),
            Relation::Exists => Ok(name.to_owned()),
            Relation::DoesNotExist => Ok(format!("!{name}")),
        }
    }
}

/// A label name may have a prefix; no valid character has a special meaning in a query.
fn key(text: &str) -> Result<&str, LabelError> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_of_name) {
        true => Ok(text),
        false => Err(LabelError::Name(text.to_owned())),
    }
}

fn value(text: &str) -> Result<&str, LabelError> {
    let is_of_value = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    match text.bytes().all(is_of_value) {
        true => Ok(text),
        false => Err(LabelError::Value(text.to_owned())),
    }
}

/// Returns the labels of an object. Values that are not text are left out.
pub(crate) fn labels(object: &Value) -> Labels {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let labels = labels.into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Returns the labels of the namespace that an object is in, or is; none where it is in none.
///
/// # Errors
/// When they are not available.
pub(crate) fn namespace_labels(
    request: &Request,
    around: &dyn Surroundings,
) -> Result<Option<Labels>, Unanswered> {
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

    fn selector(value: Value) -> LabelSelector {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn selectors_are_asked_as_the_api_reads_them() {
        for (said, query) in [
            (json!({}), ""),
            (json!({"matchLabels": {"a.example/b": "c", "d": ""}}), "a.example/b=c,d="),
            (
                json!({"matchExpressions": [
                    {"key": "a", "operator": "In", "values": ["y", "x"]},
                    {"key": "a", "operator": "NotIn", "values": ["", "z"]},
                    {"key": "b", "operator": "Exists"},
                    {"key": "c", "operator": "DoesNotExist"},
                    {"key": "d", "operator": "NotIn", "values": ["e"]},
                ]}),
                "a in (x,y),a notin (,z),b,!c,d!=e",
            ),
        ] {
            assert_eq!(selector(said).query().unwrap(), query);
        }
        // No value changes the meaning of the query.
        let (name, value) =
            (|it: &str| LabelError::Name(it.into()), |it: &str| LabelError::Value(it.into()));
        let no_values = LabelError::NoValues { operator: "in", label: "a".into() };
        assert_eq!(no_values.to_string(), "in of the label a has no values");
        for (bad, why) in [
            (json!({"matchLabels": {"a": "b,c"}}), value("b,c")),
            (json!({"matchLabels": {"a,b": "c"}}), name("a,b")),
            (json!({"matchLabels": {"": "c"}}), name("")),
            (
                json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x)"]}]}),
                value("x)"),
            ),
            (json!({"matchExpressions": [{"key": "a", "operator": "In"}]}), no_values),
        ] {
            assert_eq!(selector(bad).query(), Err(why));
        }
    }

    #[test]
    fn objects_are_selected_by_their_labels() {
        let object = json!({"metadata": {"labels": {"a": "x", "n": 1}}});
        for (said, is_selected) in [
            (json!({}), true),
            (json!({"matchLabels": {"a": "x"}}), true),
            (json!({"matchLabels": {"a": "y"}}), false),
            (json!({"matchLabels": null}), true),
            (json!({"matchLabels": {"n": ""}}), false),
            (
                json!({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["x"]}]}),
                true,
            ),
            (json!({"matchExpressions": [{"key": "b", "operator": "Exists"}]}), false),
        ] {
            assert_eq!(selector(said.clone()).selects_object(&object), is_selected, "{said}");
        }
    }

    #[test]
    fn lists_have_values_and_nothing_else_has() {
        let requires = |operator: &str, values: Value| {
            let one = json!({"key": "app", "operator": operator, "values": values});
            selector(json!({"matchExpressions": [one]})).check()
        };
        assert_eq!(requires("Exists", json!(null)), Ok(()));
        assert_eq!(requires("NotIn", json!(["a"])), Ok(()));
        let said = |wrong: Result<(), WrongValues>| wrong.unwrap_err().to_string();
        assert_eq!(said(requires("Exists", json!(["a"]))), "Exists of app has values");
        assert_eq!(said(requires("In", json!([]))), "In of app has no values");
    }
}

//! What policies ask of a cluster that the webhook does not know: to take an empty answer for one
//! would leave rules out in silence.

use sealift_policy::admission::Document;
use serde_json::Value;

/// The one label that every namespace has, with its own name.
pub(super) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Fields that choose by what only the cluster knows.
const ASKED: [(&str, &str); 3] = [
    ("namespaceSelector", "the labels of namespaces"),
    ("clusterRoles", "the roles that are bound to who asks"),
    ("roles", "the roles that are bound to who asks"),
];

/// What a policy asks that is not known here: the field, and what it is about.
pub(super) fn asked(document: &Document) -> Option<(String, &'static str)> {
    look(&document.value, "")
}

fn look(value: &Value, place: &str) -> Option<(String, &'static str)> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            let asked = ASKED.iter().find(|(field, _)| field == name);
            match asked.filter(|_| is_some(value) && !is_by_name(value)) {
                Some((_, about)) => Some((place, *about)),
                None => look(value, &place),
            }
        }),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(at, value)| look(value, &format!("{place}[{at}]")))
        }
        _ => None,
    }
}

/// Whether a selector selects, a list names somebody. A text is no such field but a word of it.
fn is_some(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// Whether a selector looks at the name alone, which is known.
fn is_by_name(value: &Value) -> bool {
    let Value::Object(members) = value else { return false };
    members.iter().all(|(name, value)| match name.as_str() {
        "matchLabels" => value.as_object().is_some_and(|it| it.keys().all(|it| it == NAME_LABEL)),
        "matchExpressions" => {
            let key = |it: &Value| it.get("key").and_then(Value::as_str) == Some(NAME_LABEL);
            value.as_array().is_some_and(|it| it.iter().all(key))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use sealift_policy::Limits;

    use super::*;

    fn found(selector: &str) -> Option<(String, &'static str)> {
        let text = format!("kind: ClusterPolicy\nspec:\n  rules:\n  - match: {{{selector}}}\n");
        let documents = Document::read("a.yaml", text.as_bytes(), &Limits::default()).unwrap();
        asked(documents.first().unwrap())
    }

    #[test]
    fn what_is_not_known_is_not_passed_over() {
        let (place, about) = found("namespaceSelector: {matchLabels: {team: a}}").unwrap();
        assert_eq!(place, "spec.rules[0].match.namespaceSelector");
        assert_eq!(about, "the labels of namespaces");
        assert!(found("any: [{clusterRoles: [admin]}]").is_some());
        assert!(found("namespaceSelector: {}").is_none());
        assert!(found("clusterRoles: []").is_none());
        let by_name = |op: &str| {
            format!(
                "namespaceSelector: {{matchExpressions: [{{key: {NAME_LABEL}, operator: {op}}}]}}"
            )
        };
        assert!(found(&by_name("Exists")).is_none());
        assert!(
            found("namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}").is_some()
        );
    }
}

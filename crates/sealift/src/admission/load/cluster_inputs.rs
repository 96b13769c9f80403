//! Finds cluster data that policies need and that the webhook does not have: an empty answer in its
//! place would skip rules silently.

use sealift_policy::admission::Document;
use serde_json::Value;

/// The one label that every namespace has; its value is the namespace's name.
pub(in crate::admission) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Fields that select by what only the cluster knows.
const ASKED: [(&str, &str); 3] =
    [("namespaceSelector", LABELS), ("clusterRoles", ROLES), ("roles", ROLES)];
const LABELS: &str = "the labels of namespaces";
pub(in crate::admission) const NAMESPACES: &str = "namespaces but for their names";
const ROLES: &str = "the roles that are bound to who asks";

/// Fields where policies, bindings, exceptions and constraints select objects. Elsewhere such a
/// name belongs to the object, or to the policy's author.
const CHOICES: [&str; 7] = [
    "match",
    "exclude",
    "matchConstraints",
    "matchResources",
    "excludeResourceRules",
    "failureActionOverrides",
    "validationFailureActionOverrides",
];
/// Fields that hold the object's data, or data of the policy's author.
const DATA: [&str; 4] = ["pattern", "anyPattern", "parameters", "openAPIV3Schema"];

/// Fields that hold CEL expressions.
const CEL: [&str; 3] = ["expression", "messageExpression", "valueExpression"];
/// Variables of expressions, each with the suffix whose value is known without a cluster.
const CEL_ASKED: [(&str, &str, &str); 2] =
    [("namespaceObject", ".metadata.name", NAMESPACES), ("globalContext", "", ENTRIES)];
const ENTRIES: &str = "the entries of the global context";
/// Fields of templates that hold Rego: the policies themselves report what Rego reads.
const REGO: [&str; 2] = ["rego", "libs"];
const JMESPATH_ASKED: [&str; 2] = ["request.clusterRoles", "request.roles"];

/// Returns the fields of a policy that need cluster data, each with the data that it needs.
pub(in crate::admission) fn asked(document: &Document) -> Vec<(String, &'static str)> {
    let mut asked = Vec::new();
    match document.kind() {
        "GlobalContextEntry" => asked.push(("kind".to_owned(), ENTRIES)),
        "ConstraintTemplate" => {
            let code = document.value.pointer("/spec/targets/0/code").unwrap_or(&Value::Null);
            look(code, "", "spec.targets[0].code", false, &mut asked);
        }
        _ => look(&document.value, "", "", false, &mut asked),
    }
    asked
}

/// Whether such data counts as empty where nobody gives it. Where a Namespace is not known, the
/// rule itself reports that.
pub(in crate::admission) fn counts_as_none(about: &str) -> bool {
    about != NAMESPACES
}

/// Searches the value of a field, at a place; `chooses` is whether the place selects objects.
fn look(
    value: &Value,
    field: &str,
    place: &str,
    chooses: bool,
    found: &mut Vec<(String, &'static str)>,
) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            let asked = ASKED.iter().find(|(field, _)| chooses && field == name);
            match asked.filter(|_| is_some(value) && !is_by_name(value)) {
                Some((_, about)) => found.push((place, *about)),
                None => {
                    let name = name.as_str();
                    let chooses = (chooses || CHOICES.contains(&name)) && !DATA.contains(&name);
                    look(value, name, &place, chooses, found);
                }
            }
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| {
            look(value, field, &format!("{place}[{at}]"), chooses, found);
        }),
        Value::String(text) if !REGO.contains(&field) => {
            let asked = asked_by(text, field).into_iter();
            found.extend(asked.map(|about| (place.to_owned(), about)));
        }
        _ => {}
    }
}

/// Returns the cluster data that an expression needs.
fn asked_by(text: &str, field: &str) -> Vec<&'static str> {
    if CEL.contains(&field) {
        let asked = CEL_ASKED.iter().filter(|(name, known, _)| {
            words(text, name).any(|rest| known.is_empty() || !starts_with_word(rest, known))
        });
        return asked.map(|(_, _, about)| *about).collect();
    }
    let is_expression = field == "jmesPath" || text.contains("{{");
    let asks = || JMESPATH_ASKED.iter().any(|name| words(text, name).next().is_some());
    if is_expression && asks() { vec![ROLES] } else { Vec::new() }
}

/// Returns the text after each place where the name stands as a whole word.
fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(name).filter_map(move |(at, _)| {
        let (before, found) = text.split_at_checked(at)?;
        let is_whole = !before.ends_with(|it| is_of_word(it) || it == '.');
        (is_whole && starts_with_word(found, name)).then(|| found.get(name.len()..))?
    })
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_of_word))
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether a selector or list has entries. A plain text is not such a field.
fn is_some(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// Whether a selector uses only the namespace's name, which is known.
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
        asked(documents.first().unwrap()).into_iter().next()
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

    #[test]
    fn a_template_in_cel_that_looks_at_the_namespace_asks_the_cluster() {
        let found = |engine: &str, expression: &str| {
            let source = format!(
                "{{validations: [{{expression: '{expression}'}}], rego: 'namespaceObject'}}"
            );
            let text = format!(
                "kind: ConstraintTemplate\nmetadata: {{annotations: {{d: namespaceObject}}}}\nspec:\n  \
                 targets: [{{code: [{{engine: {engine}, source: {source}}}]}}]\n"
            );
            let documents = Document::read("a.yaml", text.as_bytes(), &Limits::default()).unwrap();
            asked(documents.first().unwrap())
        };
        let labels = found("K8sNativeValidation", "namespaceObject.metadata.labels.a == \"b\"");
        assert_eq!(labels.first().unwrap().1, NAMESPACES);
        // The other use is still reported.
        let both = "globalContext.Get(\"a\", \"\") == namespaceObject";
        let about: Vec<_> =
            found("K8sNativeValidation", both).into_iter().map(|(_, about)| about).collect();
        assert_eq!(about, [NAMESPACES, ENTRIES]);
        assert!(!counts_as_none(NAMESPACES) && counts_as_none(ENTRIES));
        assert!(found("K8sNativeValidation", "namespaceObject.metadata.name == \"b\"").is_empty());
    }

    #[test]
    fn only_what_chooses_or_asks_is_about_the_cluster() {
        // The same words in a pattern over a NetworkPolicy, or a parameter of a constraint, are
        // data.
        let peer = "from: [{namespaceSelector: {matchLabels: {team: a}}}]";
        for (field, is_asked) in [
            (format!("x: 1}}\n    validate: {{pattern: {{spec: {{{peer}}}}}"), false),
            (format!("pattern: {{{peer}}}"), false),
            ("x: 1}\n    parameters: {roles: [admin]".to_owned(), false),
            (
                "x: 1}\n    expression: {expression: 'namespaceObject.metadata.name == \"a\"'"
                    .to_owned(),
                false,
            ),
            (
                "x: 1}\n    expression: {expression: 'namespaceObject.metadata.names'".to_owned(),
                true,
            ),
            (
                "x: 1}\n    expression: {expression: 'has(namespaceObject.metadata.labels)'"
                    .to_owned(),
                true,
            ),
            ("x: 1}\n    expression: {expression: 'object.spec.namespaceObject'".to_owned(), false),
            (
                "x: 1}\n    expression: {expression: 'globalContext.Get(\"a\", \"\") == null'"
                    .to_owned(),
                true,
            ),
            ("x: 1}\n    deny: {key: '{{ request.roles }}'".to_owned(), true),
            ("x: 1}\n    deny: {key: '{{ length(request.clusterRoles) }}'".to_owned(), true),
            ("x: 1}\n    deny: {message: 'request.roles'".to_owned(), false),
            ("x: 1}\n    deny: {key: '{{ request.object.spec.roles }}'".to_owned(), false),
        ] {
            assert_eq!(found(&field).is_some(), is_asked, "{field}");
        }
    }
}

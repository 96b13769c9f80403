//! Rego policies as one family of admission policies.

use serde_json::json;

use super::RegoPolicies;
use crate::Error;
use crate::admission::policies::{Family, Loaded, Policy};
use crate::admission::{Answer, Document, Request, Surroundings};
use crate::rego::{RegoLimits, Source};

/// The field that holds a module's text in a document; documents are otherwise objects.
const MODULE: &str = "rego";

/// ConstraintTemplates, Constraints and modules.
pub(crate) const FAMILY: Family =
    Family { reads: |group, _| group == MODULE || RegoPolicies::reads(group), load };

/// Makes the document that represents a module.
pub(crate) fn module(source: &str, text: &str) -> Document {
    let api_version = format!("{MODULE}/v1");
    let value = json!({
        "apiVersion": api_version, "kind": "Module", "metadata": { "name": source }, "text": text,
    });
    Document { source: source.to_owned(), number: 1, value }
}

fn load(documents: Vec<Document>, notes: &mut Vec<String>) -> Loaded {
    let (modules, objects): (Vec<_>, Vec<_>) =
        documents.into_iter().partition(|document| document.group() == MODULE);
    let named = |document: Document| {
        let Document { source, number, .. } = &document;
        let place = format!("{source}, document {number}, {} {}", document.kind(), document.name());
        (place, document.value)
    };
    let objects: Vec<_> = objects.into_iter().map(named).collect();
    let text = |document: &Document| {
        document.value.get("text").and_then(|text| text.as_str()).map(str::to_owned)
    };
    let texts: Vec<_> = modules
        .iter()
        .map(|document| (document.source.as_str(), text(document).unwrap_or_default()))
        .collect();
    let sources: Vec<_> = texts.iter().map(|(name, text)| Source::new(name, text)).collect();
    let policies = RegoPolicies::load(&objects, &sources, &RegoLimits::default())?;
    notes.extend_from_slice(policies.notes());
    if policies.is_empty() && !objects.is_empty() {
        let place = objects.first().map_or("", |(place, _)| place);
        return Err(Error::rule(place, "no Constraint is of its kind, so that it judges nothing"));
    }
    Ok(if policies.is_empty() { Vec::new() } else { vec![Box::new(policies)] })
}

impl Policy for RegoPolicies {
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>) {
        answers.extend(Self::review(self, request, around));
    }

    fn reads_namespaces(&self) -> &[String] {
        Self::reads_namespaces(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Limits;
    use crate::admission::{Alone, Outcome, Policies, Request};

    #[test]
    fn modules_and_constraints_are_read_beside_other_policies() {
        let template = "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\n\
            metadata: {name: always}\nspec:\n  crd: {spec: {names: {kind: Always}}}\n  targets:\n  \
            - target: admission.k8s.gatekeeper.sh\n    rego: |\n      package always\n      \
            violation[{\"msg\": \"m\"}] { true }\n---\n\
            apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: Always\nmetadata: {name: a}\n";
        let module = "package main\ndeny contains \"d\" if input.request.name == \"web\"\n";
        let files = [("t.yaml", template.as_bytes()), ("m.rego", module.as_bytes())];
        let policies = Policies::load(files, &Limits::default()).unwrap();
        let pod =
            serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}});
        let around = Alone("2026-01-31T12:00:00Z".parse().unwrap());
        let told: Vec<_> = policies
            .review(&Request::create(pod), &around)
            .into_iter()
            .map(|answer| (answer.policy, answer.outcome, answer.message))
            .collect();
        let expected = [
            ("a".to_owned(), Outcome::Fail, "m".to_owned()),
            ("main".to_owned(), Outcome::Fail, "d".to_owned()),
        ];
        assert_eq!(told, expected);
        let alone = template.split("---").next().unwrap_or_default();
        let error = Policies::load([("t.yaml", alone.as_bytes())], &Limits::default());
        assert!(error.unwrap_err().to_string().contains("judges nothing"));
    }
}

//! `validate.cel` of a rule of a `ClusterPolicy` or `Policy`.

use serde_json::Value as Json;

use super::admission::{INPUTS, INPUTS_AND_PARAMS, each, params};
use super::autogen::{Own, Place};
use super::body::{Body, Failure, Parts};
use super::form;
use super::subject::Subject;
use crate::admission::cel::{Input, Value};
use crate::admission::{Outcome, Request, Surroundings};

/// The expressions of a rule, compiled.
#[derive(Debug)]
pub(crate) struct CelRule {
    body: Body,
    params: Option<(form::ParamKind, form::ParamRef)>,
}

impl CelRule {
    /// Reads `validate.cel` and the `celPreconditions` of a rule, for the place of the Pod in a
    /// generated rule; `message` is the rule's message for expressions without their own.
    ///
    /// # Errors
    /// The invalid field within the rule, and the problem.
    pub(crate) fn read(
        cel: &Json,
        preconditions: Option<&Json>,
        message: &str,
        place: Place,
    ) -> Result<Self, (String, String)> {
        let mut spec: form::Rule = form::read(cel.clone())
            .map_err(|(field, problem)| (format!("validate.cel{field}"), problem))?;
        let conditions: Option<Vec<form::Condition>> =
            form::read(preconditions.cloned().unwrap_or(Json::Null))
                .map_err(|(field, problem)| (format!("celPreconditions{field}"), problem))?;
        for validation in &mut spec.expressions {
            if validation.message.is_empty() {
                message.clone_into(&mut validation.message);
            }
        }
        let parts = Parts {
            conditions: &conditions.unwrap_or_default(),
            variables: &spec.variables,
            validations: &spec.expressions,
            audits: &spec.audit_annotations,
            path: "validate.cel.",
            own: Own::Nothing,
            checked: false,
        };
        let inputs = if spec.param_kind.is_some() { INPUTS_AND_PARAMS } else { INPUTS };
        let body = Body::compile(&parts, place, inputs, inputs)
            .map_err(|(field, error)| (field, error.to_string()))?;
        let params = spec.param_kind.map(|kind| (kind, spec.param_ref.unwrap_or_default()));
        Ok(Self { body, params })
    }

    /// Returns its outcome on a request, with the reason. As in Kyverno, an expression without a
    /// value is reported as a failure.
    pub(crate) fn judge(&self, request: &Request, around: &dyn Surroundings) -> (Outcome, String) {
        let subject = Subject::new(request, around, self.body.inputs());
        let Some((kind, wanted)) = &self.params else {
            return self.judge_with(&subject, None);
        };
        let found = match params(kind, wanted, &subject) {
            Ok(found) => found,
            Err(why) => return (Outcome::Error, why.to_string()),
        };
        let allows_none = wanted.parameter_not_found_action == Some(form::NotFound::Allow);
        let found = each(&found);
        if found.is_empty() && !allows_none {
            return (Outcome::Error, format!("no {} is there as its parameter", kind.kind));
        }
        let mut passed = (Outcome::Pass, String::new());
        for param in found {
            passed = self.judge_with(&subject, Some(param));
            if passed.0 != Outcome::Pass {
                break;
            }
        }
        passed
    }

    fn judge_with(&self, subject: &Subject<'_>, param: Option<&Json>) -> (Outcome, String) {
        let mut run = subject.run(&self.body.variables);
        if let Some(param) = param {
            run.give(Input::Params, Value::of_json(param));
        }
        match self.body.applies(&mut run) {
            Ok(true) => {}
            Ok(false) => return (Outcome::Skip, "a CEL precondition does not hold".into()),
            Err(error) => return (Outcome::Fail, error.to_string()),
        }
        match self.body.judge(&mut run) {
            Ok(()) => (Outcome::Pass, String::new()),
            Err(Failure::Says(message) | Failure::Unknown(message)) => (Outcome::Fail, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::admission::Alone;

    #[test]
    fn a_rule_on_pods_is_made_one_on_controllers() {
        let cel = json!({
            "variables": [{"name": "all", "expression": "object.spec.containers"}],
            "expressions": [{"expression": "variables.all.all(c, c.image != 'bad')"}],
        });
        let preconditions =
            json!([{"name": "a", "expression": "object.metadata.labels.app != 'left-out'"}]);
        let rule =
            CelRule::read(&cel, Some(&preconditions), "no bad ones", Place::Template).unwrap();
        let deployment = |app: &str, image: &str| {
            Request::create(json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
                "spec": {"template": {
                    "metadata": {"labels": {"app": app}},
                    "spec": {"containers": [{"image": image}]},
                }},
            }))
        };
        let around = Alone("2026-11-21T12:00:00Z".parse().unwrap());
        let judge = |name, image| rule.judge(&deployment(name, image), &around);
        assert_eq!(judge("a", "good"), (Outcome::Pass, String::new()));
        assert_eq!(judge("a", "bad"), (Outcome::Fail, "no bad ones".into()));
        assert_eq!(judge("left-out", "bad").0, Outcome::Skip);
    }

    #[test]
    fn parameters_that_nobody_finds_do_not_pass() {
        let param_kind = json!({"apiVersion": "v1", "kind": "ConfigMap"});
        let rule = |param_ref: Json| {
            let cel = json!({
                "paramKind": param_kind, "paramRef": param_ref,
                "expressions": [{"expression": "true"}],
            });
            CelRule::read(&cel, None, "", Place::Itself).unwrap()
        };
        let named = rule(json!({"name": "a", "parameterNotFoundAction": "Allow"}));
        let selected =
            |action: &str| rule(json!({"selector": {}, "parameterNotFoundAction": action}));
        let request = Request::create(json!({"apiVersion": "v1", "kind": "Pod"}));
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        assert_eq!(named.judge(&request, &Alone(now)).0, Outcome::Error);
        let mut files = crate::admission::Files::new(now);
        let pod = r#"{"apiVersion": "cli.kyverno.io/v1alpha1", "kind": "ClusterResource",
            "spec": {"resources": [{"apiVersion": "v1", "kind": "Pod"}]}}"#;
        let documents =
            crate::admission::Document::read("a", pod.as_bytes(), &crate::Limits::default());
        documents.unwrap().into_iter().for_each(|own| files.add(own).unwrap());
        assert_eq!(named.judge(&request, &files).0, Outcome::Pass);
        assert_eq!(selected("Deny").judge(&request, &files).0, Outcome::Error);
        assert_eq!(selected("Allow").judge(&request, &files).0, Outcome::Pass);
    }

    #[test]
    fn a_field_that_is_not_known_is_named() {
        let cel = json!({"expressions": [], "more": 1});
        let (field, problem) = CelRule::read(&cel, None, "", Place::Itself).unwrap_err();
        assert_eq!(field, "validate.cel");
        assert!(problem.contains("`more`"), "{problem}");
        let cel = json!({"expressions": [{"expression": "object."}]});
        let (field, _) = CelRule::read(&cel, None, "", Place::Itself).unwrap_err();
        assert_eq!(field, "validate.cel.validations[0].expression");
    }
}

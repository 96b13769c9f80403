//! The engine `K8sNativeValidation` of Gatekeeper's ConstraintTemplates: its conditions are those of
//! a `ValidatingAdmissionPolicy`, whose parameter is the Constraint.

use serde::Deserialize;
use serde_json::Value as Json;

use super::admission::INPUTS_AND_PARAMS;
use super::autogen::{Own, Place};
use super::body::{Body, Failure, Parts};
use super::form::{self, FailurePolicy};
use super::subject::Subject;
use crate::admission::cel::{Input, Value};
use crate::admission::{Outcome, Request, Surroundings};

/// The variables that Gatekeeper declares before a template's own.
const GIVEN: [(&str, &str); 2] = [
    ("anyObject", "request.operation == 'DELETE' && object == null ? oldObject : object"),
    (
        "params",
        "!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters",
    ),
];
/// The prefix that is reserved in names of a template.
const RESERVED: &str = "gatekeeper_internal_";

/// The engine's `source`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Source {
    validations: Vec<form::Validation>,
    failure_policy: Option<FailurePolicy>,
    /// Gatekeeper uses the singular name.
    match_condition: Vec<form::Condition>,
    variables: Vec<form::Variable>,
    /// Whether Kubernetes' own kind is generated from it.
    #[serde(rename = "generateVAP")]
    _generate: Option<bool>,
}

/// The expressions of a template, compiled.
#[derive(Debug)]
pub(crate) struct NativeRule {
    body: Body,
    failure_policy: FailurePolicy,
}

impl NativeRule {
    /// Reads `source`.
    ///
    /// # Errors
    /// The invalid field within the source, and the problem.
    pub(crate) fn read(source: &Json) -> Result<Self, (String, String)> {
        let source: Source = form::read(source.clone())?;
        let is_reserved = |name: &str| {
            name.starts_with(RESERVED) || GIVEN.iter().any(|(given, _)| *given == name)
        };
        if let Some(own) = source.variables.iter().find(|own| is_reserved(&own.name)) {
            return Err(("variables".to_owned(), format!("{} is Gatekeeper's own name", own.name)));
        }
        let given = GIVEN.iter().map(|(name, expression)| form::Variable {
            name: (*name).to_owned(),
            expression: (*expression).to_owned(),
        });
        let parts = Parts {
            conditions: &source.match_condition,
            variables: &given.chain(source.variables).collect::<Vec<_>>(),
            validations: &source.validations,
            audits: &[],
            path: "",
            own: Own::Nothing,
            checked: true,
        };
        let body = Body::compile(&parts, Place::Itself, INPUTS_AND_PARAMS, INPUTS_AND_PARAMS)
            .map_err(|(field, error)| (field, error.to_string()))?;
        Ok(Self { body, failure_policy: source.failure_policy.unwrap_or_default() })
    }

    /// Returns its outcome on a request for a Constraint, with the reason; none where one of its
    /// conditions does not hold.
    pub(crate) fn judge(
        &self,
        request: &Request,
        around: &dyn Surroundings,
        constraint: &Json,
    ) -> Option<(Outcome, String)> {
        let subject = Subject::new(request, around, self.body.inputs());
        let mut run = subject.run(&self.body.variables);
        run.give(Input::Params, Value::of_json(constraint));
        let failed = |why: String| match self.failure_policy {
            FailurePolicy::Fail => Some((Outcome::Error, why)),
            FailurePolicy::Ignore => None,
        };
        match self.body.applies(&mut run) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return failed(error.to_string()),
        }
        match self.body.judge(&mut run) {
            Ok(()) => Some((Outcome::Pass, String::new())),
            Err(Failure::Says(message)) => Some((Outcome::Fail, message)),
            Err(Failure::Unknown(why)) => failed(why),
        }
    }
}

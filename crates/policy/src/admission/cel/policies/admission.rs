//! `ValidatingAdmissionPolicy` with its bindings and their parameters.

use std::sync::Arc;

use serde_json::Value as Json;

use super::autogen::{Own, Place};
use super::body::{Body, Failure, Parts};
use super::constraints;
use super::effect_of;
use super::form::{self, FailurePolicy, MatchResources, NotFound, ParamKind, ParamRef};
use super::subject::Subject;
use super::validating::{Head, constraints_of};
use crate::Error;
use crate::admission::cel::{Input, Run, Value};
use crate::admission::policies::Policy;
use crate::admission::{Answer, Document, Effect, Outcome, Request, Surroundings, Unanswered};

pub(super) const INPUTS: &[Input] =
    &[Input::Object, Input::OldObject, Input::Request, Input::NamespaceObject, Input::Authorizer];

/// The same, with parameters.
pub(super) const INPUTS_AND_PARAMS: &[Input] = &[
    Input::Object,
    Input::OldObject,
    Input::Request,
    Input::NamespaceObject,
    Input::Authorizer,
    Input::Params,
];

pub(super) const KIND: &str = "ValidatingAdmissionPolicy";

/// A policy.
#[derive(Debug)]
pub(super) struct AdmissionPolicy {
    head: Head,
    constraints: MatchResources,
    params: Option<ParamKind>,
    body: Body,
    bindings: Vec<Binding>,
}

/// A binding, which puts a policy to use.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    name: String,
    form: form::Binding,
}

impl Binding {
    pub(super) fn read(document: &Document) -> Result<Self, Error> {
        let form: form::Binding = super::spec(document)?;
        if form.policy_name.is_empty() {
            return Err(document.error("spec.policyName", "names no policy"));
        }
        Ok(Self { name: document.name().to_owned(), form })
    }

    /// Adds a note where the policy does not exist.
    pub(super) fn refers(&self, documents: &[Document], notes: &mut Vec<String>) {
        let is_it = |own: &Document| own.kind() == KIND && own.name() == self.form.policy_name;
        if !documents.iter().any(is_it) {
            notes.push(format!(
                "ValidatingAdmissionPolicyBinding {}: no ValidatingAdmissionPolicy {} is loaded",
                self.name, self.form.policy_name
            ));
        }
    }

    fn matches(&self, request: &Request, around: &dyn Surroundings) -> Result<bool, Unanswered> {
        match &self.form.match_resources {
            Some(constraints) => constraints::matches(constraints, request, around),
            None => Ok(true),
        }
    }
}

impl AdmissionPolicy {
    pub(super) fn read(document: &Document, bindings: &[Binding]) -> Result<Self, Error> {
        let spec: form::Admission = super::spec(document)?;
        let constraints = constraints_of(document, spec.match_constraints.as_ref())?.clone();
        let parts = Parts {
            conditions: &spec.match_conditions,
            variables: &spec.variables,
            validations: &spec.validations,
            audits: &spec.audit_annotations,
            path: "spec.",
            own: Own::Namespace,
            checked: true,
        };
        let inputs = if spec.param_kind.is_some() { INPUTS_AND_PARAMS } else { INPUTS };
        let body = Body::compile(&parts, Place::Itself, inputs, inputs)
            .map_err(|(field, error)| document.error(&field, error))?;
        let name = document.name().to_owned();
        let own = bindings.iter().filter(|binding| binding.form.policy_name == name);
        Ok(Self {
            // Without a binding, a policy has no effect.
            head: Head::new(document, KIND, name.clone(), Effect::Audit, spec.failure_policy),
            constraints,
            params: spec.param_kind,
            body,
            bindings: own.cloned().collect(),
        })
    }

    fn judge(&self, head: &Head, subject: &Subject<'_>, param: Option<&Json>) -> Answer {
        let mut run = subject.run(&self.body.variables);
        if self.params.is_some() {
            run.give(Input::Params, Value::of_json(param.unwrap_or(&Json::Null)));
        }
        match self.body.applies(&mut run) {
            Ok(true) => {}
            Ok(false) => return head.skipped(),
            Err(_) if head.failure_policy == FailurePolicy::Ignore => return head.skipped(),
            Err(error) => return head.error(&head.rule, error.to_string()),
        }
        let judged = head.judged(self.validate(head.failure_policy, &mut run));
        let audited = match self.body.audit(&mut run) {
            Ok(()) => return judged,
            Err(why) => misconfigured(head, why),
        };
        worst([judged, audited].into_iter()).unwrap_or_else(|| head.skipped())
    }

    /// Returns the first validation that does not hold. Where the policy ignores errors, one
    /// without a value counts only if no other fails.
    fn validate<'a>(&'a self, policy: FailurePolicy, run: &mut Run<'a>) -> Result<(), Failure> {
        let mut unknown = None;
        for failure in self.body.failures(run) {
            match (failure, policy) {
                (failure @ Failure::Unknown(_), FailurePolicy::Ignore) => {
                    unknown.get_or_insert(failure);
                }
                (failure, _) => return Err(failure),
            }
        }
        unknown.map_or(Ok(()), Err)
    }

    /// Returns the answer by a binding; none where it does not match the request.
    fn bound(
        &self,
        binding: &Binding,
        subject: &Subject<'_>,
        applies: Result<bool, Unanswered>,
    ) -> Option<Answer> {
        let head =
            Head { effect: effect_of(&binding.form.validation_actions), ..self.head.clone() };
        match applies.and_then(|_| binding.matches(subject.request, subject.around)) {
            Ok(true) => Some(self.judge_bound(&head, binding, subject)),
            Ok(false) => None,
            Err(why) => Some(misconfigured(&head, why.to_string())),
        }
    }

    fn judge_bound(&self, head: &Head, binding: &Binding, subject: &Subject<'_>) -> Answer {
        let (Some(kind), Some(wanted)) = (&self.params, &binding.form.param_ref) else {
            return self.judge(head, subject, None);
        };
        match params(kind, wanted, subject) {
            Ok(params) if each(&params).is_empty() => {
                let why = format!("no {} is there as {}'s parameter", kind.kind, binding.name);
                match wanted.parameter_not_found_action {
                    Some(NotFound::Allow) => head.answer(&head.rule, Outcome::Skip, why),
                    Some(NotFound::Deny) | None => misconfigured(head, why),
                }
            }
            Ok(params) => {
                let params = each(&params).iter();
                let answers = params.map(|param| self.judge(head, subject, Some(param)));
                worst(answers).unwrap_or_else(|| head.skipped())
            }
            Err(why) => misconfigured(head, why.to_string()),
        }
    }
}

/// An error of a binding, or of an audit annotation, refuses, whatever else follows from the
/// policy: the API server does not apply the binding's actions to it.
fn misconfigured(head: &Head, why: String) -> Answer {
    Head { effect: Effect::Deny, ..head.clone() }.error(&head.rule, why)
}

/// Returns the parameters that a binding, or a rule, refers to; empty where they do not exist.
///
/// # Errors
/// When the cluster has no answer.
pub(super) fn params(
    kind: &ParamKind,
    wanted: &ParamRef,
    subject: &Subject<'_>,
) -> Result<Arc<Json>, Unanswered> {
    let ParamKind { api_version, kind } = kind;
    let namespace = wanted.namespace.as_ref().unwrap_or(&subject.request.namespace);
    if let Some(selector) = &wanted.selector {
        return subject.around.objects(api_version, kind, namespace, selector);
    }
    let name = wanted.name.as_deref().unwrap_or_default();
    let found = match subject.around.object(api_version, kind, namespace, name)? {
        // The kind may be cluster-wide; only the surroundings know.
        None => subject.around.object(api_version, kind, "", name)?,
        found => found,
    };
    Ok(found.unwrap_or_default())
}

/// Returns each parameter that was found: one, several, or none.
pub(super) fn each(params: &Json) -> &[Json] {
    match params {
        Json::Null => &[],
        Json::Array(all) => all,
        one => std::slice::from_ref(one),
    }
}

/// Returns the strictest answer; of equal ones the first.
pub(super) fn worst(answers: impl Iterator<Item = Answer>) -> Option<Answer> {
    let weight = |answer: &Answer| match answer.outcome {
        Outcome::Error => 4,
        Outcome::Fail | Outcome::Warn => 3,
        Outcome::Pass => 1,
        Outcome::Skip => 0,
    };
    let refuses = |answer: &Answer| match answer.effect {
        Effect::Deny => 2,
        Effect::Warn => 1,
        Effect::Audit => 0,
    };
    answers.reduce(|worst, next| {
        let rank = |answer: &Answer| (weight(answer).min(3), refuses(answer));
        if rank(&next) > rank(&worst) { next } else { worst }
    })
}

impl Policy for AdmissionPolicy {
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>) {
        let applies = constraints::matches(&self.constraints, request, around);
        if applies == Ok(false) {
            return;
        }
        let subject = Subject::new(request, around, self.body.inputs());
        if self.bindings.is_empty() {
            answers.push(match applies {
                Ok(_) => self.judge(&self.head, &subject, None),
                Err(why) => self.head.error(&self.head.rule, why.to_string()),
            });
            return;
        }
        let bound = self.bindings.iter();
        let bound = bound.filter_map(|binding| self.bound(binding, &subject, applies.clone()));
        answers.extend(worst(bound));
    }
}

//! `ValidatingPolicy` and `NamespacedValidatingPolicy`.

use serde_json::Value as Json;

use super::autogen::{self, Own, Place};
use super::body::{Body, Failure, Parts};
use super::exception::{self, Excepted, Exception, Relief};
use super::form::{self, FailurePolicy, MatchResources};
use super::subject::{Subject, images};
use super::{constraints, effect_of, is_unscored, name_of, namespace_of};
use crate::Error;
use crate::admission::cel::{Input, Value};
use crate::admission::policies::Policy;
use crate::admission::{Answer, Document, Effect, Outcome, Request, Surroundings};

/// The inputs of conditions.
pub(super) const IN_CONDITIONS: &[Input] = &[
    Input::Object,
    Input::OldObject,
    Input::Request,
    Input::NamespaceObject,
    Input::GlobalContext,
    Input::Http,
    Input::ImageData,
    Input::Resource,
];

/// The inputs of all other expressions.
const INPUTS: &[Input] = &[
    Input::Object,
    Input::OldObject,
    Input::Request,
    Input::NamespaceObject,
    Input::Exceptions,
    Input::Images,
    Input::GlobalContext,
    Input::Http,
    Input::ImageData,
    Input::Resource,
];

/// The inputs of a policy that judges any JSON (`evaluation.mode: JSON`).
const OF_JSON: &[Input] = &[
    Input::Object,
    Input::Exceptions,
    Input::GlobalContext,
    Input::Http,
    Input::ImageData,
    Input::Resource,
];

/// A policy.
#[derive(Debug)]
pub(super) struct ValidatingPolicy {
    head: Head,
    /// Whether it judges any documents, but no requests of a server.
    judges_json: bool,
    rules: Vec<(MatchResources, Body)>,
    exceptions: Vec<Excepted>,
}

/// The parts of an answer that come from the policy.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) rule: String,
    pub(super) effect: Effect,
    pub(super) unscored: bool,
    pub(super) failure_policy: FailurePolicy,
    /// The only namespace that it applies to.
    pub(super) namespace: Option<String>,
}

impl ValidatingPolicy {
    pub(super) fn read(
        document: &Document,
        exceptions: &[Exception],
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let spec: form::Validating = super::spec(document)?;
        let judges_json = is_for_json(spec.evaluation.as_ref());
        // Such a policy needs no constraints.
        let of_all = MatchResources::default();
        let constraints = match judges_json {
            true => &of_all,
            false => constraints_of(document, spec.match_constraints.as_ref())?,
        };
        let (in_conditions, inputs) = match judges_json {
            true => (OF_JSON, OF_JSON),
            false => (IN_CONDITIONS, INPUTS),
        };
        if judges_json {
            let (kind, name) = (document.kind(), document.name());
            notes.push(format!(
                "{kind} {name}: judges any JSON: it is asked of all files, and by no webhook"
            ));
        }
        let parts = Parts {
            conditions: &spec.match_conditions,
            variables: &spec.variables,
            validations: &spec.validations,
            audits: &spec.audit_annotations,
            path: "spec.",
            own: Own::Namespace,
            checked: false,
        };
        let mut rules = Vec::new();
        let made = autogen::rules(constraints, spec.autogen.as_ref());
        for (place, constraints) in [(Place::Itself, constraints.clone())].into_iter().chain(made) {
            let body = Body::compile(&parts, place, in_conditions, inputs)
                .map_err(|(field, error)| document.error(&field, error))?;
            rules.push((constraints, body));
        }
        let mut effect = effect_of(&spec.validation_actions);
        if is_off(spec.evaluation.as_ref()) {
            effect = Effect::Audit;
        }
        let kind = match document.kind() {
            "NamespacedValidatingPolicy" => "NamespacedValidatingPolicy",
            _ => "ValidatingPolicy",
        };
        let head = Head::new(document, kind, String::new(), effect, spec.failure_policy);
        let exceptions = Exception::of(exceptions, document, IN_CONDITIONS)?;
        Ok(Self { head, judges_json, rules, exceptions })
    }

    fn judge(&self, body: &Body, request: &Request, around: &dyn Surroundings) -> Answer {
        let subject = Subject::new(request, around, &inputs(body, &self.exceptions)).with_objects();
        let images =
            if body.inputs().contains(&Input::Images) { images(request) } else { Json::Null };
        let relief = exception::relief(&self.exceptions, &subject, self.head.failure_policy);
        let (allowed_images, allowed_values) = match relief {
            Ok(Relief::Whole { outcome, message }) => {
                return self.head.answer("exception", outcome, message);
            }
            Ok(Relief::Parts { images, values }) => (images, values),
            Err(error) => return self.head.error("evaluation", error.to_string()),
        };
        let mut run = subject.run(&body.variables);
        run.namespace = self.head.namespace.as_deref();
        run.give(Input::Images, Value::of_json(&images));
        run.give(Input::Exceptions, exception::value(&allowed_images, &allowed_values));
        match body.applies(&mut run) {
            Ok(true) => {}
            Ok(false) => return self.head.skipped(),
            Err(_) if self.head.failure_policy == FailurePolicy::Ignore => {
                return self.head.skipped();
            }
            Err(error) => return self.head.error("evaluation", error.to_string()),
        }
        let judged = body.judge(&mut run);
        if let (Ok(()) | Err(Failure::Says(_)), Err(why)) = (&judged, body.audit(&mut run)) {
            return self.head.judged(Err(Failure::Unknown(why)));
        }
        self.head.judged(judged)
    }
}

impl Policy for ValidatingPolicy {
    fn review(&self, request: &Request, around: &dyn Surroundings, answers: &mut Vec<Answer>) {
        // A server's request has an id.
        let is_passed_over = self.judges_json && !request.uid.is_empty();
        if is_passed_over || !self.head.is_for(request) {
            return;
        }
        for (constraints, body) in &self.rules {
            match constraints::matches(constraints, request, around) {
                Ok(true) => answers.push(self.judge(body, request, around)),
                Ok(false) => {}
                Err(why) => answers.push(self.head.error("evaluation", why.to_string())),
            }
        }
    }
}

/// Returns the inputs that a policy's expressions and those of its exceptions use.
pub(super) fn inputs(body: &Body, exceptions: &[Excepted]) -> std::collections::BTreeSet<Input> {
    let own = body.inputs().iter().copied();
    own.chain(exceptions.iter().flat_map(Excepted::inputs)).collect()
}

/// Returns the constraints of a policy, which are required.
pub(super) fn constraints_of<'s>(
    document: &Document,
    constraints: Option<&'s MatchResources>,
) -> Result<&'s MatchResources, Error> {
    let constraints = constraints.filter(|constraints| !constraints.resource_rules.is_empty());
    constraints.ok_or_else(|| document.error("spec.matchConstraints", "names no resources"))
}

/// Whether a policy judges JSON that is not an object of a cluster.
pub(super) fn is_for_json(evaluation: Option<&form::Evaluation>) -> bool {
    evaluation.is_some_and(|evaluation| evaluation.mode == Some(form::Mode::Json))
}

/// Whether a policy is not evaluated at admission; its failures are then only reported.
pub(super) fn is_off(evaluation: Option<&form::Evaluation>) -> bool {
    let admission = evaluation.and_then(|evaluation| evaluation.admission.as_ref());
    admission.is_some_and(|admission| admission.enabled == Some(false))
}

impl Head {
    pub(super) fn new(
        document: &Document,
        kind: &'static str,
        rule: String,
        effect: Effect,
        failure_policy: Option<FailurePolicy>,
    ) -> Self {
        let namespaced = kind.starts_with("Namespaced");
        Self {
            name: name_of(document, namespaced),
            kind,
            rule,
            effect,
            unscored: is_unscored(document),
            failure_policy: failure_policy.unwrap_or_default(),
            namespace: namespaced.then(|| namespace_of(document).unwrap_or("default").to_owned()),
        }
    }

    /// Whether a request is in the policy's namespace, where it has one.
    pub(super) fn is_for(&self, request: &Request) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| *namespace == request.namespace)
    }

    /// Whether an error has no effect. In the API server that is so where its own policy says so;
    /// Kyverno refuses all the same, and uses `failurePolicy` only for the conditions of its
    /// policies and exceptions (`Policy.match`, and `admissionResponse` of its webhook).
    fn ignores_errors(&self) -> bool {
        self.kind == super::admission::KIND && self.failure_policy == FailurePolicy::Ignore
    }

    pub(super) fn answer(&self, rule: &str, outcome: Outcome, message: String) -> Answer {
        let ignored = outcome == Outcome::Error && self.ignores_errors();
        Answer {
            policy: self.name.clone(),
            policy_kind: self.kind,
            rule: rule.to_owned(),
            outcome,
            effect: if ignored { Effect::Audit } else { self.effect },
            message,
        }
    }

    pub(super) fn error(&self, rule: &str, message: String) -> Answer {
        self.answer(rule, Outcome::Error, message)
    }

    pub(super) fn skipped(&self) -> Answer {
        self.answer(&self.rule, Outcome::Skip, "a match condition does not hold".into())
    }

    pub(super) fn failed(&self, message: String) -> Answer {
        let outcome = if self.unscored { Outcome::Warn } else { Outcome::Fail };
        self.answer(&self.rule, outcome, message)
    }

    pub(super) fn judged(&self, judged: Result<(), Failure>) -> Answer {
        match judged {
            Ok(()) => self.answer(&self.rule, Outcome::Pass, String::new()),
            Err(Failure::Says(message)) => self.failed(message),
            Err(Failure::Unknown(why)) => self.error(&self.rule, why),
        }
    }
}

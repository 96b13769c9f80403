//! Gatekeeper's constraints: a template with parameters, for the objects that it matches.

use std::fmt;
use std::sync::Arc;

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::Named;
use super::matching::Match;
use super::policies::answers;
use super::template::Template;
use crate::Error;
use crate::admission::{Answer, Effect, Outcome, Request, Surroundings};
use crate::rego::{Input, Program};

/// What Gatekeeper calls the place at which a webhook asks.
const WEBHOOK: &str = "validation.gatekeeper.sh";

pub(super) struct Constraint {
    applies: Match,
    parameters: Input,
    program: Arc<Program>,
    rule: String,
    /// Whether it looks at the object's namespace.
    pub(super) names_namespace: bool,
    /// An answer without what is found.
    answer: Answer,
}

impl fmt::Debug for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Constraint").field("answer", &self.answer).finish_non_exhaustive()
    }
}

impl Constraint {
    pub(super) fn load(document: &Named<'_>, template: &Template) -> Result<Self, Error> {
        let read = ["enforcementAction", "scopedEnforcementActions", "match", "parameters"];
        document.only("/spec", &read)?;
        let parameters = document.value.pointer("/spec/parameters").cloned();
        Ok(Self {
            applies: Match::load(document)?,
            parameters: Input::new(&parameters.unwrap_or_else(|| json!({}))),
            program: template.program.clone(),
            rule: template.rule.clone(),
            names_namespace: template.names_namespace,
            answer: Answer {
                policy: document.text("/metadata/name").to_owned(),
                policy_kind: "Constraint",
                rule: template.kind.clone(),
                outcome: Outcome::Pass,
                effect: effect(document)?,
                message: String::new(),
            },
        })
    }

    /// Whether it is about a request.
    ///
    /// # Errors
    /// The answer where that cannot be decided.
    pub(super) fn applies(
        &self,
        request: &Request,
        around: &dyn Surroundings,
    ) -> Result<bool, Answer> {
        self.applies.holds(request, around).map_err(|why| self.error(why))
    }

    pub(super) fn error(&self, why: impl ToString) -> Answer {
        Answer { outcome: Outcome::Error, message: why.to_string(), ..self.answer.clone() }
    }

    pub(super) fn review(&self, review: &Input, now: Timestamp, into: &mut Vec<Answer>) {
        let input = Input::object([("review", review), ("parameters", &self.parameters)]);
        match self.program.eval(&self.rule, &input, Some(now)) {
            Ok(denied) => answers(&self.answer, denied, into),
            Err(error) => into.push(self.error(error)),
        }
    }
}

/// What follows from a violation at admission; of several scoped actions the strictest.
fn effect(document: &Named<'_>) -> Result<Effect, Error> {
    let named = |action: &str, field: &str| match action {
        "" | "deny" => Ok(Effect::Deny),
        "warn" => Ok(Effect::Warn),
        "dryrun" => Ok(Effect::Audit),
        other => Err(document.error(field, format!("{other:?} is no action"))),
    };
    let action = document.text("/spec/enforcementAction");
    if action != "scoped" {
        return named(action, "spec.enforcementAction");
    }
    let scoped = document.value.pointer("/spec/scopedEnforcementActions").and_then(Value::as_array);
    let mut strictest = Effect::Audit;
    for one in scoped.into_iter().flatten() {
        let points = one.get("enforcementPoints").and_then(Value::as_array);
        let here = points
            .into_iter()
            .flatten()
            .any(|point| matches!(point.get("name").and_then(Value::as_str), Some("*" | WEBHOOK)));
        let action = one.get("action").and_then(Value::as_str).unwrap_or_default();
        let effect = named(action, "spec.scopedEnforcementActions")?;
        if here && (effect == Effect::Deny || strictest == Effect::Audit) {
            strictest = effect;
        }
    }
    Ok(strictest)
}

//! Gatekeeper's constraints: a template with parameters, for the objects that a constraint matches.

use std::fmt;

use serde_json::{Value, json};

use super::Named;
use super::matching::Match;
use super::policies::answers;
use super::schema;
use super::template::{Engine, Rego, Template};
use crate::Error;
use crate::admission::{Answer, Effect, Outcome, Request, Surroundings};
use crate::rego::Input;

/// Gatekeeper's name for the enforcement point of webhooks.
const WEBHOOK: &str = "validation.gatekeeper.sh";

pub(super) struct Constraint {
    applies: Match,
    parameters: Input,
    /// The constraint, with the parameters that the engine gets.
    document: Value,
    pub(super) engine: Engine,
    /// The answer, without its outcome and message.
    answer: Answer,
}

impl fmt::Debug for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Constraint").field("answer", &self.answer).finish_non_exhaustive()
    }
}

impl Constraint {
    pub(super) fn load(
        document: &Named<'_>,
        template: &Template,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let read = ["enforcementAction", "scopedEnforcementActions", "match", "parameters"];
        document.only("/spec", &read)?;
        let parameters = parameters(document, template, notes)?;
        let mut whole = document.value.clone();
        if let Some(spec) = whole.get_mut("spec").and_then(Value::as_object_mut)
            && spec.contains_key("parameters")
        {
            spec.insert("parameters".to_owned(), parameters.clone());
        }
        Ok(Self {
            applies: Match::load(document)?,
            parameters: Input::new(&parameters),
            document: whole,
            engine: template.engine.clone(),
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

    /// Whether the constraint applies to a request.
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

    /// Adds the constraint's answers on a request; `review` is the request in Gatekeeper's form for
    /// Rego.
    pub(super) fn review(
        &self,
        request: &Request,
        review: &Input,
        around: &dyn Surroundings,
        into: &mut Vec<Answer>,
    ) {
        match &self.engine {
            Engine::Rego(Rego { program, rule, .. }) => {
                let input = Input::object([("review", review), ("parameters", &self.parameters)]);
                match program.eval(rule, &input, Some(around.now())) {
                    Ok(denied) => answers(&self.answer, denied, into),
                    Err(error) => into.push(self.error(error)),
                }
            }
            Engine::Native(native) => {
                let said = native.judge(request, around, &self.document);
                into.extend(said.map(|(outcome, message)| Answer {
                    outcome,
                    message,
                    ..self.answer.clone()
                }));
            }
        }
    }
}

/// Returns the parameters as the API server would store them: with the defaults of the template's
/// schema.
fn parameters(
    document: &Named<'_>,
    template: &Template,
    notes: &mut Vec<String>,
) -> Result<Value, Error> {
    let Template { schema, kind, .. } = template;
    let given = document.value.pointer("/spec/parameters").filter(|given| !given.is_null());
    let given =
        given.or_else(|| schema.get("default").filter(|_| document.value.get("spec").is_some()));
    let Some(given) = given else {
        if schema::has_defaults(schema) {
            notes.push(format!(
                "{kind} {}: it has no spec.parameters, so that the defaults of its \
                 ConstraintTemplate are not filled in; `parameters: {{}}` has them",
                document.text("/metadata/name")
            ));
        }
        return Ok(json!({}));
    };
    let mut given = given.clone();
    schema::fill_in(schema, &mut given);
    schema::check(schema, &given)
        .map_err(|(field, why)| document.error(&format!("spec.parameters{field}"), why))?;
    Ok(given)
}

/// Returns the effect of a violation at admission; of several scoped actions the strictest.
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

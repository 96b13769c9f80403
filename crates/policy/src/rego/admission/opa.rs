//! Modules as OPA is asked for admission: any package with a rule of a name that says what it is.
//!
//! | rule | says |
//! | --- | --- |
//! | `deny`, `violation`, `deny_x`, `violation_x` | why a request is refused: text, or objects with `msg` or `message` |
//! | `warn`, `warn_x` | what the user is warned of, in the same form |
//! | `allow`, in a package without those | true where it is let in |
//! | `main` of package `system` | the AdmissionReview with its `response` |
//!
//! The input is the AdmissionReview, as the server sent it; as `review` it also has the request, for
//! rules that were written for Gatekeeper. A rule that reads neither `input.request` nor
//! `input.review` but something else is written for the object itself, as conftest has it, and gets
//! that where one is created or updated: it says nothing of what is removed or connected to. A rule that reads both is refused: what it reads of the other would seem not to be there.
//! `input.parameters` beside a review is what a Constraint gives, and refused too.

use std::collections::BTreeMap;

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::policies::answers;
use crate::Error;
use crate::admission::{Answer, Effect, Operation, Outcome, Request};
use crate::rego::calls::Reads;
use crate::rego::{Input, Program, RegoLimits, Source};

/// The rules of modules that are asked.
#[derive(Debug)]
pub(super) struct Modules {
    program: Program,
    asked: Vec<Asked>,
}

#[derive(Debug)]
struct Asked {
    rule: String,
    says: Says,
    judges: Judges,
    /// An answer without what is found.
    answer: Answer,
}

/// What a rule's input is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judges {
    Reviews,
    Objects,
}

#[derive(Clone, Copy, Debug)]
enum Says {
    WhatIsDenied,
    WhetherAllowed,
    Response,
}

static NAMES: &[(&str, Says, Effect)] = &[
    ("deny", Says::WhatIsDenied, Effect::Deny),
    ("violation", Says::WhatIsDenied, Effect::Deny),
    ("warn", Says::WhatIsDenied, Effect::Warn),
    ("allow", Says::WhetherAllowed, Effect::Deny),
];

/// What a name says, also where more follows after `_`: conftest's rules are `deny_latest`,
/// `warn_no_limits`.
fn known(name: &str) -> Option<(Says, Effect)> {
    let is_it = |known: &str, says: Says| match name.strip_prefix(known) {
        Some("") => true,
        Some(rest) => rest.starts_with('_') && matches!(says, Says::WhatIsDenied),
        None => false,
    };
    NAMES
        .iter()
        .find(|(known, says, _)| is_it(known, *says))
        .map(|(_, says, effect)| (*says, *effect))
}

impl Modules {
    pub(super) fn compile(
        modules: &[Source<'_>],
        limits: &RegoLimits,
        notes: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let place = || modules.iter().map(|one| one.name).collect::<Vec<_>>().join(", ");
        let program = Program::compile(modules, &json!({}), &[], limits)
            .map_err(|error| Error::rule("Rego", error))?;
        if let Some((missing, at)) = program.missing_documents().next() {
            return Err(Error::rule("Rego", format!("{at}nothing gives {missing} here")));
        }
        let mut asked: Vec<Asked> = Vec::new();
        for rule in program.rules() {
            let Some((package, name)) = rule.rsplit_once('.') else { continue };
            let (says, effect) = match known(name) {
                Some(known) => known,
                None if rule == "data.system.main" => (Says::Response, Effect::Deny),
                None => continue,
            };
            asked.push(Asked {
                rule: rule.to_owned(),
                says,
                judges: judges(&program, rule)?,
                answer: Answer {
                    policy: package.trim_start_matches("data.").to_owned(),
                    policy_kind: "Rego",
                    rule: name.to_owned(),
                    outcome: Outcome::Pass,
                    effect,
                    message: String::new(),
                },
            });
        }
        // Beside rules that deny, `allow` is usually made of them.
        let denying: Vec<String> = asked
            .iter()
            .filter(|one| {
                matches!(one.says, Says::WhatIsDenied) && one.answer.effect == Effect::Deny
            })
            .map(|one| one.answer.policy.clone())
            .collect();
        asked.retain(|one| {
            !matches!(one.says, Says::WhetherAllowed) || !denying.contains(&one.answer.policy)
        });
        if asked.is_empty() {
            let problem = "no rule is named deny, violation, warn or allow";
            return Err(Error::rule(place(), problem));
        }
        let mut of_objects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for Asked { answer, .. } in asked.iter().filter(|one| one.judges == Judges::Objects) {
            of_objects.entry(&answer.policy).or_default().push(&answer.rule);
        }
        notes.extend(of_objects.into_iter().map(|(package, rules)| {
            let rules = rules.join(", ");
            format!("{package}: no review is read by {rules}: the input is the object itself")
        }));
        Ok(Self { program, asked })
    }

    pub(super) fn len(&self) -> usize {
        self.asked.len()
    }

    pub(super) fn review(&self, request: &Request, now: Timestamp, into: &mut Vec<Answer>) {
        let any = |judges| self.asked.iter().any(|one| one.judges == judges);
        let review = any(Judges::Reviews).then(|| {
            let request = Input::new(request);
            Input::object([
                ("apiVersion", &Input::new(&"admission.k8s.io/v1")),
                ("kind", &Input::new(&"AdmissionReview")),
                ("request", &request),
                ("review", &request),
            ])
        });
        // What breaks a rule may be removed, and the options of a connection are no such object.
        let comes_to_be = matches!(request.operation, Operation::Create | Operation::Update);
        let object = (comes_to_be && any(Judges::Objects)).then(|| Input::new(request.judged()));
        for asked in &self.asked {
            let input = match asked.judges {
                Judges::Reviews => &review,
                Judges::Objects => &object,
            };
            let Some(input) = input else { continue };
            match self.program.eval(&asked.rule, input, Some(now)) {
                Ok(value) => answers(&asked.answer, asked.says.denied(value), into),
                Err(error) => into.push(Answer {
                    outcome: Outcome::Error,
                    message: error.to_string(),
                    ..asked.answer.clone()
                }),
            }
        }
    }
}

/// The fields of a review, as it is shown.
const OF_REVIEWS: [&str; 4] = ["apiVersion", "kind", "request", "review"];

/// What a rule is written for, by what it reads of its input.
fn judges(program: &Program, rule: &str) -> Result<Judges, Error> {
    let Reads { fields, is_whole, maybe_a_review } = program.reads(rule);
    let reads_reviews = ["request", "review"].iter().any(|field| fields.contains(*field));
    if reads_reviews && fields.contains("parameters") {
        let problem = "reads input.parameters, which a Constraint of a ConstraintTemplate gives";
        return Err(Error::rule(rule.trim_start_matches("data."), problem));
    }
    let other = fields.iter().find(|field| !OF_REVIEWS.contains(&field.as_str()));
    if let Some(other) = other.filter(|_| reads_reviews) {
        let problem = format!("reads input.{other}, which a review does not have");
        return Err(Error::rule(rule.trim_start_matches("data."), problem));
    }
    let reads_nothing = fields.is_empty() && !is_whole;
    Ok(match reads_reviews || maybe_a_review || reads_nothing {
        true => Judges::Reviews,
        false => Judges::Objects,
    })
}

impl Says {
    /// What is denied by a rule's value.
    fn denied(self, value: Option<Value>) -> Option<Value> {
        match self {
            Self::WhatIsDenied => value,
            Self::WhetherAllowed => match value {
                Some(Value::Bool(true)) => None,
                _ => Some("not allowed".into()),
            },
            Self::Response => {
                let value = value.unwrap_or_default();
                let response = value.get("response").unwrap_or(&Value::Null);
                if response.get("allowed") == Some(&Value::Bool(true)) {
                    return None;
                }
                let status = response.get("status");
                let reason = ["message", "reason"]
                    .iter()
                    .find_map(|key| status.and_then(|status| status.get(*key)));
                Some(reason.cloned().unwrap_or_else(|| "not allowed".into()))
            }
        }
    }
}

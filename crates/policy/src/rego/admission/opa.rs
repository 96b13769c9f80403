//! Modules as OPA is asked for admission: any package with a rule of a name that says what it is.
//!
//! | rule | says |
//! | --- | --- |
//! | `deny`, `violation` | why a request is refused: text, or objects with `msg` or `message` |
//! | `warn` | what the user is warned of, in the same form |
//! | `allow`, in a package without those | true where it is let in |
//! | `main` of package `system` | the AdmissionReview with its `response` |
//!
//! The input is the AdmissionReview; as `review` it also has the request, for rules that were
//! written for Gatekeeper.

use sealift_model::Timestamp;
use serde_json::{Value, json};

use super::policies::answers;
use crate::Error;
use crate::admission::{Answer, Effect, Outcome, Request};
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
    /// An answer without what is found.
    answer: Answer,
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

impl Modules {
    pub(super) fn compile(modules: &[Source<'_>], limits: &RegoLimits) -> Result<Self, Error> {
        let place = || modules.iter().map(|one| one.name).collect::<Vec<_>>().join(", ");
        let program = Program::compile(modules, &json!({}), &[], limits)
            .map_err(|error| Error::rule("Rego", error))?;
        if let Some((missing, at)) = program.missing_documents().next() {
            return Err(Error::rule("Rego", format!("{at}nothing gives {missing} here")));
        }
        let mut asked: Vec<Asked> = Vec::new();
        for rule in program.rules() {
            let Some((package, name)) = rule.rsplit_once('.') else { continue };
            let known = NAMES.iter().find(|(known, ..)| *known == name);
            let (says, effect) = match known {
                Some((_, says, effect)) => (*says, *effect),
                None if rule == "data.system.main" => (Says::Response, Effect::Deny),
                None => continue,
            };
            asked.push(Asked {
                rule: rule.to_owned(),
                says,
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
        Ok(Self { program, asked })
    }

    pub(super) fn len(&self) -> usize {
        self.asked.len()
    }

    pub(super) fn review(&self, request: &Request, now: Timestamp, into: &mut Vec<Answer>) {
        let request = Input::new(request);
        let input = Input::object([
            ("apiVersion", &Input::new(&"admission.k8s.io/v1")),
            ("kind", &Input::new(&"AdmissionReview")),
            ("request", &request),
            ("review", &request),
            ("parameters", &Input::new(&json!({}))),
        ]);
        for asked in &self.asked {
            match self.program.eval(&asked.rule, &input, Some(now)) {
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

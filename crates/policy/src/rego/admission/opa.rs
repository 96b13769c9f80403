//! Modules for admission by OPA: any package with a rule whose name gives its meaning.
//!
//! | rule | value |
//! | --- | --- |
//! | `deny`, `violation`, `deny_x`, `violation_x` | the reasons for a refusal: texts, or objects with `msg` or `message` |
//! | `warn`, `warn_x` | warnings for the user, in the same form |
//! | `allow` | true where the request is admitted; rules beside it that deny are evaluated, too |
//! | `exception`, beside rules that deny or warn | lists of exempt rules by the names after `deny_`, `warn_`, `violation_`, `""` for those without, as in conftest |
//! | `main` of package `system` | the AdmissionReview with its `response` |
//!
//! The input is the AdmissionReview that the server sent; its field `review` also holds the
//! request, for rules that were written for Gatekeeper. A rule that reads other fields, but neither
//! `input.request` nor `input.review`, is written for the object itself, as in conftest. It gets
//! the object where one is created or updated, and is not evaluated for removals and connections.
//! The syntax tree shows what a rule and all its dependencies read, also under other names and in
//! functions.
//!
//! A rule that reads both `input.request` and `input.spec` is refused: one of them would always
//! seem to be missing. Where the form is unknown, as where the input is iterated over or one name
//! is used for both, the rule is evaluated with both, and either may refuse. `input.parameters`
//! beside a review comes from a Constraint, and is refused, too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::namespace;
use super::policies::answers;
use crate::Error;
use crate::admission::{Answer, Effect, Operation, Outcome, Request, Surroundings};
use crate::rego::reads::{OfNamespace, Reads};
use crate::rego::{Input, Program, RegoError, RegoLimits, Source};

/// The rules of modules that are evaluated.
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
    of_namespace: OfNamespace,
    exception: Option<Exception>,
    /// The answer, without its outcome and message.
    answer: Answer,
}

/// A rule that may exempt another one.
#[derive(Debug)]
struct Exception {
    rule: String,
    /// The name that it must list.
    name: String,
}

/// The form of a rule's input.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Judges {
    Reviews,
    Objects,
    /// One of the two, but it is unknown which.
    Either,
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

/// Returns the meaning of a rule's name, also with a suffix after `_`: conftest's rules are
/// `deny_latest`, `warn_no_limits`.
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
            let reads = program.reads(rule);
            let exception = Exception::of(&program, package, name, says);
            let excepting = exception.as_ref().map(|one| program.reads(&one.rule).namespace);
            asked.push(Asked {
                rule: rule.to_owned(),
                of_namespace: reads.namespace.max(excepting.unwrap_or_default()),
                exception,
                says,
                judges: match says {
                    // The API defines no other input for it.
                    Says::Response => Judges::Reviews,
                    _ => judges(&reads, rule)?,
                },
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
        if asked.is_empty() {
            let problem = "no rule is named deny, violation, warn or allow";
            return Err(Error::rule(place(), problem));
        }
        notes.extend(told(&asked));
        Ok(Self { program, asked })
    }

    pub(super) fn len(&self) -> usize {
        self.asked.len()
    }

    /// Returns the rules that read more of the object's Namespace than its name.
    pub(super) fn reads_namespaces(&self) -> impl Iterator<Item = String> {
        let asked = self.asked.iter().filter(|one| one.reads_namespace());
        asked.map(|Asked { rule, .. }| {
            let name = rule.trim_start_matches("data.");
            format!("{}: {name}", self.program.file_of(rule))
        })
    }

    /// Makes a review, with the object's Namespace where a rule reads it.
    fn shown(request: &Request, namespace: Option<&Value>) -> Input {
        let request = serde_json::to_value(request).unwrap_or_default();
        let sent = Input::new(&request);
        let mut review = request;
        let reviewed = namespace.map(|namespace| {
            namespace::show(&mut review, namespace);
            Input::new(&review)
        });
        Input::object([
            ("apiVersion", &Input::new(&"admission.k8s.io/v1")),
            ("kind", &Input::new(&"AdmissionReview")),
            ("request", &sent),
            ("review", reviewed.as_ref().unwrap_or(&sent)),
        ])
    }

    pub(super) fn review(
        &self,
        request: &Request,
        around: &dyn Surroundings,
        into: &mut Vec<Answer>,
    ) {
        let any_but = |other| self.asked.iter().any(|one| one.judges != other);
        let read = self.asked.iter().map(|one| one.of_namespace).max().unwrap_or_default();
        let namespace = match read {
            OfNamespace::Nothing => Ok(None),
            OfNamespace::Name => Ok(Some(namespace::by_name(request))),
            OfNamespace::Anything => namespace::whole(request, around).map(Some),
        };
        let review = any_but(Judges::Objects).then(|| match &namespace {
            Ok(namespace) => Self::shown(request, namespace.as_ref()),
            Err(_) => Self::shown(request, Some(&namespace::by_name(request))),
        });
        // An object that breaks a rule may be removed, and the options of a connection are no such
        // object.
        let comes_to_be = matches!(request.operation, Operation::Create | Operation::Update);
        let object =
            (comes_to_be && any_but(Judges::Reviews)).then(|| Input::new(request.judged()));
        for asked in &self.asked {
            if let (Err(why), true) = (&namespace, asked.reads_namespace()) {
                into.push(asked.error(why));
                continue;
            }
            let inputs = match asked.judges {
                Judges::Reviews => [&review, &None],
                Judges::Objects => [&object, &None],
                Judges::Either => [&review, &object],
            };
            let mut found = Vec::new();
            for input in inputs.into_iter().flatten() {
                match self.ask(asked, input, around) {
                    Ok(mut answers) => found.append(&mut answers),
                    Err(error) => found.push(asked.error(error)),
                }
            }
            into.extend(once_each(found));
        }
    }

    /// Evaluates a rule with an input.
    fn ask(
        &self,
        asked: &Asked,
        input: &Input,
        around: &dyn Surroundings,
    ) -> Result<Vec<Answer>, RegoError> {
        let eval = |rule: &str| self.program.eval(rule, input, Some(around.now()));
        if let Some(exception) = &asked.exception
            && eval(&exception.rule)?.is_some_and(|listed| exception.is_in(&listed))
        {
            let message = format!("left out by {}", exception.rule.trim_start_matches("data."));
            return Ok(vec![Answer { outcome: Outcome::Skip, message, ..asked.answer.clone() }]);
        }
        let mut found = Vec::new();
        answers(&asked.answer, asked.says.denied(eval(&asked.rule)?), &mut found);
        Ok(found)
    }
}

impl Exception {
    /// Returns the exception for a rule, where its package has one.
    fn of(program: &Program, package: &str, name: &str, says: Says) -> Option<Self> {
        let rule = format!("{package}.exception");
        let is_asked = matches!(says, Says::WhatIsDenied) && program.has_rule(&rule);
        let behind = NAMES.iter().find_map(|(known, ..)| name.strip_prefix(known));
        let behind = behind.unwrap_or(name);
        let name = behind.strip_prefix('_').unwrap_or(behind).to_owned();
        is_asked.then_some(Self { rule, name })
    }

    /// Whether the rule is listed: conftest evaluates `exception[_][_] == NAME`
    /// (`policy/engine.go`).
    fn is_in(&self, listed: &Value) -> bool {
        members(listed).flat_map(members).any(|name| name.as_str() == Some(&self.name))
    }
}

/// Returns the values that `[_]` selects.
fn members(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(fields) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

impl Asked {
    fn reads_namespace(&self) -> bool {
        self.of_namespace == OfNamespace::Anything
    }

    fn error(&self, error: impl ToString) -> Answer {
        Answer { outcome: Outcome::Error, message: error.to_string(), ..self.answer.clone() }
    }
}

/// Merges the answers for two inputs: it passes only where both pass, and a reason that both give
/// appears once.
fn once_each(mut found: Vec<Answer>) -> Vec<Answer> {
    let passes = |answer: &Answer| answer.outcome == Outcome::Pass;
    if !found.iter().all(passes) {
        found.retain(|answer| !passes(answer));
    }
    let mut said = BTreeSet::new();
    found.retain(|answer| said.insert((answer.outcome == Outcome::Error, answer.message.clone())));
    found
}

/// Returns notes for the user on the inputs of the rules.
fn told(asked: &[Asked]) -> Vec<String> {
    let mut notes = Vec::new();
    for (judges, what) in [
        (Judges::Objects, "no review is read by {}: the input is the object itself"),
        (
            Judges::Either,
            "whether {} is for reviews or for objects cannot be told: it is asked with both, and either may refuse",
        ),
    ] {
        let mut of_packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for Asked { answer, .. } in asked.iter().filter(|one| one.judges == judges) {
            of_packages.entry(&answer.policy).or_default().push(&answer.rule);
        }
        notes.extend(of_packages.into_iter().map(|(package, rules)| {
            format!("{package}: {}", what.replace("{}", &rules.join(", ")))
        }));
    }
    notes
}

/// The fields of a review.
const OF_REVIEWS: [&str; 4] = ["apiVersion", "kind", "request", "review"];

/// Decides from the fields that a rule reads which form of input it expects.
fn judges(reads: &Reads, rule: &str) -> Result<Judges, Error> {
    let refused = |problem: String| Err(Error::rule(rule.trim_start_matches("data."), problem));
    let of_review = |field: &str| ["request", "review"].contains(&field);
    let of_object = |field: &str| !OF_REVIEWS.contains(&field);
    if reads.all().any(of_review) && reads.has("parameters") {
        let problem = "reads input.parameters, which a Constraint of a ConstraintTemplate gives";
        return refused(problem.to_owned());
    }
    let mut own = reads.fields.iter().map(String::as_str);
    if own.clone().any(of_review)
        && !reads.gives_input
        && let Some(other) = own.find(|field| of_object(field))
    {
        return refused(format!("reads input.{other}, which a review does not have"));
    }
    let found = (reads.all().any(of_review), reads.all().any(of_object));
    Ok(match found {
        _ if reads.is_used_whole => Judges::Either,
        (true, true) => Judges::Either,
        (true, false) => Judges::Reviews,
        (false, true) => Judges::Objects,
        // All reviews have the same kind and version, so such a rule is meant for objects.
        (false, false) if reads.all().next().is_some() => Judges::Objects,
        (false, false) => Judges::Reviews,
    })
}

impl Says {
    /// Returns the denial in a rule's value.
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

//! The decision on a request.

use std::collections::BTreeMap;

use sealift_policy::admission::{Answer, Effect, Outcome};

/// The decision on one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The reasons for a refusal; the request is admitted when there are none.
    pub refusals: Vec<String>,
    /// The rules that could not be decided in time; the webhook's setting says what follows.
    pub late: Vec<String>,
    /// The warnings for the user.
    pub warnings: Vec<String>,
    /// Entries for the audit log; a key consists of letters, digits, `-`, `_` and `.`.
    pub annotations: BTreeMap<String, String>,
    /// The changes to the object.
    pub patch: Vec<Change>,
    /// The answer of each rule, also where the rule holds.
    pub answers: Vec<Answer>,
}

/// A replaced value in the object (RFC 6902, `replace`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The place, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The new value.
    pub value: String,
}

impl Change {
    /// Makes a change.
    #[must_use]
    pub fn new(pointer: impl Into<String>, value: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), value: value.into() }
    }
}

impl Decision {
    /// A decision with no objection.
    #[must_use]
    pub fn allow() -> Self {
        Self::default()
    }

    /// A refusal with one reason.
    #[must_use]
    pub fn refuse(why: impl Into<String>) -> Self {
        Self { refusals: vec![why.into()], ..Self::default() }
    }

    /// Whether the request is admitted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty() && self.late.is_empty()
    }

    /// `allow` or `deny`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_allowed() { "allow" } else { "deny" }
    }

    /// Adds text for the audit log, after any text that the key already has.
    pub fn annotate(&mut self, key: &str, text: &str) {
        let value = self.annotations.entry(key.to_owned()).or_default();
        if !value.is_empty() {
            value.push_str("; ");
        }
        value.push_str(text);
    }

    /// Adds a rule's answer and its effect; a rule that cannot be decided counts as failed.
    pub(super) fn hear(&mut self, answer: Answer) {
        if !answer.outcome.is_fine() {
            let text = told(&answer);
            // The effect alone decides: a policy that is not scored matters to reports only
            // (`Outcome::Warn`).
            match answer.effect {
                Effect::Deny => self.refusals.push(text),
                Effect::Warn => self.warnings.push(text),
                Effect::Audit => self.annotate("audit", &text),
            }
        }
        self.answers.push(answer);
    }

    /// Adds the answer of a rule that cannot be decided yet.
    pub(super) fn hear_late(&mut self, answer: Answer) {
        self.late.push(told(&answer));
        self.answers.push(answer);
    }

    /// Adds another decision on the same request.
    pub fn add(&mut self, other: Self) {
        self.refusals.extend(other.refusals);
        self.late.extend(other.late);
        self.warnings.extend(other.warnings);
        self.patch.extend(other.patch);
        self.answers.extend(other.answers);
        for (key, text) in other.annotations {
            self.annotate(&key, &text);
        }
    }
}

/// A rule's answer, for people.
fn told(answer: &Answer) -> String {
    let Answer { policy, rule, message, outcome, .. } = answer;
    let rule = if rule.is_empty() { String::new() } else { format!("/{rule}") };
    let cannot = if *outcome == Outcome::Error { "cannot be decided: " } else { "" };
    format!("{policy}{rule}: {cannot}{message}")
}

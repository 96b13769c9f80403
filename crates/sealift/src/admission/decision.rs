//! What is decided on a request.

use std::collections::BTreeMap;

use sealift_policy::admission::{Answer, Effect, Outcome};

/// The decision on one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Why it is refused; it is admitted when there is no reason.
    pub refusals: Vec<String>,
    /// What could not be decided in time; the webhook's setting says what follows.
    pub late: Vec<String>,
    /// What the user is warned of.
    pub warnings: Vec<String>,
    /// What is written down in the audit log, by a key of letters, digits, `-`, `_` and `.`.
    pub annotations: BTreeMap<String, String>,
    /// What is changed in the object.
    pub patch: Vec<Change>,
    /// What each rule says, also where it holds.
    pub answers: Vec<Answer>,
}

/// A value of the object that becomes another (RFC 6902, `replace`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What it becomes.
    pub value: String,
}

impl Change {
    /// A change.
    #[must_use]
    pub fn new(pointer: impl Into<String>, value: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), value: value.into() }
    }
}

impl Decision {
    /// Nothing is against it.
    #[must_use]
    pub fn allow() -> Self {
        Self::default()
    }

    /// It is refused.
    #[must_use]
    pub fn refuse(why: impl Into<String>) -> Self {
        Self { refusals: vec![why.into()], ..Self::default() }
    }

    /// Whether it is admitted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty() && self.late.is_empty()
    }

    /// `allow` or `deny`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_allowed() { "allow" } else { "deny" }
    }

    /// The same with something for the audit log; what is there under the key stays before it.
    pub fn annotate(&mut self, key: &str, text: &str) {
        let value = self.annotations.entry(key.to_owned()).or_default();
        if !value.is_empty() {
            value.push_str("; ");
        }
        value.push_str(text);
    }

    /// Takes in what a rule says, with what follows: one that cannot be decided fails.
    pub(super) fn hear(&mut self, answer: Answer) {
        if !answer.outcome.is_fine() {
            let text = told(&answer);
            // By the effect alone: that a policy is not scored is about reports (`Outcome::Warn`).
            match answer.effect {
                Effect::Deny => self.refusals.push(text),
                Effect::Warn => self.warnings.push(text),
                Effect::Audit => self.annotate("audit", &text),
            }
        }
        self.answers.push(answer);
    }

    /// Takes in that a rule cannot be decided yet.
    pub(super) fn hear_late(&mut self, answer: Answer) {
        self.late.push(told(&answer));
        self.answers.push(answer);
    }

    /// Takes over what another decision on the same request says.
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

/// What a rule says, for people.
fn told(answer: &Answer) -> String {
    let Answer { policy, rule, message, outcome, .. } = answer;
    let rule = if rule.is_empty() { String::new() } else { format!("/{rule}") };
    let cannot = if *outcome == Outcome::Error { "cannot be decided: " } else { "" };
    format!("{policy}{rule}: {cannot}{message}")
}

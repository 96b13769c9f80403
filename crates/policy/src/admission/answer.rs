//! The answer of a rule on an object.

use std::fmt;

use serde::Serialize;

/// The answer of one rule on one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The policy's name; `namespace/name` for one that belongs to a namespace.
    pub policy: String,
    /// The policy's kind, `ClusterPolicy`.
    pub policy_kind: &'static str,
    /// The rule's name; `autogen-` names are generated; empty for a policy without rules.
    pub rule: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The effect of a failure.
    pub effect: Effect,
    /// The reason, in the policy's own words where it has some.
    pub message: String,
}

impl Answer {
    /// Makes the answer of an image rule of `sealift.toml` on an image.
    #[must_use]
    pub fn of_image_rule(
        rule: impl Into<String>,
        outcome: Outcome,
        effect: Effect,
        message: impl Into<String>,
    ) -> Self {
        let (policy, policy_kind) = ("image-rules".to_owned(), "ImageRules");
        Self { policy, policy_kind, rule: rule.into(), outcome, effect, message: message.into() }
    }

    /// Whether the answer refuses the object: the rule is enforced, and fails or cannot be decided.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.effect == Effect::Deny && !self.outcome.is_fine()
    }
}

/// The outcome of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the five words of a policy report")]
pub enum Outcome {
    /// The rule holds.
    Pass,
    /// The rule does not hold.
    Fail,
    /// The rule applies, but a condition or an exception exempts the object.
    Skip,
    /// The rule does not hold, and reports show its policy's failures as warnings
    /// (`scored: "false"`). Its effect is that of `Fail`.
    Warn,
    /// The rule could not be decided.
    Error,
}

impl Outcome {
    /// Whether there is no problem.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Pass | Self::Skip)
    }

    /// Returns the word of a policy report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The effect of a failed rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "refuse, warn, or write it down")]
pub enum Effect {
    /// The object is refused: `Enforce`, `Deny`.
    #[default]
    Deny,
    /// The user is warned: `Warn`.
    Warn,
    /// The failure is only reported: `Audit`.
    Audit,
}

//! What a policy says of an object.

use std::fmt;

/// What one rule says of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The policy's name; `namespace/name` for one that belongs to a namespace.
    pub policy: String,
    /// The policy's kind, `ClusterPolicy`.
    pub policy_kind: &'static str,
    /// The rule; a generated one with its `autogen-` name; empty for a policy without rules.
    pub rule: String,
    /// What it says.
    pub outcome: Outcome,
    /// What follows from a failure.
    pub effect: Effect,
    /// Why, in the policy's own words where it has some.
    pub message: String,
}

impl Answer {
    /// What one of the image rules of `sealift.toml` says of an image.
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

    /// Whether the object is refused by it: the rule is enforced and does not hold, or cannot be
    /// decided.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.effect == Effect::Deny && !self.outcome.is_fine()
    }
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the five words of a policy report")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It applies, and a condition or an exception leaves it out.
    Skip,
    /// It does not hold, and reports of its policy only warn (`scored: "false"`). What follows is
    /// as for `Fail`.
    Warn,
    /// It could not be decided.
    Error,
}

impl Outcome {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Pass | Self::Skip)
    }

    /// The word of a policy report.
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

/// What follows when a rule fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "refuse, warn, or write it down")]
pub enum Effect {
    /// The object is refused: `Enforce`, `Deny`.
    #[default]
    Deny,
    /// The user is warned: `Warn`.
    Warn,
    /// It is reported alone: `Audit`.
    Audit,
}

//! The gate: whether what was scanned may pass, and why.

mod decide;
mod failing;
mod licenses;
mod verification;

use std::collections::BTreeSet;
use std::fmt;

use sealift_matcher::Finding;
use sealift_model::{Inventory, Package, Purl, Severity, Timestamp};

use crate::ignore::Rule;
use crate::suppress::Suppressed;
use serde::Serialize;

pub use verification::{
    Identity, NotProved, Proof, Requirement, Signer, SignerGap, Verification, Wanted,
    WithoutVerification,
};

/// What follows from something that was found, the mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a gate is open, open with a warning, or shut")]
pub enum Action {
    /// It is listed.
    #[default]
    Pass,
    /// It is warned of.
    Warn,
    /// The gate stays shut.
    Fail,
}

impl Action {
    /// The word: `pass`, `warn`, `fail`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// The action of a word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pass, Self::Warn, Self::Fail].into_iter().find(|action| action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// From which value on something is warned of, or fails; each where it is given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// It fails from this value on.
    pub fail: Option<f64>,
    /// It is warned of from this value on.
    pub warn: Option<f64>,
}

impl Thresholds {
    /// Thresholds, each where it is given.
    #[must_use]
    pub fn new(fail: Option<f64>, warn: Option<f64>) -> Self {
        Self { fail, warn }
    }

    fn action(self, value: f64) -> Action {
        let reached = |threshold: Option<f64>| threshold.is_some_and(|least| value >= least);
        match (reached(self.fail), reached(self.warn)) {
            (true, _) => Action::Fail,
            (false, true) => Action::Warn,
            (false, false) => Action::Pass,
        }
    }
}

/// What decides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatePolicy {
    /// Severities that fail. Default: CRITICAL.
    pub fail_on: FailingSeverities,
    /// Severities that are warned of, and graver ones with them. Default: HIGH.
    pub warn_on: BTreeSet<Severity>,
    /// What follows from a finding whose severity nobody tells. Default: a warning.
    pub unknown: Action,
    /// Whether only findings with a fix decide. A malicious package always does: it has none but to
    /// be taken out. Default: no.
    pub fixed_only: bool,
    /// What follows from a finding in CISA's catalogue. Default: nothing more.
    pub kev: Action,
    /// By the probability that it is exploited, 0 to 1. Default: none.
    pub epss: Thresholds,
    /// By the highest CVSS score, 0 to 10. Default: none.
    pub cvss: Thresholds,
    /// The most that follows from a finding in the base image. Default: failing.
    pub base: Action,
    /// Days that the image may be old. Default: any number.
    pub max_age_days: Option<u64>,
    /// Days that the base image may be old. Default: any number.
    pub max_base_age_days: Option<u64>,
    /// What follows from a distribution past its end of life. Default: a warning.
    pub end_of_life: Action,
    /// Packages that must not be there.
    pub forbidden_packages: Vec<ForbiddenPackage>,
    /// Licences that must not be there.
    pub forbidden_licenses: Vec<ForbiddenLicense>,
    /// What must be proved of the image.
    pub requirements: Vec<Requirement>,
    /// Whether a suppression without a reason fails; it is warned of otherwise. Default: no.
    pub require_justification: bool,
    /// Whether an incomplete scan passes. Default: no.
    pub allow_incomplete: bool,
}

impl Default for GatePolicy {
    fn default() -> Self {
        Self {
            fail_on: FailingSeverities::default(),
            warn_on: [Severity::High].into(),
            unknown: Action::Warn,
            fixed_only: false,
            kev: Action::Pass,
            epss: Thresholds::default(),
            cvss: Thresholds::default(),
            base: Action::Fail,
            max_age_days: None,
            max_base_age_days: None,
            end_of_life: Action::Warn,
            forbidden_packages: Vec::new(),
            forbidden_licenses: Vec::new(),
            requirements: Vec::new(),
            require_justification: false,
            allow_incomplete: false,
        }
    }
}

/// A package that must not be there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ForbiddenPackage {
    /// Which one; what is left out may be anything.
    pub purl: Purl,
    /// What follows. Default: failing.
    pub action: Action,
    /// Why.
    pub reason: Option<String>,
}

impl ForbiddenPackage {
    /// A package that fails the gate.
    #[must_use]
    pub fn new(purl: Purl) -> Self {
        Self { purl, action: Action::Fail, reason: None }
    }
}

pub use failing::{FailingSeverities, SeverityGap};
pub use licenses::{ForbiddenLicense, LicensePatternError};

/// What is decided about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Facts<'f> {
    /// What is in it.
    pub inventory: &'f Inventory,
    /// The findings that count.
    pub findings: &'f [Finding],
    /// Those that do not.
    pub suppressed: &'f [Suppressed],
    /// The rules that accept licences.
    pub rules: &'f [&'f Rule],
    /// The time of the decision.
    pub now: Timestamp,
    /// Whole days since the image was made, where that is known.
    pub age_days: Option<u64>,
    /// Whole days since its base was made, where that is known.
    pub base_age_days: Option<u64>,
    /// Whether the distribution is past its end of life.
    pub is_past_end_of_life: bool,
    /// Why the scan is incomplete, each reason a sentence without its stop.
    pub incomplete: &'f [String],
}

impl<'f> Facts<'f> {
    /// Facts of which nothing else is known.
    #[must_use]
    pub fn new(inventory: &'f Inventory, findings: &'f [Finding], now: Timestamp) -> Self {
        Self {
            inventory,
            findings,
            suppressed: &[],
            rules: &[],
            now,
            age_days: None,
            base_age_days: None,
            is_past_end_of_life: false,
            incomplete: &[],
        }
    }
}

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each is an exit status of its own")]
pub enum Verdict {
    /// It may pass.
    Pass,
    /// It may pass, and somebody should look.
    Warn,
    /// It may not.
    Fail,
    /// Nothing says that it may not, but not everything was seen.
    Incomplete,
}

impl Verdict {
    /// The word: `pass`, `warn`, `fail`, `incomplete`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// One thing that was found, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// What follows.
    pub action: Action,
    /// What it is about.
    pub about: About,
    /// Why, as a sentence without its stop.
    pub text: String,
}

/// What a reason is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum About {
    /// A finding that counts, by its index.
    Finding(usize),
    /// A package, by its index.
    Package(usize),
    /// A suppression, by its index.
    Suppressed(usize),
    /// What must be proved, by its index.
    Requirement(usize),
    /// The image as a whole.
    Image,
}

/// The decision, with all that led to it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// What the gate says.
    pub verdict: Verdict,
    /// Why, what fails first.
    pub reasons: Vec<Reason>,
    /// What was proved of the image.
    pub proofs: Vec<Proof>,
    /// Findings that count and from which nothing follows.
    pub listed: usize,
    /// Why the scan is incomplete; with [`GatePolicy::allow_incomplete`] it decides nothing.
    pub incomplete: Vec<String>,
    /// The day that was used, UTC, `2026-01-31`.
    pub judged_on: String,
}

impl GatePolicy {
    /// Decides.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>, verification: &dyn Verification) -> Decision {
        decide::decide(self, facts, verification)
    }
}

fn told(package: &Package) -> String {
    package.id()
}

#[cfg(test)]
mod tests;

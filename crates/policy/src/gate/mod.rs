//! The gate: decides whether the scanned image or project may pass, and why.

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

/// What the gate does about something, the mildest action first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a gate is open, open with a warning, or shut")]
pub enum Action {
    /// It is only listed.
    #[default]
    Pass,
    /// It causes a warning.
    Warn,
    /// It fails the gate.
    Fail,
}

impl Action {
    /// Returns the word: `pass`, `warn`, `fail`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// Returns the action of a word.
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

/// The values from which something warns or fails; each is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Thresholds {
    /// It fails from this value on.
    pub fail: Option<f64>,
    /// It warns from this value on.
    pub warn: Option<f64>,
}

impl Thresholds {
    /// Makes thresholds; each is optional.
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

/// The settings of the gate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatePolicy {
    /// Severities that fail. Default: CRITICAL.
    pub fail_on: FailingSeverities,
    /// Severities that warn, together with more severe ones. Default: HIGH.
    pub warn_on: BTreeSet<Severity>,
    /// The action for a finding of unknown severity. Default: a warning.
    pub unknown: Action,
    /// Whether only findings with a fix count. A malicious package always counts: its only fix is
    /// to remove it. Default: no.
    pub fixed_only: bool,
    /// The action for a finding in CISA's catalogue. Default: nothing more.
    pub kev: Action,
    /// Thresholds of the probability of exploitation (EPSS), 0 to 1. Default: none.
    pub epss: Thresholds,
    /// Thresholds of the highest CVSS score, 0 to 10. Default: none.
    pub cvss: Thresholds,
    /// The most severe action for a finding in the base image. Default: fail.
    pub base: Action,
    /// The largest age of the image, in days. Default: any.
    pub max_age_days: Option<u64>,
    /// The largest age of the base image, in days. Default: any.
    pub max_base_age_days: Option<u64>,
    /// The action for a distribution past its end of life. Default: a warning.
    pub end_of_life: Action,
    /// The forbidden packages.
    pub forbidden_packages: Vec<ForbiddenPackage>,
    /// The forbidden licences.
    pub forbidden_licenses: Vec<ForbiddenLicense>,
    /// The signatures and attestations that the image must have.
    pub requirements: Vec<Requirement>,
    /// Whether a suppression without a reason fails; otherwise it warns. Default: no.
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

/// A forbidden package.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ForbiddenPackage {
    /// The package; a part that is left out may have any value.
    pub purl: Purl,
    /// The action of the gate. Default: fail.
    pub action: Action,
    /// The reason for the ban.
    pub reason: Option<String>,
}

impl ForbiddenPackage {
    /// A forbidden package, which fails the gate.
    #[must_use]
    pub fn new(purl: Purl) -> Self {
        Self { purl, action: Action::Fail, reason: None }
    }
}

pub use failing::{FailingSeverities, SeverityGap};
pub use licenses::{ForbiddenLicense, LicensePatternError};

/// The facts for a decision.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Facts<'f> {
    /// The scanned inventory.
    pub inventory: &'f Inventory,
    /// The findings that count.
    pub findings: &'f [Finding],
    /// The findings that are suppressed.
    pub suppressed: &'f [Suppressed],
    /// The rules that accept licences.
    pub rules: &'f [&'f Rule],
    /// The time of the decision.
    pub now: Timestamp,
    /// Whole days since the image was made, where that is known.
    pub age_days: Option<u64>,
    /// Whole days since its base image was made, where that is known.
    pub base_age_days: Option<u64>,
    /// Whether the distribution is past its end of life.
    pub is_past_end_of_life: bool,
    /// The reasons why the scan is incomplete, each a sentence without its full stop.
    pub incomplete: &'f [String],
}

impl<'f> Facts<'f> {
    /// Facts with everything else unknown.
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

/// The result of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each is an exit status of its own")]
pub enum Verdict {
    /// The image may pass.
    Pass,
    /// The image may pass, but there are warnings.
    Warn,
    /// The image may not pass.
    Fail,
    /// Nothing fails, but the scan is incomplete.
    Incomplete,
}

impl Verdict {
    /// Returns the word: `pass`, `warn`, `fail`, `incomplete`.
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

/// One reason of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// The action that follows.
    pub action: Action,
    /// The subject of the reason.
    pub about: About,
    /// The explanation, as a sentence without its full stop.
    pub text: String,
}

/// The subject of a reason.
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
    /// A requirement, by its index.
    Requirement(usize),
    /// The image as a whole.
    Image,
}

/// The decision, with everything that led to it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// The result of the gate.
    pub verdict: Verdict,
    /// The reasons, failures first.
    pub reasons: Vec<Reason>,
    /// The proofs that were found for the image.
    pub proofs: Vec<Proof>,
    /// The number of findings that count but lead to no action.
    pub listed: usize,
    /// The reasons why the scan is incomplete; [`GatePolicy::allow_incomplete`] makes them
    /// harmless.
    pub incomplete: Vec<String>,
    /// The day of the decision in UTC, `2026-01-31`.
    pub judged_on: String,
}

impl GatePolicy {
    /// Makes the decision.
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

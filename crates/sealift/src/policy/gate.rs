//! The gate over a report.

use std::borrow::Cow;

use sealift_http::Client;
use sealift_model::{Diagnostic, Impact, Timestamp};
use sealift_policy::{Facts, Policy, Rule, Suppressions, Verification};
use sealift_report::Report;

use super::apply::taken_out;
use super::attested::AttestedVex;
use super::files::{LoadedPolicy, PolicyFileError, log_of};
use super::outcome::Outcome;
use super::proof::ImageVerification;
use crate::verify::{TrustedRoot, VerifyOptions};
use crate::{Error, Observer, ScanOptions, Scanner, Target};

/// Decides whether a scanned target may pass, by a policy, suppressions and a trusted root. One
/// gate serves any number of threads.
#[derive(Clone, Debug)]
pub struct Gate {
    policy: Policy,
    suppressions: Suppressions,
    root: TrustedRoot,
    now: Timestamp,
    verified_at: Timestamp,
    options: VerifyOptions,
}

/// The report of a scan, and whether its target may pass.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Admission {
    /// The report, without findings that do not count.
    pub report: Report,
    /// The decision, with its reasons.
    pub outcome: Outcome,
}

impl Gate {
    /// A gate that decides at the time `now`. The policy's own exceptions count beside
    /// `suppressions`. The files that the policy names are not read here.
    #[must_use]
    pub fn new(policy: Policy, mut suppressions: Suppressions, now: Timestamp) -> Self {
        if !policy.exceptions.rules.is_empty() {
            suppressions.ignore.push(policy.exceptions.clone());
        }
        Self {
            policy,
            suppressions,
            root: TrustedRoot::default(),
            now,
            verified_at: now,
            options: VerifyOptions::default(),
        }
    }

    /// A gate from files that were read, with the trusted root that they name.
    ///
    /// # Errors
    /// Those of [`LoadedPolicy::trusted_root`].
    pub fn of(loaded: LoadedPolicy, now: Timestamp) -> Result<Self, PolicyFileError> {
        let root = loaded.trusted_root()?;
        Ok(Self::new(loaded.policy, loaded.suppressions, now).with_trusted_root(root))
    }

    /// The same gate with a trusted root. Signatures by certificates, or with log entries, need
    /// one.
    #[must_use]
    pub fn with_trusted_root(self, root: TrustedRoot) -> Self {
        Self { root, ..self }
    }

    /// The same gate, but signatures are verified at this time, whatever the day is by which ages
    /// are judged.
    #[must_use]
    pub fn verified_at(self, verified_at: Timestamp) -> Self {
        Self { verified_at, ..self }
    }

    /// The same gate with other bounds for verifying.
    #[must_use]
    pub fn with_options(self, options: VerifyOptions) -> Self {
        Self { options, ..self }
    }

    /// The same gate, but missing log entries of signatures are looked up: in the log that the
    /// policy names, else in the public one.
    ///
    /// # Errors
    /// When the policy names something that is no URL.
    pub fn asking(mut self, client: Client) -> Result<Self, PolicyFileError> {
        self.options.log = Some(log_of(&self.policy, client)?);
        Ok(self)
    }

    /// The gate's policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Scans an image, verifies what the policy requires, and decides. All layers are read, even
    /// those that a cache knows.
    ///
    /// # Errors
    /// Those of [`Scanner::scan`]. A missing or wrong signature is a reason of the outcome, not an
    /// error.
    pub fn admit(
        &self,
        scanner: &Scanner,
        target: &Target,
        options: &ScanOptions,
        observer: &dyn Observer,
    ) -> Result<Admission, Error> {
        let options = ScanOptions { cache: None, ..options.clone() };
        let mut report = scanner.scan(target, &options, observer)?;
        let outcome = self.decide(target, &mut report, observer)?;
        Ok(Admission { report, outcome })
    }

    /// Verifies what the policy requires of a scanned image, and decides.
    ///
    /// # Errors
    /// When the observer cancels. A missing or wrong signature is a reason of the outcome, not an
    /// error.
    pub fn decide(
        &self,
        target: &Target,
        report: &mut Report,
        observer: &dyn Observer,
    ) -> Result<Outcome, Error> {
        let at = self.verified_at;
        let mut proving = ImageVerification::new(target, report, &self.root, at, observer);
        let sources = &self.policy.sources;
        proving.insecure_ignore_tlog = sources.insecure_ignore_tlog;
        proving.insecure_ignore_vex_tlog = sources.insecure_ignore_vex_tlog;
        proving.options = self.options.clone();
        let vex = sources.vex_signer.as_ref().map(|signer| proving.attested_vex(signer));
        let AttestedVex { documents, messages } = vex.unwrap_or_default();
        let mut suppressions = Cow::Borrowed(&self.suppressions);
        if !documents.is_empty() {
            suppressions.to_mut().vex.extend(documents);
        }
        let mut outcome = self.judge_without(report, &suppressions, &proving);
        outcome.messages = messages;
        // What was cancelled proves nothing, and says nothing about the image.
        if observer.is_cancelled() { Err(Error::Cancelled) } else { Ok(outcome) }
    }

    /// Takes findings that do not count out of a report and decides on the rest. The report must
    /// have all findings; a finding that is missing from it has no part in the decision.
    #[must_use]
    pub fn judge(&self, report: &mut Report, verification: &dyn Verification) -> Outcome {
        self.judge_without(report, &self.suppressions, verification)
    }

    fn judge_without(
        &self,
        report: &mut Report,
        suppressions: &Suppressions,
        verification: &dyn Verification,
    ) -> Outcome {
        let (suppressed, unused) = taken_out(report, suppressions, self.now);
        let rules: Vec<&Rule> = suppressions.ignore.iter().flat_map(|file| &file.rules).collect();
        let incomplete = not_seen(report);
        let image = report.artifact.image.as_ref();
        let mut facts = Facts::new(&report.inventory, report.findings(), self.now);
        facts.suppressed = &suppressed;
        facts.rules = &rules;
        facts.age_days = report.age_in_days(image.and_then(|image| image.created));
        facts.base_age_days = report.age_in_days(report.base().and_then(|base| base.created));
        facts.is_past_end_of_life = report.is_past_end_of_life();
        facts.incomplete = &incomplete;
        let decision = self.policy.gate.decide(&facts, verification);
        Outcome::new(report, decision, suppressed, unused)
    }
}

/// Why not everything was seen.
fn not_seen(report: &Report) -> Vec<String> {
    let unread = report.inventory.diagnostics.iter();
    let mut reasons: Vec<String> = unread
        .filter(|diagnostic| diagnostic.impact == Impact::Incomplete)
        .map(Diagnostic::to_string)
        .collect();
    if report.matches.is_none() {
        reasons.push("vulnerabilities were not looked for".to_owned());
    }
    reasons
}

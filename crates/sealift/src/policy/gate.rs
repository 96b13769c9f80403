//! The gate over a report.

use sealift_model::{Diagnostic, Family, Impact, Timestamp};
use sealift_policy::{Facts, Policy, Rule, Suppressions, Verification};
use sealift_report::Report;

use super::apply::taken_out;
use super::outcome::Outcome;

/// Decides whether what was scanned may pass: a policy, and what takes findings out.
#[derive(Clone, Debug)]
pub struct Gate {
    policy: Policy,
    suppressions: Suppressions,
    now: Timestamp,
}

impl Gate {
    /// A gate that decides at the time `now`. The policy's own exceptions count beside
    /// `suppressions`; the files that it names are read by whoever made it.
    #[must_use]
    pub fn new(policy: Policy, mut suppressions: Suppressions, now: Timestamp) -> Self {
        if !policy.exceptions.rules.is_empty() {
            suppressions.ignore.push(policy.exceptions.clone());
        }
        Self { policy, suppressions, now }
    }

    /// Takes what does not count out of a report and decides on the rest. The report must have
    /// all findings: one that lacks some is decided on as if they were not there.
    #[must_use]
    pub fn judge(&self, report: &mut Report, verification: &dyn Verification) -> Outcome {
        let (suppressed, unused) = taken_out(report, &self.suppressions, self.now);
        let rules: Vec<&Rule> =
            self.suppressions.ignore.iter().flat_map(|file| &file.rules).collect();
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
    let Some(matches) = &report.matches else {
        reasons.push("vulnerabilities were not looked for".to_owned());
        return reasons;
    };
    let mut packages = report.inventory.packages.iter();
    let has_system = packages.any(|package| package.ecosystem.is_operating_system());
    let known = matches.coverage.with.iter();
    let is_covered = known.map(|row| Family::from_osv(&row.name)).any(|family| family.is_some());
    if has_system && !is_covered {
        let name = report.inventory.distribution.as_ref().map(ToString::to_string);
        let name = name.as_deref().unwrap_or("the operating system");
        reasons.push(format!("no advisories for {name} in this database"));
    }
    reasons
}

//! Which findings are shown and gated on.

use std::collections::BTreeSet;

use sealift_matcher::{Finding, Status as FixStatus};
use sealift_misconfig::Status;
use sealift_model::Severity;
use sealift_report::{Configuration, Counts, Report};

/// Chooses the findings that count; by default all of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Selection {
    /// The severities that count, an exact list.
    pub severities: BTreeSet<Severity>,
    /// The statuses that do not count. A malicious package counts with any status: its only fix is
    /// removal.
    pub ignored_statuses: BTreeSet<FixStatus>,
    /// Whether findings in packages of the base image are left out. Default: no.
    pub exclude_base: bool,
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            severities: Severity::ALL.into(),
            ignored_statuses: BTreeSet::new(),
            exclude_base: false,
        }
    }
}

/// The findings that a [`Selection`] took out of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hidden {
    /// Findings of other severities.
    pub by_severity: Counts,
    /// Findings whose status was ignored.
    pub by_status: usize,
}

impl Selection {
    /// Takes findings that do not count out of the report, and returns their numbers.
    pub fn apply(&self, report: &mut Report) -> Hidden {
        let mut hidden = self.apply_to_findings(report);
        if let Some(configuration) = &mut report.configuration {
            self.apply_to_checks(configuration, &mut hidden.by_severity);
        }
        hidden
    }

    /// Takes out checks of other severities, those that pass too, and counts those that fail.
    fn apply_to_checks(&self, configuration: &mut Configuration, hidden: &mut Counts) {
        for file in &mut configuration.files {
            file.misconfigurations.retain(|found| {
                let shown = self.severities.contains(&found.check.severity);
                if !shown && matches!(found.status, Status::Fail(_)) {
                    hidden.add(found.check.severity);
                }
                shown
            });
        }
    }

    fn apply_to_findings(&self, report: &mut Report) -> Hidden {
        let Some(matches) = &mut report.matches else { return Hidden::default() };
        let other_severity: Vec<&Finding> =
            matches.findings.iter().filter(|finding| !self.shows(finding)).collect();
        let by_severity = Counts::of(other_severity);
        matches.findings.retain(|finding| self.shows(finding));
        let before = matches.findings.len();
        matches.findings.retain(|finding| {
            finding.malicious || !self.ignored_statuses.contains(&finding.status)
        });
        let by_status = before - matches.findings.len();
        if self.exclude_base {
            exclude_base(report);
        }
        Hidden { by_severity, by_status }
    }

    fn shows(&self, finding: &Finding) -> bool {
        self.severities.contains(&finding.severity)
    }
}

/// Takes the findings of the base out, and has the report say how many they were.
fn exclude_base(report: &mut Report) {
    let packages = &report.inventory.packages;
    let in_base = |finding: &Finding| {
        packages.get(finding.package).is_some_and(|package| package.from_base.is_some())
    };
    let Some(matches) = &mut report.matches else { return };
    report.left_out = Some(Counts::of(matches.findings.iter().filter(|it| in_base(it))));
    matches.findings.retain(|finding| !in_base(finding));
}

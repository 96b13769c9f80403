//! Facts about an image's base, and about ages.

use sealift_model::{BaseEvidence, Digest, Package, Support, Timestamp};

use crate::{Counts, Report};
use serde::Serialize;

/// The base image of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BaseFacts {
    /// Its name; none when the base is a guess.
    pub name: Option<String>,
    /// The evidence for it.
    pub evidence: BaseEvidence,
    /// The number of the image's lowest layers that are the base's.
    pub layers: usize,
    /// The base's image id, where the base itself was read.
    pub id: Option<Digest>,
    /// The time when it was made: the one in its config, else that of its last layer in the
    /// history.
    pub created: Option<Timestamp>,
}

impl BaseFacts {
    /// A base without further facts.
    #[must_use]
    pub fn new(evidence: BaseEvidence, layers: usize) -> Self {
        Self { name: None, evidence, layers, id: None, created: None }
    }
}

/// Tools that make the same image from the same input write one of a few times of old, the latest
/// of them 1980-01-01 (what zip can write): they say nothing of age.
const FIRST_REAL_SECOND: i64 = 315_705_600;

impl Report {
    /// Whole days from `created` to the time by which the report judges. None when there is no such
    /// time, and when `created` cannot be a real one: long ago, or after tomorrow.
    #[must_use]
    pub fn age_in_days(&self, created: Option<Timestamp>) -> Option<u64> {
        let (now, created) = (self.judged_at?, created.filter(|time| is_real(*time))?);
        match now.days_since(created) {
            // Clocks differ, time zones are forgotten; more than that is no time of creation.
            -1 => Some(0),
            days => u64::try_from(days).ok(),
        }
    }

    /// The base of the image.
    #[must_use]
    pub fn base(&self) -> Option<&BaseFacts> {
        self.artifact.image.as_ref()?.base.as_ref()
    }

    /// The support of the distribution, where the project's table has its release.
    #[must_use]
    pub fn support(&self) -> Option<Support> {
        self.inventory.distribution.as_ref()?.support()
    }

    /// Whether the distribution is past its end of life at the time by which the report judges.
    #[must_use]
    pub fn is_past_end_of_life(&self) -> bool {
        self.judged_at.is_some_and(|now| self.support().is_some_and(|support| support.is_over(now)))
    }

    /// The number of packages from the base that are not hidden.
    pub(crate) fn packages_from_base(&self) -> usize {
        self.inventory.packages.iter().filter(|package| is_of_base(package)).count()
    }

    /// The findings in the base that are neither hidden nor left out.
    pub(crate) fn findings_from_base(&self) -> Counts {
        let in_base = |finding: &&_| self.package_of(finding).is_some_and(is_of_base);
        Counts::of(self.findings().iter().filter(in_base))
    }
}

/// Whether a time of creation may be one.
pub(crate) fn is_real(time: Timestamp) -> bool {
    time.unix_seconds() >= FIRST_REAL_SECOND
}

fn is_of_base(package: &Package) -> bool {
    package.from_base.is_some() && package.hidden.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn ages_are_told_of_real_times_alone() {
        let mut report = example::report();
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        assert_eq!(report.age_in_days(at("2030-01-01T00:00:00Z")), None, "no time to judge by");
        report.judged_at = at("2030-02-01T12:00:00Z");
        for (created, days) in [
            (at("2030-01-01T13:00:00Z"), Some(30)),
            (at("2030-01-01T11:00:00Z"), Some(31)),
            (at("2030-02-01T23:00:00Z"), Some(0)),
            (at("2030-03-01T00:00:00Z"), None),
            (at("0001-01-01T00:00:00Z"), None),
            (at("1970-01-01T00:00:00Z"), None),
            (at("1980-01-01T00:00:01Z"), None),
            (None, None),
        ] {
            assert_eq!(report.age_in_days(created), days, "{created:?}");
        }
    }

    #[test]
    fn an_end_of_life_is_judged_by_the_reports_time() {
        let mut report = example::report();
        assert!(!report.is_past_end_of_life());
        report.judged_at = Some("2028-06-30T23:00:00Z".parse().unwrap());
        assert!(!report.is_past_end_of_life());
        report.judged_at = Some("2028-07-01T00:00:00Z".parse().unwrap());
        assert!(report.is_past_end_of_life());
    }
}

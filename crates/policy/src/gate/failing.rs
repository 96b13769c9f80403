//! The severities that fail.

use std::collections::BTreeSet;

use sealift_model::Severity;

/// Severities that fail: each one includes the more severe ones. An unknown severity is apart from
/// that scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingSeverities(BTreeSet<Severity>);

/// A list in which a severity fails and a more severe one passes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{named} fails and {graver}, which is graver, would pass: name all of {}", .whole.join(","))]
#[non_exhaustive]
pub struct SeverityGap {
    /// The least severe that is listed.
    pub named: Severity,
    /// The most severe that is missing.
    pub graver: Severity,
    /// The list without the gap.
    pub whole: Vec<&'static str>,
}

impl FailingSeverities {
    /// Makes the set from a list of severities.
    ///
    /// # Errors
    /// When the list names a severity but not a more severe one: that is surely a mistake.
    pub fn new(list: impl IntoIterator<Item = Severity>) -> Result<Self, SeverityGap> {
        let set: BTreeSet<Severity> = list.into_iter().collect();
        let Some(named) = set.iter().copied().find(|one| *one != Severity::Unknown) else {
            return Ok(Self(set));
        };
        let whole = Severity::ALL.into_iter().filter(|one| set.contains(one) || *one > named);
        let whole: Vec<Severity> = whole.collect();
        match whole.iter().rev().find(|one| !set.contains(one)) {
            None => Ok(Self(set)),
            Some(graver) => Err(SeverityGap {
                named,
                graver: *graver,
                whole: whole.into_iter().map(Severity::name).collect(),
            }),
        }
    }

    /// Whether a severity fails.
    #[must_use]
    pub fn contains(&self, severity: Severity) -> bool {
        self.0.contains(&severity)
    }

    /// Whether no severity fails.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Default for FailingSeverities {
    /// CRITICAL.
    fn default() -> Self {
        Self([Severity::Critical].into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_no_gap_above() {
        use Severity::{Critical, High, Low, Medium, Unknown};

        for list in [
            &[][..],
            &[Unknown],
            &[Critical],
            &[High, Critical],
            &[Unknown, Critical],
            &[Low, Medium, High, Critical],
        ] {
            assert!(FailingSeverities::new(list.iter().copied()).is_ok(), "{list:?}");
        }
        for (list, named, graver, whole) in [
            (&[High][..], High, Critical, "HIGH,CRITICAL"),
            (&[Unknown, Medium], Medium, Critical, "UNKNOWN,MEDIUM,HIGH,CRITICAL"),
            (&[Low, Critical], Low, High, "LOW,MEDIUM,HIGH,CRITICAL"),
        ] {
            let gap = FailingSeverities::new(list.iter().copied()).unwrap_err();
            assert_eq!((gap.named, gap.graver, gap.whole.join(",")), (named, graver, whole.into()));
        }
        assert_eq!(
            FailingSeverities::new([High]).unwrap_err().to_string(),
            "HIGH fails and CRITICAL, which is graver, would pass: name all of HIGH,CRITICAL"
        );
    }
}

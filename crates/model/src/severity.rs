//! The severities of vulnerabilities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The five words that reports and gates use, in ascending order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "the scale is complete: consumers match all of it")]
pub enum Severity {
    /// No source states one.
    #[default]
    Unknown,
    /// CVSS below 4, "negligible" and "minor" included.
    Low,
    /// CVSS 4.0 to 6.9, "moderate".
    Medium,
    /// CVSS 7.0 to 8.9, "important".
    High,
    /// CVSS 9.0 and above.
    Critical,
}

impl Severity {
    /// All five, ascending.
    pub const ALL: [Self; 5] = [Self::Unknown, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in upper case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }

    /// 0 for unknown to 4 for critical, the number that Trivy's reports use.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Low => 1,
            Self::Medium => 2,
            Self::High => 3,
            Self::Critical => 4,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    /// Reads one of the five words, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.name().eq_ignore_ascii_case(text))
            .ok_or(UnknownSeverity)
    }
}

/// The error for a text that is none of the five severities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a severity is one of UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL")]
#[non_exhaustive]
pub struct UnknownSeverity;

//! CVSS vectors, scored from their text.

mod decimal;
mod error;
mod metrics;
mod score;
mod v2;
mod v3;
mod v4;

use serde::Serialize;

use std::str::FromStr;

pub use error::CvssError;
pub use score::{CvssRating, CvssScore};

/// A version of the Common Vulnerability Scoring System.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub enum CvssVersion {
    /// 2.0
    #[serde(rename = "2.0")]
    V2,
    /// 3.0
    #[serde(rename = "3.0")]
    V3_0,
    /// 3.1, with new rules for rounding and the environmental impact.
    #[serde(rename = "3.1")]
    V3_1,
    /// 4.0
    #[serde(rename = "4.0")]
    V4,
}

/// A CVSS vector with the scores that its specification defines.
///
/// ```
/// use sealift_matcher::cvss::{CvssRating, CvssVector};
///
/// let vector = CvssVector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")?;
/// assert_eq!(vector.score().to_string(), "9.8");
/// assert_eq!(vector.rating(), CvssRating::Critical);
/// # Ok::<(), sealift_matcher::cvss::CvssError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CvssVector {
    version: CvssVersion,
    base: CvssScore,
    temporal: Option<CvssScore>,
    environmental: Option<CvssScore>,
}

impl CvssVector {
    /// Reads a vector: `CVSS:` with its version, and the metrics in any order. Version 2 has no
    /// prefix, and may be in parentheses.
    ///
    /// A metric that is "not defined" counts as missing.
    ///
    /// # Errors
    /// When the version is unknown, a metric or value does not exist in it, a metric is given twice
    /// or a base metric is missing.
    pub fn parse(text: &str) -> Result<Self, CvssError> {
        let text = text.trim();
        let Some(versioned) = text.strip_prefix("CVSS:") else {
            let bare = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            return v2::score(bare.unwrap_or(text));
        };
        let (version, metrics) = versioned.split_once('/').unwrap_or((versioned, ""));
        match version {
            "2.0" => v2::score(metrics),
            "3.0" => v3::score(CvssVersion::V3_0, metrics),
            "3.1" => v3::score(CvssVersion::V3_1, metrics),
            "4.0" => v4::score(metrics),
            _ => Err(CvssError::UnknownVersion { version: version.to_owned() }),
        }
    }

    /// The version of the specification that scored it.
    pub fn version(&self) -> CvssVersion {
        self.version
    }

    /// The score of the base metrics alone.
    pub fn base_score(&self) -> CvssScore {
        self.base
    }

    /// The score with the temporal metrics, which version 4.0 calls threat metrics (CVSS-BT).
    ///
    /// Versions 2.0 and 4.0 have one if such a metric is defined, 3.0 and 3.1 always.
    pub fn temporal_score(&self) -> Option<CvssScore> {
        self.temporal
    }

    /// The score with all metrics (in version 4.0, CVSS-BE or CVSS-BTE).
    ///
    /// Versions 2.0 and 4.0 have one if an environmental metric is defined, 3.0 and 3.1 always.
    pub fn environmental_score(&self) -> Option<CvssScore> {
        self.environmental
    }

    /// The score that ranks the vulnerability: the base score before version 4.0, whose
    /// specification (1.3) scores all defined metrics.
    pub fn score(&self) -> CvssScore {
        match self.version {
            CvssVersion::V4 => self.environmental.or(self.temporal).unwrap_or(self.base),
            CvssVersion::V2 | CvssVersion::V3_0 | CvssVersion::V3_1 => self.base,
        }
    }

    /// The rating of [`score`](Self::score).
    pub fn rating(&self) -> CvssRating {
        CvssRating::of(self.version, self.score())
    }
}

impl FromStr for CvssVector {
    type Err = CvssError;

    fn from_str(text: &str) -> Result<Self, CvssError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V3: &str = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N";

    fn error(text: &str) -> CvssError {
        CvssVector::parse(text).unwrap_err()
    }

    #[test]
    fn version_2_is_read_in_all_its_spellings() {
        for text in [
            "AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "(AV:N/AC:L/Au:N/C:P/I:P/A:P)",
            "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P/",
            " A:P/C:P/I:P/AV:N/AC:L/Au:N/E:ND ",
        ] {
            let vector = CvssVector::parse(text).unwrap();
            assert_eq!(vector.score().tenths(), 75, "{text}");
            assert_eq!(vector.temporal_score(), None, "{text}");
            assert_eq!(vector.rating(), CvssRating::High, "{text}");
        }
    }

    #[test]
    fn version_4_ranks_by_every_metric_that_is_defined() {
        let base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N";
        let plain = CvssVector::parse(&format!("{base}/E:X/CR:X")).unwrap();
        assert_eq!(plain.score(), plain.base_score());
        assert_eq!(plain.environmental_score(), None);
        let threat = CvssVector::parse(&format!("{base}/E:P")).unwrap();
        assert_eq!(threat.score().to_string(), "7.7");
        assert_eq!(threat.base_score(), plain.base_score());
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let version = "5.0".to_owned();
        assert_eq!(error("CVSS:5.0/AV:N"), CvssError::UnknownVersion { version });
        let part = String::new();
        assert_eq!(error(""), CvssError::Malformed { part });
        assert_eq!(
            error(&format!("CVSS:3.1/{V3}/AT:N")),
            CvssError::UnknownMetric { metric: "AT".to_owned() }
        );
        assert_eq!(
            error("CVSS:3.1/AV:Q"),
            CvssError::UnknownValue { metric: "AV", value: "Q".to_owned() }
        );
        assert_eq!(error("CVSS:3.1/AV:N/AV:N"), CvssError::DuplicateMetric { metric: "AV" });
        assert_eq!(error("CVSS:3.1/AV:N"), CvssError::MissingMetric { metric: "AC" });
    }
}

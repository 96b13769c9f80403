//! Scores and their ratings.

use std::fmt;

use serde::{Serialize, Serializer};

use super::CvssVersion;

/// A score from 0.0 to 10.0, in exact tenths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CvssScore(u8);

impl CvssScore {
    /// A score from its number of tenths, 0 to 100.
    pub const fn from_tenths(tenths: u8) -> Option<Self> {
        if tenths <= 100 { Some(Self(tenths)) } else { None }
    }

    /// The nearest score to a number of tenths.
    pub(super) fn clamped(tenths: i128) -> Self {
        Self(u8::try_from(tenths.clamp(0, 100)).unwrap_or_default())
    }

    /// The score in tenths: 98 for 9.8.
    pub const fn tenths(self) -> u8 {
        self.0
    }
}

/// Writes `9.8`.
impl fmt::Display for CvssScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// A number, 9.8.
impl Serialize for CvssScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 10.0)
    }
}

/// The qualitative rating of a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the scale of CVSS 3.1, section 5, and CVSS 4.0, section 6"
)]
pub enum CvssRating {
    /// 0.0, since version 3.0.
    None,
    /// Up to 3.9.
    Low,
    /// From 4.0.
    Medium,
    /// From 7.0.
    High,
    /// From 9.0, since version 3.0.
    Critical,
}

impl CvssRating {
    /// The rating of a score by the scale of its version.
    ///
    /// Version 2.0 defines none; the scale that the NVD gave it has only low, medium and high.
    pub fn of(version: CvssVersion, score: CvssScore) -> Self {
        let v2 = version == CvssVersion::V2;
        match score.tenths() {
            0 if !v2 => Self::None,
            0..40 => Self::Low,
            40..70 => Self::Medium,
            90.. if !v2 => Self::Critical,
            70.. => Self::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_follow_the_scale_of_the_version() {
        let rating = |version, tenths| CvssRating::of(version, CvssScore(tenths));
        assert_eq!(rating(CvssVersion::V2, 0), CvssRating::Low);
        assert_eq!(rating(CvssVersion::V2, 100), CvssRating::High);
        assert_eq!(rating(CvssVersion::V3_1, 0), CvssRating::None);
        assert_eq!(rating(CvssVersion::V3_1, 1), CvssRating::Low);
        assert_eq!(rating(CvssVersion::V3_1, 39), CvssRating::Low);
        assert_eq!(rating(CvssVersion::V3_1, 40), CvssRating::Medium);
        assert_eq!(rating(CvssVersion::V4, 69), CvssRating::Medium);
        assert_eq!(rating(CvssVersion::V4, 89), CvssRating::High);
        assert_eq!(rating(CvssVersion::V4, 90), CvssRating::Critical);
    }

    #[test]
    fn scores_print_with_one_decimal() {
        assert_eq!(CvssScore(0).to_string(), "0.0");
        assert_eq!(CvssScore(98).to_string(), "9.8");
        assert_eq!(CvssScore::from_tenths(101), None);
    }
}

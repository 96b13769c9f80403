//! Points in time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, UTC, read and written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The point `seconds` after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// When it lies outside the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, TimestampError> {
        jiff::Timestamp::from_second(seconds).map(Self).map_err(|_| TimestampError)
    }

    /// The point `milliseconds` after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// When it lies outside the years -9999 to 9999.
    pub fn from_unix_milliseconds(milliseconds: i64) -> Result<Self, TimestampError> {
        jiff::Timestamp::from_millisecond(milliseconds).map(Self).map_err(|_| TimestampError)
    }

    /// The start of a day in UTC, written `2026-01-31`.
    ///
    /// # Errors
    /// When the text is no such day.
    pub fn from_day(text: &str) -> Result<Self, TimestampError> {
        let day: jiff::civil::Date = text.parse().map_err(|_| TimestampError)?;
        if day.to_string() != text {
            return Err(TimestampError);
        }
        let start = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| TimestampError)?;
        Ok(Self(start.timestamp()))
    }

    /// The day in UTC, written `2026-01-31`.
    #[must_use]
    pub fn day(self) -> String {
        jiff::tz::TimeZone::UTC.to_datetime(self.0).date().to_string()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards it.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Whole days from `earlier` to this point; negative when it lies before.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.unix_seconds() - earlier.unix_seconds()).div_euclid(24 * 60 * 60)
    }
}

impl From<std::time::SystemTime> for Timestamp {
    /// The whole second; a time before 1970 becomes 1970, one after the year 9999 its end.
    fn from(time: std::time::SystemTime) -> Self {
        let after = time.duration_since(std::time::UNIX_EPOCH);
        let seconds = after.map_or(0, |after| i64::try_from(after.as_secs()).unwrap_or(i64::MAX));
        Self(jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        text.parse().map(Self).map_err(|_| TimestampError)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The error for a text or number that is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is written as RFC 3339 has it, as 2026-01-31T12:00:00Z")]
#[non_exhaustive]
pub struct TimestampError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_rfc_3339() {
        let time: Timestamp = "2023-01-01T02:00:00+02:00".parse().unwrap();
        assert_eq!(time.to_string(), "2023-01-01T00:00:00Z");
        assert_eq!(time.unix_seconds(), 1_672_531_200);
        let later = Timestamp::from_unix_milliseconds(1_672_531_200_250).unwrap();
        assert_eq!(later.to_string(), "2023-01-01T00:00:00.25Z");
        assert_eq!(Timestamp::from_unix_milliseconds(i64::MAX), Err(TimestampError));
        assert_eq!(later.day(), "2023-01-01");
        assert_eq!(Timestamp::from_day("2023-01-01").unwrap().unix_seconds(), 1_672_531_200);
        for text in ["2023-02-29", "2023-1-1", "20230101", "2023-01-01T00:00:00Z", ""] {
            assert_eq!(Timestamp::from_day(text), Err(TimestampError), "{text}");
        }
        assert_eq!("yesterday".parse::<Timestamp>(), Err(TimestampError));
    }
}

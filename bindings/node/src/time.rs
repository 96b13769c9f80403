//! Times from JavaScript.

use std::time::{Duration, Instant, SystemTime};

use sealift::Timestamp;

use crate::failure::Failure;

/// A clock that starts at the time when a call was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    milliseconds: f64,
    since: Instant,
}

impl Clock {
    /// A clock that shows these milliseconds since 1970 now, as `Date.now()` gives them.
    pub(crate) fn at(milliseconds: f64) -> Self {
        Self { milliseconds, since: Instant::now() }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from(self.system_time())
    }

    /// The same as a `SystemTime`.
    pub(crate) fn system_time(&self) -> SystemTime {
        let start = Duration::try_from_secs_f64(self.milliseconds / 1000.0).unwrap_or_default();
        SystemTime::UNIX_EPOCH + start + self.since.elapsed()
    }
}

/// Reads a day, `2026-01-31`, or a time by RFC 3339.
pub(crate) fn parse(option: &'static str, text: &str) -> Result<Timestamp, Failure> {
    Timestamp::from_day(text).or_else(|_| text.parse()).map_err(|_| {
        Failure::argument(format!(
            "{option}: {text} is no day or time, as 2026-01-31 or 2026-01-31T12:00:00Z"
        ))
    })
}

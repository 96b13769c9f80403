//! The span of time in which a key or authority is trusted.

use std::fmt;

use sealift_model::Timestamp;

/// A span of time with a start and an optional end, both included.
///
/// `TimeRange` of Sigstore's protobuf-specs, `sigstore_common.proto`, has an optional start; here
/// it is required, since a part without one would be trusted for all of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: Timestamp,
    end: Option<Timestamp>,
}

impl Window {
    /// The window from `start` on, up to `end` if there is one.
    ///
    /// # Errors
    /// When the end is not after the start.
    pub fn new(start: Timestamp, end: Option<Timestamp>) -> Result<Self, EmptyWindow> {
        match end {
            Some(end) if end <= start => Err(EmptyWindow { start, end }),
            _ => Ok(Self { start, end }),
        }
    }

    /// The window from `start` on.
    #[must_use]
    pub fn since(start: Timestamp) -> Self {
        Self { start, end: None }
    }

    /// The first moment in the window.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The last moment in the window; none if it is open.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.end
    }

    /// Whether `at` lies in the window, start and end included.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && self.end.is_none_or(|end| at <= end)
    }
}

/// Formatted as the end of a sentence: `from 2025-01-01T00:00:00Z until 2025-12-31T23:59:59Z`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {}", self.start)?;
        match self.end {
            Some(end) => write!(f, " until {end}"),
            None => f.write_str(" on"),
        }
    }
}

/// A window ends before or at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the validity ends at {end}, not after its start {start}")]
#[non_exhaustive]
pub struct EmptyWindow {
    /// Where the window starts.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_are_inside() {
        let (start, end) = (time("2025-01-01T00:00:00Z"), time("2025-12-31T23:59:59.999Z"));
        let window = Window::new(start, Some(end)).unwrap();
        assert!(window.contains(start) && window.contains(end));
        assert!(!window.contains(time("2024-12-31T23:59:59.999999999Z")));
        assert!(!window.contains(time("2026-01-01T00:00:00Z")));
        assert_eq!((window.start(), window.end()), (start, Some(end)));
        let text = window.to_string();
        assert_eq!(text, "from 2025-01-01T00:00:00Z until 2025-12-31T23:59:59.999Z");
    }

    #[test]
    fn an_open_window_does_not_end() {
        let window = Window::new(time("2025-01-01T00:00:00Z"), None).unwrap();
        assert!(window.contains(time("9999-01-01T00:00:00Z")));
        assert_eq!(window.to_string(), "from 2025-01-01T00:00:00Z on");
    }

    #[test]
    fn an_empty_or_reversed_window_is_refused() {
        let (start, end) = (time("2025-01-01T00:00:00Z"), time("2025-01-02T00:00:00Z"));
        assert_eq!(Window::new(end, Some(start)), Err(EmptyWindow { start: end, end: start }));
        assert_eq!(Window::new(start, Some(start)), Err(EmptyWindow { start, end: start }));
    }
}

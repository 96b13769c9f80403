//! How long a caller waits for an answer.

use std::time::{Duration, Instant};

use crate::Observer;

/// How often the observer is asked whether the caller has cancelled.
const TICK: Duration = Duration::from_millis(40);

/// How long a caller waits: until an instant, or until the caller cancels.
#[derive(Clone, Copy)]
pub(in crate::admission) struct Patience<'o> {
    until: Instant,
    observer: Option<&'o dyn Observer>,
}

impl From<Instant> for Patience<'_> {
    fn from(until: Instant) -> Self {
        Self { until, observer: None }
    }
}

impl<'o> Patience<'o> {
    pub(in crate::admission) fn new(until: Instant, observer: &'o dyn Observer) -> Self {
        Self { until, observer: Some(observer) }
    }

    /// The same, limited to `longest` from now.
    pub(in crate::admission) fn at_most(self, longest: Duration) -> Self {
        Self { until: self.until.min(Instant::now() + longest), ..self }
    }

    /// How long to wait before the next check; none when the time is over or the caller has
    /// cancelled.
    pub(in crate::admission) fn left(self) -> Option<Duration> {
        if self.observer.is_some_and(Observer::is_cancelled) {
            return None;
        }
        let left = self.until.checked_duration_since(Instant::now())?;
        Some(if self.observer.is_some() { left.min(TICK) } else { left })
    }
}

//! The time within which the caller needs an answer.

use std::time::Duration;

use sealift_policy::admission::go_duration;

/// An API server's default timeout.
const USUAL: Duration = Duration::from_secs(10);
/// An API server's largest timeout.
const LONGEST: Duration = Duration::from_secs(30);
/// The reserve for the network: a tenth of the timeout, within these bounds.
const LEAST_RESERVE: Duration = Duration::from_millis(200);
const MOST_RESERVE: Duration = Duration::from_secs(1);

/// The time for a decision, from the parameter `timeout` (`10s`).
pub(super) fn patience(timeout: Option<&str>) -> Duration {
    let said = timeout.and_then(go_duration).filter(|said| !said.is_zero());
    let said = said.unwrap_or(USUAL).min(LONGEST);
    let reserve = (said / 10).clamp(LEAST_RESERVE, MOST_RESERVE);
    said.saturating_sub(reserve).max(said / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_ahead_of_the_deadline() {
        for (timeout, expected) in [
            (None, 9_000),
            (Some("10s"), 9_000),
            (Some("30s"), 29_000),
            (Some("5m"), 29_000),
            (Some("1s"), 800),
            (Some("1.5s"), 1_300),
            (Some("300ms"), 150),
            (Some("0s"), 9_000),
            (Some("soon"), 9_000),
            (Some("1e300s"), 9_000),
        ] {
            assert_eq!(patience(timeout), Duration::from_millis(expected), "{timeout:?}");
        }
    }
}

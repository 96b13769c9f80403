//! How long a caller waits.

use std::time::Duration;

/// What an API server waits unless its configuration says otherwise.
const USUAL: Duration = Duration::from_secs(10);
/// The most that it can be told to wait.
const LONGEST: Duration = Duration::from_secs(30);
/// What is kept back for the way there and back: a tenth, at least and at most so much.
const LEAST_RESERVE: Duration = Duration::from_millis(200);
const MOST_RESERVE: Duration = Duration::from_secs(1);

/// How long a decision may take, by the parameter `timeout` (`10s`).
pub(super) fn patience(timeout: Option<&str>) -> Duration {
    let said = timeout.and_then(parse).unwrap_or(USUAL).min(LONGEST);
    let reserve = (said / 10).clamp(LEAST_RESERVE, MOST_RESERVE);
    said.saturating_sub(reserve).max(said / 2)
}

/// A duration as Go writes it: `10s`, `1m30s`, `500ms`, `1.5s`.
fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, behind) = rest.split_at(end);
        let end = behind.find(|letter: char| letter.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "\u{b5}s" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(part)?;
        rest = behind;
    }
    (!total.is_zero()).then_some(total)
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
        assert_eq!(parse("1m30s"), Some(Duration::from_secs(90)));
    }
}

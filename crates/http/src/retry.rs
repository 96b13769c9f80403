//! Repeating requests.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::{Error, Headers, Response, Retry};

/// Answers after which asking again may help: too many requests, and what gateways say of a
/// server that is not there yet.
const LATER: [u16; 4] = [429, 502, 503, 504];

impl Retry {
    /// How long to wait before the next attempt; none when there should be none.
    pub(crate) fn wait(&self, attempt: u32, outcome: &Result<Response, Error>) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let own = self.first_wait.saturating_mul(factor).min(self.longest_wait);
        match outcome {
            Err(error) => error.kind.is_transient().then_some(own),
            Ok(response) if LATER.contains(&response.status()) => {
                let asked = asked_for(response.headers()).unwrap_or(own);
                (asked <= self.longest_wait).then(|| asked.max(own))
            }
            Ok(_) => None,
        }
    }
}

/// The wait that `Retry-After` asks for (RFC 9110 section 10.2.3): seconds, or a date, which is
/// compared with the server's own.
fn asked_for(headers: &Headers) -> Option<Duration> {
    let text = headers.get("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = time_of(text)?.as_second() - time_of(headers.get("date")?)?.as_second();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
}

/// The time of an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7), whatever day
/// of the week it says that this is.
fn time_of(date: &str) -> Option<Timestamp> {
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(date.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(retry_after: &str) -> Headers {
        let mut headers = Headers::default();
        headers.add("Date", "Sun, 28 Feb 2100 23:59:50 GMT");
        headers.add("Retry-After", retry_after);
        headers
    }

    #[test]
    fn waits_as_the_server_asks() {
        for (text, seconds) in [
            ("7", Some(7)),
            ("Mon, 01 Mar 2100 00:00:20 GMT", Some(30)),
            ("Sun, 28 Feb 2100 00:00:00 GMT", Some(0)),
            ("soon", None),
            ("Sun, 06 Now 1994 08:49:37 GMT", None),
            ("-1", None),
        ] {
            assert_eq!(asked_for(&headers(text)), seconds.map(Duration::from_secs), "{text}");
        }
    }
}

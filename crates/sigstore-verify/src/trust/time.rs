//! Times in JSON.

use sealift_model::Timestamp;

/// Reads a time by RFC 3339 5.6, in upper case: the JSON mapping of protocol buffers. Variants that
/// other formats allow are refused: a missing part, a zone in brackets, a comma.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    const DATE_TIME: &[u8] = b"0000-00-00T00:00:00";
    let (date_time, rest) = text.as_bytes().split_at_checked(DATE_TIME.len())?;
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| (1..=9).contains(&digits))?
        }
        None => rest,
    };
    let zone_has_shape = match rest {
        [b'Z'] => true,
        [b'+' | b'-', zone @ ..] => has_shape(zone, b"00:00"),
        _ => false,
    };
    if !has_shape(date_time, DATE_TIME) || !zone_has_shape {
        return None;
    }
    text.parse().ok().or_else(|| at_the_end(text))
}

/// Reads a time at the very end of the year 9999, such as the last one of protocol buffers, as the
/// last whole second of a [`Timestamp`], a day earlier: it means "no end", as in certificates.
fn at_the_end(text: &str) -> Option<Timestamp> {
    const LAST_SECOND: i64 = 253_402_207_200;
    // The same day of the year before shows whether the time is valid.
    let rest = text.strip_prefix("9999-12-3")?;
    format!("9998-12-3{rest}").parse::<Timestamp>().ok()?;
    Timestamp::from_unix_seconds(LAST_SECOND).ok()
}

/// Whether the text has digits where `shape` has zeros, and the same bytes elsewhere.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == shape,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rfc_3339_and_nothing_else() {
        for (text, expected) in [
            ("2021-01-12T11:53:27Z", "2021-01-12T11:53:27Z"),
            ("2022-12-31T23:59:59.999Z", "2022-12-31T23:59:59.999Z"),
            ("2022-12-31T23:59:59.999000Z", "2022-12-31T23:59:59.999Z"),
            ("2022-12-31T23:59:59+02:00", "2022-12-31T21:59:59Z"),
            ("9999-12-31T23:59:59Z", "9999-12-30T22:00:00Z"),
            ("9999-12-31T23:59:59.999999999-23:59", "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(parse(text), Some(expected.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "2021-01-12",
            "2021-01-12T11:53Z",
            "2021-01-12 11:53:27Z",
            "2021-01-12T11:53:27",
            "2021-01-12T11:53:27z",
            "2021-01-12T11:53:27Z[UTC]",
            "2021-01-12T11:53:27.Z",
            "2021-01-12T11:53:27,5Z",
            "2021-01-12T11:53:27.1234567890Z",
            "2021-01-12T11:53:27+0200",
            "2021-02-30T11:53:27Z",
            "2021-01-12T25:53:27Z",
            "9999-12-32T00:00:00Z",
            "9999-12-31T25:00:00Z",
            "-02021-01-12T11:53:27Z",
            "2021-01-12T11:53:2\u{e9}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

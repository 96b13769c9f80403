//! The time in a token.

use sealift_model::Timestamp;

/// Reads a `GeneralizedTime` by RFC 3161 2.4.2: `YYYYMMDDhhmmss[.s...]Z`, without trailing zeros in
/// the fraction, and without a point if there is no fraction.
///
/// `None` for anything else, including local times and offsets, times that are not in the calendar,
/// leap
/// seconds, and fractions finer than a nanosecond.
pub(super) fn parse(value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) || whole.len() != 14 {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to);
    let (year, second) = (part(0, 4)?, part(12, 14)?);
    // RFC 3339 has both.
    if year == "0000" || second == "60" {
        return None;
    }
    let fraction = match fraction {
        None => String::new(),
        Some(fraction) if is_fraction(fraction) => format!(".{fraction}"),
        Some(_) => return None,
    };
    let (month, day, hour, minute) = (part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}Z").parse().ok()
}

fn is_fraction(digits: &str) -> bool {
    const MAX_DIGITS: usize = 9;
    (1..=MAX_DIGITS).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.ends_with('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_the_calendar_has() {
        for (text, expected) in [
            ("20250101000000Z", "2025-01-01T00:00:00Z"),
            ("19700101000000Z", "1970-01-01T00:00:00Z"),
            ("20240229235959Z", "2024-02-29T23:59:59Z"),
            ("20000229120000Z", "2000-02-29T12:00:00Z"),
            ("19690720201740Z", "1969-07-20T20:17:40Z"),
            ("19990609001326.34352Z", "1999-06-09T00:13:26.34352Z"),
            ("20250101000000.000000001Z", "2025-01-01T00:00:00.000000001Z"),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn refuses_what_der_or_the_calendar_lack() {
        for text in [
            "",
            "Z",
            "20250101000000",
            "20250101000000+0000",
            "202501010000Z",
            "250101000000Z",
            "20250101000000.Z",
            "20250101000000.10Z",
            "20250101000000.0Z",
            "20250101000000,5Z",
            "20250101000000.1234567891Z",
            "20250101000000.-1Z",
            "20250101000000.5.5Z",
            "20250229000000Z",
            "19000229000000Z",
            "20251301000000Z",
            "20250001000000Z",
            "20250100000000Z",
            "20250101240000Z",
            "20250101006000Z",
            "20250101000060Z",
            "00000101000000Z",
            "+0250101000000Z",
            "2025010100000 Z",
            "20250101000000z",
            "20250101000000ZZ",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(b"2025010100000\xffZ"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_rfc_3339(seconds in -60_000_000_000_i64..250_000_000_000) {
            let time = Timestamp::from_unix_seconds(seconds).unwrap();
            let text: String = time.to_string().chars().filter(|c| !"-T:".contains(*c)).collect();
            prop_assert_eq!(parse(text.as_bytes()), Some(time));
        }
    }
}

//! Spans of time as Go writes them: `1h30m`, `1.5s`, `300ms`.

use std::fmt;

/// A span of time, in nanoseconds; up to about 292 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(i64);

const UNITS: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Duration {
    /// Reads numbers, each with its unit; `0` needs none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Some(Self(0));
        }
        if rest.is_empty() {
            return None;
        }
        let mut sum: i128 = 0;
        while !rest.is_empty() {
            let end = rest.find(|next: char| !next.is_ascii_digit() && next != '.')?;
            let (number, after) = rest.split_at(end);
            let end = after
                .find(|next: char| next.is_ascii_digit() || next == '.')
                .unwrap_or(after.len());
            let (unit, after) = after.split_at(end);
            let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
            sum = sum.checked_add(of_unit(number, *unit)?)?;
            rest = after;
        }
        let sum = if negative { -sum } else { sum };
        i64::try_from(sum).ok().map(Self)
    }

    /// A number of seconds.
    pub(crate) fn of_seconds(seconds: f64) -> Option<Self> {
        let nanoseconds = (seconds * 1e9).trunc();
        format!("{nanoseconds:.0}").parse().ok().map(Self)
    }

    pub(crate) fn of_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    pub(crate) fn nanoseconds(self) -> i64 {
        self.0
    }

    #[expect(clippy::as_conversions, reason = "rounded to the nearest double, as Go does")]
    pub(crate) fn seconds(self) -> f64 {
        let (whole, part) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        whole as f64 + part as f64 / 1e9
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    pub(crate) fn modulo(self, other: Self) -> Option<Self> {
        self.0.checked_rem(other.0).map(Self)
    }
}

/// Reads a duration as Go writes it, `1m30s` or `300ms`; none where the text is invalid or
/// negative.
#[must_use]
pub fn go_duration(text: &str) -> Option<std::time::Duration> {
    let nanoseconds = u64::try_from(Duration::parse(text)?.nanoseconds()).ok()?;
    Some(std::time::Duration::from_nanos(nanoseconds))
}

/// Reads `1.5` of a unit, without the rounding errors of floating point.
fn of_unit(number: &str, unit: i64) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let unit = i128::from(unit);
    // What is smaller than a nanosecond of any unit does not count.
    let digits = fraction.get(..18).unwrap_or(fraction);
    let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
    let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    whole.checked_mul(unit)?.checked_add(part * unit / scale)
}

impl fmt::Display for Duration {
    /// Writes Go's form: `1h0m0s`, `1.5s`, `20ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let all = self.0.unsigned_abs();
        let fraction = |value: u64, unit: u64| {
            let digits = format!("{:0width$}", value % unit, width = unit.to_string().len() - 1);
            let digits = digits.trim_end_matches('0');
            let dot = if digits.is_empty() { "" } else { "." };
            format!("{}{dot}{digits}", value / unit)
        };
        match all {
            0..1_000 => write!(f, "{all}ns"),
            1_000..1_000_000 => write!(f, "{}\u{b5}s", fraction(all, 1_000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", fraction(all, 1_000_000)),
            _ => {
                let minutes = all / 60_000_000_000;
                let (hours, minutes) = (minutes / 60, minutes % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if hours > 0 || minutes > 0 {
                    write!(f, "{minutes}m")?;
                }
                write!(f, "{}s", fraction(all % 60_000_000_000, 1_000_000_000))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        let written = [
            ("1h", "1h0m0s"),
            ("90m", "1h30m0s"),
            ("1.5s", "1.5s"),
            ("0", "0s"),
            ("-2m3s", "-2m3s"),
            ("1500us", "1.5ms"),
            ("8h0m0.001s", "8h0m0.001s"),
        ];
        for (text, expected) in written {
            assert_eq!(Duration::parse(text).unwrap().to_string(), expected);
        }
        assert_eq!(go_duration("1m30s"), Some(std::time::Duration::from_secs(90)));
        assert_eq!(go_duration("-1s"), None);
        for text in ["", "1", "h", "1d", ".", "1h2", "9999999999h"] {
            assert_eq!(Duration::parse(text), None, "{text}");
        }
    }
}

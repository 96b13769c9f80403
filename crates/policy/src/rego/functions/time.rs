//! Functions of time, in UTC: nanoseconds since 1970 as OPA counts them. No other zone is known,
//! because what a zone means is a matter of the machine; a call that names one is undefined.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use regorus::Value;

use super::{or_undefined, text};

/// `time.parse_rfc3339_ns(text)`.
pub(super) fn parse_rfc3339_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        nanoseconds(text(value)?.parse().ok()?)
    })())
}

/// `time.parse_ns(layout, text)`; layouts are Go's, `2006-01-02`.
pub(super) fn parse_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [layout, value] = arguments else { return None };
        let value = text(value)?;
        let layout = text(layout)?;
        if layout == "RFC3339" || layout == "RFC3339Nano" {
            return nanoseconds(value.parse().ok()?);
        }
        let parts = jiff::fmt::strtime::parse(from_go(layout), value).ok()?;
        let time = parts.to_timestamp().ok().or_else(|| {
            let moment = match parts.to_datetime() {
                Ok(moment) => moment,
                Err(_) => parts.to_date().ok()?.at(0, 0, 0, 0),
            };
            Some(moment.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })?;
        nanoseconds(time)
    })())
}

/// `time.parse_duration_ns("1h30m")`.
pub(super) fn parse_duration_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        let value = text(value)?;
        let (sign, rest) = match value.strip_prefix('-') {
            Some(rest) => (-1.0, rest),
            None => (1.0, value.strip_prefix('+').unwrap_or(value)),
        };
        let mut total = SignedDuration::ZERO;
        let mut rest = rest;
        if rest == "0" {
            return Some(Value::from(0_i64));
        }
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let digits = rest.find(|one: char| !one.is_ascii_digit() && one != '.')?;
            let (number, tail) = rest.split_at_checked(digits)?;
            let end = tail.find(|one: char| one.is_ascii_digit() || one == '.');
            let (unit, tail) = tail.split_at_checked(end.unwrap_or(tail.len()))?;
            let seconds = match unit {
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
            let number: f64 = number.parse().ok()?;
            let part = SignedDuration::try_from_secs_f64(sign * number * seconds).ok()?;
            total = total.checked_add(part)?;
            rest = tail;
        }
        Some(Value::from(i64::try_from(total.as_nanos()).ok()?))
    })())
}

/// `time.date(ns)`: year, month, day.
pub(super) fn date(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let date = moment(arguments.first()?)?.date();
        Some(array([i64::from(date.year()), i64::from(date.month()), i64::from(date.day())]))
    })())
}

/// `time.clock(ns)`: hour, minute, second.
pub(super) fn clock(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let time = moment(arguments.first()?)?.time();
        Some(array([i64::from(time.hour()), i64::from(time.minute()), i64::from(time.second())]))
    })())
}

/// `time.weekday(ns)`: its English name.
pub(super) fn weekday(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let moment = moment(arguments.first()?)?;
        Some(Value::from(moment.strftime("%A").to_string()))
    })())
}

/// `time.add_date(ns, years, months, days)`; a day that a month lacks runs over into the next, as
/// in Go.
pub(super) fn add_date(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [ns, years, months, days] = arguments else { return None };
        let moment = moment(ns)?;
        let date = moment.date();
        let first = date.first_of_month();
        let months = Span::new()
            .try_years(years.as_i64().ok()?)
            .ok()?
            .try_months(months.as_i64().ok()?)
            .ok()?;
        let days = days.as_i64().ok()?.checked_add(i64::from(date.day()) - 1)?;
        let date = first.checked_add(months).ok()?;
        let date = date.checked_add(Span::new().try_days(days).ok()?).ok()?;
        let moved = date.to_datetime(moment.time()).to_zoned(TimeZone::UTC).ok()?;
        nanoseconds(moved.timestamp())
    })())
}

/// `time.format(ns)`, also of an array of nanoseconds, zone and layout: as RFC 3339, or by a layout
/// of Go.
pub(super) fn format(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        let (time, layout) = match value {
            Value::Array(parts) => match parts.iter().collect::<Vec<_>>().as_slice() {
                [ns, zone, layout] => {
                    let time = Value::from(vec![(*ns).clone(), (*zone).clone()]);
                    (moment(&time)?, text(layout)?)
                }
                _ => (moment(value)?, "RFC3339Nano"),
            },
            ns => (moment(ns)?, "RFC3339Nano"),
        };
        Some(Value::from(match layout {
            "" | "RFC3339Nano" => time.timestamp().to_string(),
            "RFC3339" => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            layout => {
                let named = NAMED.iter().find(|(name, _)| *name == layout);
                let known = named.map_or(layout, |(_, known)| known);
                // In UTC, Go writes `Z` where a layout has `Z07:00`.
                let layout = from_go(&known.replace("Z07:00", "Z"));
                jiff::fmt::strtime::format(layout, &time).ok()?
            }
        }))
    })())
}

/// Layouts that OPA knows by the names of Go's constants.
const NAMED: &[(&str, &str)] = &[
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
];

/// `time.diff(a, b)`: years, months, days, hours, minutes and seconds between two times, whichever
/// is the earlier.
pub(super) fn diff(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [one, other] = arguments else { return None };
        let (one, other) = (moment(one)?, moment(other)?);
        let (from, to) = if one > other { (other, one) } else { (one, other) };
        let parts = |time: &Zoned| {
            let whole = time.datetime();
            [
                i64::from(whole.year()),
                i64::from(whole.month()),
                i64::from(whole.day()),
                i64::from(whole.hour()),
                i64::from(whole.minute()),
                i64::from(whole.second()),
            ]
        };
        let [y1, mo1, d1, h1, mi1, s1] = parts(&from);
        let [y2, mo2, d2, h2, mi2, s2] = parts(&to);
        let borrow = |own: i64, next: i64, full: i64| match own < 0 {
            true => (own + full, next - 1),
            false => (own, next),
        };
        let (seconds, minutes) = borrow(s2 - s1, mi2 - mi1, 60);
        let (minutes, hours) = borrow(minutes, h2 - h1, 60);
        let (hours, days) = borrow(hours, d2 - d1, 24);
        // A month is as long as that of the earlier time.
        let (days, months) = borrow(days, mo2 - mo1, i64::from(from.days_in_month()));
        let (months, years) = borrow(months, y2 - y1, 12);
        let all = [years, months, days, hours, minutes, seconds].map(Value::from);
        Some(Value::from(all.to_vec()))
    })())
}

fn array(parts: [i64; 3]) -> Value {
    Value::from(parts.map(Value::from).to_vec())
}

/// A time as OPA writes one: nanoseconds, or with a zone beside them.
fn moment(value: &Value) -> Option<Zoned> {
    let ns = match value {
        Value::Array(parts) => {
            let parts: Vec<&Value> = parts.iter().collect();
            let [ns, zone] = parts.as_slice() else { return None };
            matches!(text(zone)?, "" | "UTC").then_some(*ns)?
        }
        ns => ns,
    };
    let time = Timestamp::from_nanosecond(ns.as_i128().ok()?).ok()?;
    Some(time.to_zoned(TimeZone::UTC))
}

fn nanoseconds(time: Timestamp) -> Option<Value> {
    Some(Value::from(i64::try_from(time.as_nanosecond()).ok()?))
}

/// A layout of Go as `strptime` has it.
fn from_go(layout: &str) -> String {
    const PARTS: &[(&str, &str)] = &[
        ("2006", "%Y"),
        ("January", "%B"),
        ("Monday", "%A"),
        ("Z07:00", "%:z"),
        ("-07:00", "%:z"),
        ("Jan", "%b"),
        ("Mon", "%a"),
        ("MST", "%Z"),
        ("-0700", "%z"),
        ("01", "%m"),
        ("02", "%d"),
        ("15", "%H"),
        ("03", "%I"),
        ("04", "%M"),
        ("05", "%S"),
        ("06", "%y"),
        ("PM", "%p"),
        ("_2", "%e"),
        ("1", "%-m"),
        ("2", "%-d"),
        ("3", "%-I"),
        ("4", "%-M"),
        ("5", "%-S"),
        ("%", "%%"),
    ];
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        if let Some((digits, tail)) = fraction(rest) {
            out.push_str(&digits);
            rest = tail;
            continue;
        }
        let part = PARTS.iter().find_map(|(go, own)| Some((rest.strip_prefix(go)?, own)));
        match part {
            Some((tail, own)) => {
                out.push_str(own);
                rest = tail;
            }
            None => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

/// A fraction of a second where a layout has one next: `.000` with all its digits, `.999` without
/// zeros at its end.
fn fraction(layout: &str) -> Option<(String, &str)> {
    let rest = layout.strip_prefix('.')?;
    let digit = rest.chars().next().filter(|first| matches!(first, '0' | '9'))?;
    let tail = rest.trim_start_matches(digit);
    if tail.starts_with(|next: char| next.is_ascii_digit()) {
        return None;
    }
    let digits = rest.len() - tail.len();
    let written = if digit == '0' { format!("%.{digits}f") } else { "%.f".to_owned() };
    Some((written, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(function: fn(&[Value]) -> Value, arguments: &[Value]) -> String {
        function(arguments).to_string()
    }

    #[test]
    fn as_opa_counts_time() {
        let ns = 1_769_860_800_000_000_000_i64;
        assert_eq!(call(parse_rfc3339_ns, &["2026-01-31T12:00:00Z".into()]), ns.to_string());
        let day = (ns - 43_200_000_000_000).to_string();
        assert_eq!(call(parse_ns, &["2006-01-02".into(), "2026-01-31".into()]), day);
        assert_eq!(
            call(parse_ns, &["RFC3339".into(), "2026-01-31T12:00:00Z".into()]),
            ns.to_string()
        );
        assert_eq!(call(parse_duration_ns, &["1h30m".into()]), "5400000000000");
        assert_eq!(call(parse_duration_ns, &["-1.5s".into()]), "-1500000000");
        assert_eq!(parse_duration_ns(&["1x".into()]), Value::Undefined);
        assert_eq!(call(date, &[ns.into()]), "[2026,1,31]");
        assert_eq!(call(clock, &[ns.into()]), "[12,0,0]");
        assert_eq!(call(weekday, &[ns.into()]), "\"Saturday\"");
        // 2026-02-31 is 2026-03-03.
        let moved = add_date(&[ns.into(), 0.into(), 1.into(), 0.into()]);
        assert_eq!(call(date, &[moved]), "[2026,3,3]");
        assert_eq!(call(format, &[ns.into()]), "\"2026-01-31T12:00:00Z\"");
        let formatted = |layout: &str| {
            call(format, &[Value::from(vec![ns.into(), "UTC".into(), layout.into()])])
        };
        assert_eq!(formatted("2006-01-02 at 15:04"), "\"2026-01-31 at 12:00\"");
        assert_eq!(formatted("2006-01-02T15:04:05Z07:00"), "\"2026-01-31T12:00:00Z\"");
        assert_eq!(formatted("Jan _2 06 3:04PM"), "\"Jan 31 26 12:00PM\"");
        assert_eq!(formatted("15:04:05.000"), "\"12:00:00.000\"");
        assert_eq!(formatted("RFC1123Z"), "\"Sat, 31 Jan 2026 12:00:00 +0000\"");
        let earlier = ns - 86_400_000_000_000 * 33 - 1_000_000_000;
        assert_eq!(call(diff, &[ns.into(), earlier.into()]), "[0,1,2,0,0,1]");
        assert_eq!(call(diff, &[earlier.into(), ns.into()]), "[0,1,2,0,0,1]");
        assert_eq!(date(&[Value::from(vec![ns.into(), "Asia/Tokyo".into()])]), Value::Undefined);
    }
}

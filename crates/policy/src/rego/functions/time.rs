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
        ("%", "%%"),
    ];
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
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
        assert_eq!(date(&[Value::from(vec![ns.into(), "Asia/Tokyo".into()])]), Value::Undefined);
    }
}

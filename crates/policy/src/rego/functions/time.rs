//! Functions of time, in UTC: nanoseconds since 1970, as in OPA. Other zones are not supported,
//! since their meaning depends on the machine; a call that names one is undefined.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use regorus::Value;

use super::{or_undefined, text};
use crate::go::{Duration, Moment};

/// `time.parse_rfc3339_ns(text)`.
pub(super) fn parse_rfc3339_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        nanoseconds(&Moment::parse(text(value)?).ok()?)
    })())
}

/// `time.parse_ns(layout, text)`; layouts are Go's, `2006-01-02`.
pub(super) fn parse_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [layout, value] = arguments else { return None };
        nanoseconds(&Moment::parse_as(named(text(layout)?), text(value)?).ok()?)
    })())
}

/// `time.parse_duration_ns("1h30m")`.
pub(super) fn parse_duration_ns(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        Some(Value::from(Duration::parse(text(value)?)?.nanoseconds()))
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

/// `time.add_date(ns, years, months, days)`; a day that the month does not have runs over into the
/// next month, as in Go.
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
        Some(Value::from(i64::try_from(moved.timestamp().as_nanosecond()).ok()?))
    })())
}

/// `time.format(ns)`, or with an array of nanoseconds, zone and layout: as RFC 3339, or in a Go
/// layout.
pub(super) fn format(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        let (time, layout) = match value {
            Value::Array(parts) => match parts.iter().collect::<Vec<_>>().as_slice() {
                [ns, zone, layout] => {
                    let time = Value::from(vec![(*ns).clone(), (*zone).clone()]);
                    (moment(&time)?, text(layout)?)
                }
                _ => (moment(value)?, ""),
            },
            ns => (moment(ns)?, ""),
        };
        let layout = if layout.is_empty() { "RFC3339Nano" } else { layout };
        let time = Moment::of_nanoseconds(time.timestamp().as_nanosecond())?;
        Some(Value::from(time.format(named(layout))))
    })())
}

/// Returns a layout, or the one that OPA gives the name of a Go constant.
fn named(layout: &str) -> &str {
    NAMED.iter().find(|(name, _)| *name == layout).map_or(layout, |(_, known)| known)
}

const NAMED: &[(&str, &str)] = &[
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
    ("RFC3339", "2006-01-02T15:04:05Z07:00"),
    ("RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"),
];

/// `time.diff(a, b)`: years, months, days, hours, minutes and seconds between two times, in either
/// order.
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
        // The borrowed month has the length of the earlier time's month.
        let (days, months) = borrow(days, mo2 - mo1, i64::from(from.days_in_month()));
        let (months, years) = borrow(months, y2 - y1, 12);
        let all = [years, months, days, hours, minutes, seconds].map(Value::from);
        Some(Value::from(all.to_vec()))
    })())
}

fn array(parts: [i64; 3]) -> Value {
    Value::from(parts.map(Value::from).to_vec())
}

/// Reads a time in OPA's form: nanoseconds, or an array with a zone.
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

fn nanoseconds(time: &Moment) -> Option<Value> {
    Some(Value::from(i64::try_from(time.nanoseconds()).ok()?))
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
        assert_eq!(call(parse_duration_ns, &["9007199254.740993s".into()]), "9007199254740993000");
        let written = "31 Jan 26 12:00 UTC";
        assert_eq!(call(parse_ns, &["RFC822".into(), written.into()]), ns.to_string());
        let other = "2026-01-31 12:00:00Z";
        assert_eq!(parse_rfc3339_ns(&[other.into()]), Value::Undefined);
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

//! Timestamps and durations (cel-spec, langdef.md, Abstract Types).
//!
//! Times of day are given in UTC, or at an offset (`+02:00`); names of time zones need the
//! database of the host, which an evaluation does not read, and are an error.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Function, member, mismatch, text};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Nanoseconds, Value};
use crate::admission::duration::Duration;

pub(super) static FUNCTIONS: &[Function] = &[
    member("getFullYear", 1, |_, arguments| of_time(arguments, |time| time.year().into())).up_to(2),
    member("getMonth", 1, |_, arguments| of_time(arguments, |time| i64::from(time.month()) - 1))
        .up_to(2),
    member("getDate", 1, |_, arguments| of_time(arguments, |time| time.day().into())).up_to(2),
    member("getDayOfMonth", 1, |_, arguments| of_time(arguments, |time| i64::from(time.day()) - 1))
        .up_to(2),
    member("getDayOfWeek", 1, |_, arguments| {
        of_time(arguments, |time| time.weekday().to_sunday_zero_offset().into())
    })
    .up_to(2),
    member("getDayOfYear", 1, |_, arguments| {
        of_time(arguments, |time| i64::from(time.day_of_year()) - 1)
    })
    .up_to(2),
    member("getHours", 1, |_, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / (3600 * SECOND))),
        _ => of_time(arguments, |time| time.hour().into()),
    })
    .up_to(2),
    member("getMinutes", 1, |_, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / (60 * SECOND))),
        _ => of_time(arguments, |time| time.minute().into()),
    })
    .up_to(2),
    member("getSeconds", 1, |_, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / SECOND)),
        _ => of_time(arguments, |time| time.second().into()),
    })
    .up_to(2),
    member("getMilliseconds", 1, |_, arguments| match arguments {
        // All of them, as cel-go has it.
        [Value::Duration(length)] => Ok(Value::Int(length.0 / 1_000_000)),
        _ => of_time(arguments, |time| time.millisecond().into()),
    })
    .up_to(2),
];

const SECOND: i64 = 1_000_000_000;

/// The first and the last second there are (google/protobuf/timestamp.proto); the crate that
/// counts them ends 26 hours before the last.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

fn of_time<'a>(arguments: &[Value<'a>], part: fn(DateTime) -> i64) -> Result<Value<'a>> {
    let (time, zone) = match arguments {
        [Value::Timestamp(time)] => (*time, TimeZone::UTC),
        [Value::Timestamp(time), zone] => {
            (*time, self::zone(text(zone).ok_or_else(|| mismatch("a part of a time", arguments))?)?)
        }
        _ => return Err(mismatch("a part of a time", arguments)),
    };
    Ok(Value::Int(part(zone.to_datetime(time))))
}

/// `UTC`, or `02:00`, `+02:00`, `-02:30`.
fn zone(name: &str) -> Result<TimeZone> {
    if matches!(name, "" | "UTC" | "Z") {
        return Ok(TimeZone::UTC);
    }
    let unknown =
        || Error::invalid(format!("{name:?} is no offset, and named time zones are not known"));
    let (sign, digits) = match name.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, name.strip_prefix('+').unwrap_or(name)),
    };
    let (hours, minutes) = digits.split_once(':').ok_or_else(unknown)?;
    let number = |text: &str| text.parse::<u8>().ok().map(i32::from).ok_or_else(unknown);
    let seconds = sign * (number(hours)? * 3600 + number(minutes)? * 60);
    Offset::from_seconds(seconds).map(TimeZone::fixed).map_err(|_| unknown())
}

/// Reads RFC 3339.
pub(super) fn parse(text: &str) -> Result<Timestamp> {
    let wrong = || Error::invalid(format!("{text:?} is no RFC 3339 time"));
    let bytes = text.as_bytes();
    let separated = bytes.get(10).is_some_and(|byte| matches!(byte, b'T' | b't'));
    let zoned = text.ends_with(['Z', 'z'])
        || bytes
            .len()
            .checked_sub(6)
            .and_then(|at| bytes.get(at))
            .is_some_and(|byte| matches!(byte, b'+' | b'-'));
    if !separated || !zoned || text.contains('[') {
        return Err(wrong());
    }
    let time: Timestamp = text.parse().map_err(|_| wrong())?;
    in_range(time)
}

fn in_range(time: Timestamp) -> Result<Timestamp> {
    if SECONDS.contains(&time.as_second()) { Ok(time) } else { Err(Error::Overflow) }
}

pub(super) fn of_nanoseconds(nanoseconds: i128) -> Result<Timestamp> {
    Timestamp::from_nanosecond(nanoseconds).map_err(|_| Error::Overflow).and_then(in_range)
}

/// A time, so many nanoseconds later.
pub(crate) fn add(time: Timestamp, nanoseconds: i128) -> Result<Timestamp> {
    of_nanoseconds(time.as_nanosecond() + nanoseconds)
}

/// Reads `1h30m`, `1.5s`, `-2ms`.
pub(super) fn parse_duration(text: &str) -> Result<Nanoseconds> {
    let length = Duration::parse(text).map(|length| Nanoseconds(length.nanoseconds()));
    length.ok_or_else(|| Error::invalid(format!("{text:?} is no duration")))
}

/// Seconds with their fraction: `90s`, `1.5s`.
pub(super) fn text_of_duration(length: Nanoseconds) -> String {
    let sign = if length.0 < 0 { "-" } else { "" };
    let nanoseconds = length.0.unsigned_abs();
    let (seconds, fraction) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    if fraction == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{fraction:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}

/// The time by which the evaluation judges.
pub(super) fn now(run: &Run<'_>) -> Result<Timestamp> {
    of_nanoseconds(i128::from(run.surroundings.now().unix_seconds()) * i128::from(SECOND))
}

/// The last multiple of a length since the year 1, as Go counts them.
pub(super) fn truncate(at: Timestamp, step: Nanoseconds) -> Result<Timestamp> {
    if step.0 <= 0 {
        return Ok(at);
    }
    let since = at.as_nanosecond() - i128::from(*SECONDS.start()) * i128::from(SECOND);
    add(at, -since.rem_euclid(i128::from(step.0)))
}

/// The minute as a cron expression: minute, hour, day, month, day of the week.
pub(super) fn cron(at: Timestamp) -> String {
    let time = TimeZone::UTC.to_datetime(at);
    let weekday = time.weekday().to_sunday_zero_offset();
    format!("{} {} {} {} {weekday}", time.minute(), time.hour(), time.day(), time.month())
}

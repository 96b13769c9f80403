//! Packagist: Composer's `VersionParser::normalize` of composer/semver 3.3, compared as PHP's
//! `version_compare` does (<https://getcomposer.org/doc/articles/versions.md>).
//!
//! `[v]number{.number}[-stability[number]][-dev][+build][@stability]`, of at most four numbers; a
//! date of any shape; or a numeric branch (`1.x-dev`). A branch with a name has no order.
//!
//! Known deviation: numbers of more than 64 bits are compared exactly, where PHP reads them all as
//! 2^63 - 1.

mod form;

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::number::Number;

/// Its parts in the normal form: `1.0b2` is `1.0.0.0-beta2`.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Number(Number<'a>),
    Word(Word),
}

/// The words of `version_compare`, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// An unknown word.
    Other,
    Dev,
    Alpha,
    Beta,
    Candidate,
    /// Not a word: a number, or the end of the version.
    None,
    Patch,
}

impl Part<'_> {
    fn word(self) -> Word {
        match self {
            Self::Number(_) => Word::None,
            Self::Word(word) => word,
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    form::normalize(text.trim_ascii()).map(|parts| Version { parts })
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (self.parts.iter(), other.parts.iter());
        loop {
            let order = match (left.next(), right.next()) {
                (None, None) => return Ordering::Equal,
                (Some(left), Some(right)) => compare_parts(*left, *right),
                (Some(left), None) => return compare_to_end(*left),
                (None, Some(right)) => return compare_to_end(*right).reverse(),
            };
            if order.is_ne() {
                return order;
            }
        }
    }
}

eq_through_ord!(Version);

fn compare_parts(left: Part<'_>, right: Part<'_>) -> Ordering {
    match (left, right) {
        (Part::Number(left), Part::Number(right)) => left.cmp(&right),
        (left, right) => left.word().cmp(&right.word()),
    }
}

/// The order of the first part that the other version does not have.
fn compare_to_end(part: Part<'_>) -> Ordering {
    match part {
        Part::Number(_) => Ordering::Greater,
        Part::Word(word) => word.cmp(&Word::None),
    }
}

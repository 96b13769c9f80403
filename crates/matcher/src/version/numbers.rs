//! Versions of only numbers and separators, as in Haskell and R: compared number by number; if one
//! is a prefix of the other, the longer one is above.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// Numbers, with one of the scheme's separators between each two.
#[derive(Clone, Debug)]
pub(super) struct Version<'a>(&'a str);

pub(super) fn parse<'a>(text: &'a str, separators: &[u8]) -> Result<Version<'a>, VersionErrorKind> {
    let text = text.trim();
    let mut cursor = Cursor::new(text);
    cursor.number()?;
    while cursor.eat_any(separators).is_some() {
        cursor.number()?;
    }
    cursor.finish()?;
    Ok(Version(text))
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let [left, right] = [self, other].map(|it| it.0.split(['.', '-']).map(Number::new));
        left.cmp(right)
    }
}

eq_through_ord!(Version);

//! Semantic Versioning 2.0.0, and what its relatives share with it.
//!
//! Specification: <https://semver.org/spec/v2.0.0.html>, sections 2, 9 and 10 for the form, section
//! 11 for the order. As in the `semver` crate and in Cargo, the three numbers are at most
//! `u64::MAX`; numbers in a pre-release are unlimited.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// `MAJOR.MINOR.PATCH[-PRE]`; build metadata is read and dropped, because it has no order.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    pub(super) numbers: [Number<'a>; 3],
    /// The pre-release, empty for a release.
    pub(super) pre: &'a str,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    parse_up_to(Cursor::new(text), Some(u64::MAX))
}

/// Reads a version whose three numbers are at most `max`.
pub(super) fn parse_up_to(
    mut cursor: Cursor<'_>,
    max: Option<u64>,
) -> Result<Version<'_>, VersionErrorKind> {
    let major = number(&mut cursor, max)?;
    dot(&mut cursor)?;
    let minor = number(&mut cursor, max)?;
    dot(&mut cursor)?;
    let patch = number(&mut cursor, max)?;
    let Suffix { pre, .. } = suffix(&mut cursor, LeadingZeros::Refused)?;
    Ok(Version { numbers: [major, minor, patch], pre })
}

/// Reads a number without leading zeros (section 2).
pub(super) fn number<'a>(
    cursor: &mut Cursor<'a>,
    max: Option<u64>,
) -> Result<Number<'a>, VersionErrorKind> {
    let at = cursor.at();
    let digits = cursor.number()?;
    if has_leading_zero(digits) {
        return Err(VersionErrorKind::LeadingZero { at });
    }
    bounded(digits, at, max)
}

/// Takes the digits found at `at` for a number that is at most `max`.
pub(super) fn bounded(
    digits: &str,
    at: usize,
    max: Option<u64>,
) -> Result<Number<'_>, VersionErrorKind> {
    let number = Number::new(digits);
    match max {
        Some(max) if !number.is_at_most(max) => Err(VersionErrorKind::NumberTooLarge { at, max }),
        _ => Ok(number),
    }
}

pub(super) fn dot(cursor: &mut Cursor<'_>) -> Result<(), VersionErrorKind> {
    if cursor.eat(".") { Ok(()) } else { Err(cursor.unexpected()) }
}

/// The part after the numbers: `[-PRE][+BUILD]`. A missing part is empty.
pub(super) struct Suffix<'a> {
    pub(super) pre: &'a str,
    pub(super) build: &'a str,
}

/// Whether numbers in a pre-release may start with a zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LeadingZeros {
    Refused,
    Allowed,
}

/// Reads a suffix (sections 9 and 10) and the end of the text.
pub(super) fn suffix<'a>(
    cursor: &mut Cursor<'a>,
    zeros: LeadingZeros,
) -> Result<Suffix<'a>, VersionErrorKind> {
    let pre = if cursor.eat("-") { identifiers(cursor, zeros)? } else { "" };
    let build = if cursor.eat("+") { identifiers(cursor, LeadingZeros::Allowed)? } else { "" };
    cursor.finish()?;
    Ok(Suffix { pre, build })
}

fn identifiers<'a>(
    cursor: &mut Cursor<'a>,
    zeros: LeadingZeros,
) -> Result<&'a str, VersionErrorKind> {
    let (text, start) = (cursor.rest(), cursor.at());
    loop {
        let at = cursor.at();
        let identifier = cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if identifier.is_empty() {
            return Err(cursor.unexpected());
        }
        if zeros == LeadingZeros::Refused && is_number(identifier) && has_leading_zero(identifier) {
            return Err(VersionErrorKind::LeadingZero { at });
        }
        if !cursor.eat(".") {
            break;
        }
    }
    Ok(text.get(..cursor.at() - start).unwrap_or(text))
}

fn has_leading_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

fn is_number(identifier: &str) -> bool {
    identifier.bytes().all(|byte| byte.is_ascii_digit())
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| compare_pre(self.pre, other.pre))
    }
}

eq_through_ord!(Version);

/// Section 11.3 and 11.4: a pre-release is below its release; identifiers decide from left to
/// right; a larger set of them is above a smaller one that it starts with.
pub(super) fn compare_pre(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            left.split('.').map(Identifier::new).cmp(right.split('.').map(Identifier::new))
        }
    }
}

/// Section 11.4.1 to 11.4.3: numbers by value, below all others, which compare as ASCII.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    Number(Number<'a>),
    Text(&'a str),
}

impl<'a> Identifier<'a> {
    fn new(text: &'a str) -> Self {
        if is_number(text) { Self::Number(Number::new(text)) } else { Self::Text(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_at_64_bits() {
        assert!(parse("18446744073709551615.0.0").is_ok());
        assert_eq!(
            parse("0.18446744073709551616.0").unwrap_err(),
            VersionErrorKind::NumberTooLarge { at: 2, max: u64::MAX }
        );
        assert!(parse("1.0.0-18446744073709551616").is_ok());
    }

    #[test]
    fn says_where_it_stumbles() {
        let stumbles = |text| parse(text).unwrap_err();
        assert_eq!(stumbles("1.0"), VersionErrorKind::Incomplete);
        assert_eq!(stumbles("1.0.0-"), VersionErrorKind::Incomplete);
        assert_eq!(stumbles("v1.0.0"), VersionErrorKind::Unexpected { at: 0 });
        assert_eq!(stumbles("1.0.0-a..b"), VersionErrorKind::Unexpected { at: 8 });
        assert_eq!(stumbles("1.0.0-a.01"), VersionErrorKind::LeadingZero { at: 8 });
    }
}

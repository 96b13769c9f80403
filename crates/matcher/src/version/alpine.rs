//! Alpine and Wolfi: apk-tools 3 (`apk-package(5)`).
//!
//! `number{.number}[letter]{_suffix[number]}[~hash][-rnumber]`. Known deviation: numbers of more
//! than 64 bits are compared exactly, where apk loses their upper bits.

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

/// The parts of a version from left to right, closed by [`Part::End`].
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    parts: Vec<Part<'a>>,
}

/// One part. If two versions continue with different kinds of parts, the kind that is listed first
/// here is the lower one: `1.0_rc` < `1.0` < `1.0-r0` < `1.0_p` < `1.0a` < `1.0.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    PreSuffix(PreSuffix),
    End,
    Revision(Number<'a>),
    Hash(&'a str),
    SuffixNumber(Number<'a>),
    PostSuffix(PostSuffix),
    Letter(u8),
    Component(Component<'a>),
    First(Number<'a>),
}

/// Suffixes that come before the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PreSuffix {
    Alpha,
    Beta,
    Pre,
    Rc,
}

/// Suffixes that come after the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PostSuffix {
    Cvs,
    Svn,
    Git,
    Hg,
    Patch,
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    let mut parts = vec![Part::First(Number::new(cursor.number()?))];
    while cursor.eat(".") {
        parts.push(Part::Component(Component(cursor.number()?)));
    }
    parts.extend(letter(&mut cursor));
    while cursor.eat("_") {
        parts.push(suffix(&mut cursor)?);
        parts.extend(suffix_number(&mut cursor));
    }
    if cursor.eat("~") {
        parts.push(Part::Hash(hash(&mut cursor)?));
    }
    if cursor.eat("-r") {
        parts.push(Part::Revision(Number::new(cursor.number()?)));
    }
    cursor.finish()?;
    parts.push(Part::End);
    Ok(Version { parts })
}

fn letter<'a>(cursor: &mut Cursor<'a>) -> Option<Part<'a>> {
    let letter = cursor.peek().filter(u8::is_ascii_lowercase)?;
    cursor.eat_any(&[letter]).map(Part::Letter)
}

fn suffix<'a>(cursor: &mut Cursor<'a>) -> Result<Part<'a>, VersionErrorKind> {
    let unexpected = cursor.unexpected();
    Ok(match cursor.take_while(|byte| byte.is_ascii_lowercase()) {
        "alpha" => Part::PreSuffix(PreSuffix::Alpha),
        "beta" => Part::PreSuffix(PreSuffix::Beta),
        "pre" => Part::PreSuffix(PreSuffix::Pre),
        "rc" => Part::PreSuffix(PreSuffix::Rc),
        "cvs" => Part::PostSuffix(PostSuffix::Cvs),
        "svn" => Part::PostSuffix(PostSuffix::Svn),
        "git" => Part::PostSuffix(PostSuffix::Git),
        "hg" => Part::PostSuffix(PostSuffix::Hg),
        "p" => Part::PostSuffix(PostSuffix::Patch),
        _ => return Err(unexpected),
    })
}

fn suffix_number<'a>(cursor: &mut Cursor<'a>) -> Option<Part<'a>> {
    match cursor.digits() {
        "" => None,
        digits => Some(Part::SuffixNumber(Number::new(digits))),
    }
}

fn hash<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, VersionErrorKind> {
    match cursor.take_while(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        "" => Err(cursor.unexpected()),
        hash => Ok(hash),
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

eq_through_ord!(Version);

/// A number after the first dot. As in a decimal fraction, one with a leading zero is compared
/// as text: `1.010` < `1.09` < `1.1`.
#[derive(Clone, Copy, Debug)]
struct Component<'a>(&'a str);

impl Ord for Component<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0.starts_with('0') || other.0.starts_with('0') {
            self.0.cmp(other.0)
        } else {
            Number::new(self.0).cmp(&Number::new(other.0))
        }
    }
}

eq_through_ord!(Component);

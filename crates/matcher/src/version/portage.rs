//! Gentoo: the Package Manager Specification 8, sections 3.2 and 3.3.
//!
//! `number{.number}[letter]{_suffix[number]}[-rnumber]`

use std::cmp::Ordering;

use super::VersionErrorKind;
use super::cursor::Cursor;
use super::number::Number;

#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    major: Number<'a>,
    components: Vec<Component<'a>>,
    letter: Option<u8>,
    suffixes: Vec<Suffix<'a>>,
    /// 0 if it is missing.
    revision: Number<'a>,
}

/// A suffix with its number, which is 0 where there is none. The end of the suffixes is one of
/// them here, because it comes between the pre-releases and the patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Suffix<'a> {
    Alpha(Number<'a>),
    Beta(Number<'a>),
    Pre(Number<'a>),
    Rc(Number<'a>),
    End,
    Patch(Number<'a>),
}

pub(super) fn parse(text: &str) -> Result<Version<'_>, VersionErrorKind> {
    let mut cursor = Cursor::new(text);
    let major = Number::new(cursor.number()?);
    let mut components = Vec::new();
    while cursor.eat(".") {
        components.push(Component(cursor.number()?));
    }
    let letter = cursor.peek().filter(u8::is_ascii_lowercase);
    if let Some(letter) = letter {
        cursor.eat_any(&[letter]);
    }
    let mut suffixes = Vec::new();
    while cursor.eat("_") {
        suffixes.push(suffix(&mut cursor)?);
    }
    suffixes.push(Suffix::End);
    let revision = if cursor.eat("-r") { cursor.number()? } else { "" };
    cursor.finish()?;
    Ok(Version { major, components, letter, suffixes, revision: Number::new(revision) })
}

fn suffix<'a>(cursor: &mut Cursor<'a>) -> Result<Suffix<'a>, VersionErrorKind> {
    let unexpected = cursor.unexpected();
    let kind = match cursor.take_while(|byte| byte.is_ascii_lowercase()) {
        "alpha" => Suffix::Alpha,
        "beta" => Suffix::Beta,
        "pre" => Suffix::Pre,
        "rc" => Suffix::Rc,
        "p" => Suffix::Patch,
        _ => return Err(unexpected),
    };
    Ok(kind(Number::new(cursor.digits())))
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.major
            .cmp(&other.major)
            .then_with(|| self.components.cmp(&other.components))
            .then_with(|| self.letter.cmp(&other.letter))
            .then_with(|| self.suffixes.cmp(&other.suffixes))
            .then_with(|| self.revision.cmp(&other.revision))
    }
}

eq_through_ord!(Version);

/// A number after the first dot. Section 3.3, algorithm 3.3: where either side has a leading
/// zero, both are compared as decimal fractions are.
#[derive(Clone, Copy, Debug)]
struct Component<'a>(&'a str);

impl Ord for Component<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0.starts_with('0') || other.0.starts_with('0') {
            self.0.trim_end_matches('0').cmp(other.0.trim_end_matches('0'))
        } else {
            Number::new(self.0).cmp(&Number::new(other.0))
        }
    }
}

eq_through_ord!(Component);

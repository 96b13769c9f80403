//! Normalizes versions.

use super::super::VersionErrorKind;
use super::super::cursor::Cursor;
use super::super::number::Number;
use super::{Part, Word};

/// The number that stands for an open one in a numeric branch.
const OPEN: &str = "9999999";

/// Numbers of a release or of a branch.
const MAX_NUMBERS: usize = 4;

pub(super) fn normalize(text: &str) -> Result<Vec<Part<'_>>, VersionErrorKind> {
    let text = without_stability_flag(without_alias(text));
    if is_named_branch(text) {
        return Err(VersionErrorKind::Branch);
    }
    let text = without_build(text);
    release(text).or_else(|error| date(text).or_else(|| branch(text)).ok_or(error))
}

/// `1.0 as 2.0` is `1.0`.
fn without_alias(text: &str) -> &str {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(version), Some("as"), Some(_), None) => version,
        _ => text,
    }
}

/// `1.0@beta` is `1.0`.
fn without_stability_flag(text: &str) -> &str {
    const FLAGS: [&str; 5] = ["stable", "rc", "beta", "alpha", "dev"];
    match text.rsplit_once('@') {
        Some((version, flag)) if FLAGS.iter().any(|name| name.eq_ignore_ascii_case(flag)) => {
            version
        }
        _ => text,
    }
}

fn is_named_branch(text: &str) -> bool {
    let mut cursor = Cursor::new(text);
    ["master", "trunk", "default"].contains(&text) || cursor.eat_caseless("dev-").is_some()
}

/// `1.0+build` is `1.0`.
fn without_build(text: &str) -> &str {
    match text.split_once('+') {
        Some((version, build))
            if !version.is_empty()
                && !version.contains(|c: char| c == ',' || c.is_whitespace())
                && !build.is_empty()
                && !build.contains(char::is_whitespace) =>
        {
            version
        }
        _ => text,
    }
}

/// One to four numbers, the first of at most five digits, and modifiers.
fn release(text: &str) -> Result<Vec<Part<'_>>, VersionErrorKind> {
    const MAX_MAJOR_DIGITS: usize = 5;
    let mut cursor = Cursor::new(text);
    cursor.eat_any(b"vV");
    let at = cursor.at();
    let major = cursor.number()?;
    if major.len() > MAX_MAJOR_DIGITS {
        return Err(VersionErrorKind::NumberTooLarge { at, max: 99_999 });
    }
    let mut parts = vec![Part::Number(Number::new(major))];
    while parts.len() < MAX_NUMBERS {
        let before = cursor.clone();
        cursor.eat(".");
        let digits = cursor.digits();
        if digits.is_empty() {
            cursor = before;
            break;
        }
        parts.push(Part::Number(Number::new(digits)));
    }
    parts.resize(MAX_NUMBERS, Part::Number(Number::default()));
    modifiers(&mut cursor, &mut parts)?;
    Ok(parts)
}

/// A date, possibly with a time: four digits, one to six pairs of digits, and possibly one to three
/// more. A dot, a colon or a hyphen may precede each of these, and separates the numbers.
fn date(text: &str) -> Option<Vec<Part<'_>>> {
    let mut cursor = Cursor::new(text);
    cursor.eat_any(b"vV");
    let mut groups = vec![cursor.digits()];
    loop {
        let before = cursor.clone();
        if cursor.eat_any(b".:-").is_none() {
            break;
        }
        match cursor.digits() {
            "" => {
                cursor = before;
                break;
            }
            digits => groups.push(digits),
        }
    }
    if !is_date(&groups) {
        return None;
    }
    let mut parts = groups.into_iter().map(|group| Part::Number(Number::new(group))).collect();
    modifiers(&mut cursor, &mut parts).ok()?;
    Some(parts)
}

/// Whether the groups consist of a year, one to six pairs, and possibly one to three digits that
/// end the last group.
fn is_date(groups: &[&str]) -> bool {
    const YEAR_DIGITS: usize = 4;
    let mut lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let Some(rest) = lengths.first().and_then(|first| first.checked_sub(YEAR_DIGITS)) else {
        return false;
    };
    if let Some(first) = lengths.first_mut() {
        *first = rest;
    }
    let Some((last, others)) = lengths.split_last() else { return false };
    let pairs_before = others.iter().sum::<usize>() / 2;
    others.iter().all(|length| length % 2 == 0)
        && (0..=3).any(|tail| {
            last.checked_sub(tail).is_some_and(|paired| {
                paired % 2 == 0 && (1..=6).contains(&(pairs_before + paired / 2))
            })
        })
}

/// Reads `[stability[number]][dev]`, each with an optional separator before it, to the end.
fn modifiers<'a>(
    cursor: &mut Cursor<'a>,
    parts: &mut Vec<Part<'a>>,
) -> Result<(), VersionErrorKind> {
    cursor.eat_any(b".-_");
    let stability = stability(cursor);
    let numbers = if stability.is_some() { stability_numbers(cursor) } else { Vec::new() };
    let before = cursor.clone();
    cursor.eat_any(b".-");
    let dev = cursor.eat_caseless("dev").is_some();
    if !dev {
        *cursor = before;
    }
    cursor.finish()?;
    if let Some(Stability::Word(word)) = stability {
        parts.push(Part::Word(word));
        parts.extend(numbers);
    }
    if dev && stability != Some(Stability::Stable) {
        parts.push(Part::Word(Word::Dev));
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stability {
    /// `stable`, which is dropped together with everything after it.
    Stable,
    Word(Word),
}

fn stability(cursor: &mut Cursor<'_>) -> Option<Stability> {
    /// Of two that start alike, the longer one comes first. In capitals, `stable` is a word that
    /// `version_compare` does not know.
    const NAMES: [(&str, Word); 9] = [
        ("stable", Word::Other),
        ("beta", Word::Beta),
        ("b", Word::Beta),
        ("rc", Word::Candidate),
        ("alpha", Word::Alpha),
        ("a", Word::Alpha),
        ("patch", Word::Patch),
        ("pl", Word::Patch),
        ("p", Word::Patch),
    ];
    NAMES.iter().find_map(|(name, word)| {
        cursor.eat_caseless(name).map(|written| match written {
            "stable" => Stability::Stable,
            _ => Stability::Word(*word),
        })
    })
}

/// Reads `{[.-]number}`.
fn stability_numbers<'a>(cursor: &mut Cursor<'a>) -> Vec<Part<'a>> {
    let mut numbers = Vec::new();
    loop {
        let before = cursor.clone();
        cursor.eat_any(b".-");
        match cursor.digits() {
            "" => {
                *cursor = before;
                return numbers;
            }
            digits => numbers.push(Part::Number(Number::new(digits))),
        }
    }
}

/// A numeric branch: `1.x-dev` is `1.9999999.9999999.9999999-dev`.
fn branch(text: &str) -> Option<Vec<Part<'_>>> {
    let name = branch_name(text)?;
    let mut cursor = Cursor::new(name);
    cursor.eat_any(b"vV");
    let mut parts = vec![Part::Number(Number::new(cursor.number().ok()?))];
    while parts.len() < MAX_NUMBERS && cursor.eat(".") {
        let number = match cursor.eat_any(b"xX*") {
            Some(_) => OPEN,
            None => cursor.number().ok()?,
        };
        parts.push(Part::Number(Number::new(number)));
    }
    cursor.finish().ok()?;
    parts.resize(MAX_NUMBERS, Part::Number(Number::new(OPEN)));
    parts.push(Part::Word(Word::Dev));
    Some(parts)
}

/// The text before `dev`, without one separator.
fn branch_name(text: &str) -> Option<&str> {
    let (name, dev) = text.split_at_checked(text.len().checked_sub(3)?)?;
    if !dev.eq_ignore_ascii_case("dev") {
        return None;
    }
    Some(name.strip_suffix(['.', '-']).unwrap_or(name).trim_ascii())
}

//! Regular expressions as RE2 reads them, for the engine that is there.
//!
//! Both run in time that grows with the text alone. They differ in the letters' classes, which are
//! ASCII in RE2 (`\d`, `\w`, `\s`, `\b`), in what a class of characters may hold (`[` and `&&` are
//! plain characters in RE2), in `{` that begins no repetition, and in `\Q..\E`.
//!
//! Syntax: <https://github.com/google/re2/wiki/Syntax>.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// Bytes that a compiled pattern may take.
const MAX_BYTES: usize = 1 << 20;

/// Characters of a pattern.
const MAX_LENGTH: usize = 20_000;

/// Compiles a pattern.
///
/// # Errors
/// When it is none, or is too large.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_LENGTH {
        return Err(format!("the pattern has more than {MAX_LENGTH} bytes"));
    }
    let mut translation = String::with_capacity(pattern.len());
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\\' => escape(&mut rest, &mut translation),
            '[' => class(&mut rest, &mut translation),
            '{' if !is_repetition(rest.clone()) => translation.push_str("\\{"),
            other => translation.push(other),
        }
    }
    RegexBuilder::new(&translation).size_limit(MAX_BYTES).dfa_size_limit(MAX_BYTES).build().map_err(
        |error| match error {
            regex::Error::CompiledTooBig(limit) => {
                format!("the pattern takes more than {limit} bytes")
            }
            _ => format!("{pattern:?} is no regular expression"),
        },
    )
}

fn escape(rest: &mut Peekable<Chars<'_>>, translation: &mut String) {
    match rest.next() {
        Some('d') => translation.push_str("[0-9]"),
        Some('D') => translation.push_str("[^0-9]"),
        Some('w') => translation.push_str("[0-9A-Za-z_]"),
        Some('W') => translation.push_str("[^0-9A-Za-z_]"),
        Some('s') => translation.push_str("[\\t\\n\\x0c\\r ]"),
        Some('S') => translation.push_str("[^\\t\\n\\x0c\\r ]"),
        Some('b') => translation.push_str("(?-u:\\b)"),
        Some('B') => translation.push_str("(?-u:\\B)"),
        Some('Q') => literal(rest, translation),
        Some(other) => {
            translation.push('\\');
            translation.push(other);
        }
        None => translation.push('\\'),
    }
}

/// What stands between `\Q` and `\E`.
fn literal(rest: &mut Peekable<Chars<'_>>, translation: &mut String) {
    while let Some(next) = rest.next() {
        if next == '\\' && rest.peek() == Some(&'E') {
            rest.next();
            return;
        }
        translation.push_str(&regex::escape(next.encode_utf8(&mut [0; 4])));
    }
}

fn class(rest: &mut Peekable<Chars<'_>>, translation: &mut String) {
    translation.push('[');
    if rest.next_if_eq(&'^').is_some() {
        translation.push('^');
    }
    // A bracket that comes first does not close.
    if rest.next_if_eq(&']').is_some() {
        translation.push_str("\\]");
    }
    while let Some(next) = rest.next() {
        match next {
            ']' => {
                translation.push(']');
                return;
            }
            '[' if rest.peek() == Some(&':') => {
                translation.push('[');
                for part in rest.by_ref() {
                    translation.push(part);
                    if part == ']' {
                        break;
                    }
                }
            }
            '[' | '&' | '~' => {
                translation.push('\\');
                translation.push(next);
            }
            '\\' => class_escape(rest, translation),
            other => translation.push(other),
        }
    }
}

fn class_escape(rest: &mut Peekable<Chars<'_>>, translation: &mut String) {
    match rest.next() {
        Some('d') => translation.push_str("0-9"),
        Some('D') => translation.push_str("[^0-9]"),
        Some('w') => translation.push_str("0-9A-Za-z_"),
        Some('W') => translation.push_str("[^0-9A-Za-z_]"),
        Some('s') => translation.push_str("\\t\\n\\x0c\\r "),
        Some('S') => translation.push_str("[^\\t\\n\\x0c\\r ]"),
        Some(other) => {
            translation.push('\\');
            translation.push(other);
        }
        None => translation.push('\\'),
    }
}

/// Whether `{` is followed by `2}`, `2,}` or `2,3}`.
fn is_repetition(rest: Peekable<Chars<'_>>) -> bool {
    let inner: String = rest.take_while(|c| *c != '}').take(16).collect();
    let (low, high) = inner.split_once(',').unwrap_or((&inner, ""));
    let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    !low.is_empty() && number(low) && number(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_and_hold_plain_characters() {
        let cases = [
            (r"^\d+$", "12", "１２"),
            (r"^[\w.-]+$", "a_b.c-d", "é"),
            (r"^[[&&]+$", "[&", "a"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^${.+}$|^{a}$", "{a}", "a"),
            (r"^a{2,3}$", "aa", "a"),
            (r"^[]a]+$", "a]", "b"),
            (r"^[[:alpha:]]+$", "ab", "1"),
            (r"\bcat\b", "a cat", "concat"),
        ];
        for (pattern, matching, other) in cases {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(matching), "{pattern} {matching}");
            assert!(!regex.is_match(other), "{pattern} {other}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        assert!(compile("((a{1000}){1000}){1000}").unwrap_err().contains("bytes"));
        assert!(compile(&"a".repeat(30_000)).is_err());
        assert!(compile("(").is_err());
    }
}

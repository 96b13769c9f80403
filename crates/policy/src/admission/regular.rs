//! Regular expressions with Go's syntax (RE2), run by `regex`.
//!
//! Both take linear time. The differences are translated: Go's `\d`, `\w`, `\s` and `\b` match
//! ASCII only, it has `\Q...\E`, and within brackets it has neither nested sets nor `&&`.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// The largest size of a compiled expression.
const MAX_BYTES: usize = 1 << 20;
/// The largest nesting of groups.
const MAX_DEPTH: u32 = 100;
/// The largest number of repetitions, as in RE2.
const MAX_REPEATED: u32 = 1000;

/// Compiles an expression.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    let (translated, repeated) = translated(expression);
    if repeated > MAX_REPEATED {
        return Err(format!("no regular expression: {repeated} repetitions are too many"));
    }
    RegexBuilder::new(&translated)
        .size_limit(MAX_BYTES)
        .dfa_size_limit(MAX_BYTES)
        .nest_limit(MAX_DEPTH)
        .build()
        .map_err(|error| format!("no regular expression: {error}"))
}

/// Translates an expression; returns it with the largest number of repetitions in it.
fn translated(expression: &str) -> (String, u32) {
    let mut repeated = 0;
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression.chars().peekable();
    let mut in_brackets = false;
    while let Some(next) = rest.next() {
        match next {
            '\\' => match rest.next() {
                Some('Q') if !in_brackets => quote(&mut rest, &mut out),
                Some(escaped) => out.push_str(&escape(escaped, in_brackets)),
                None => out.push('\\'),
            },
            '[' if !in_brackets => {
                in_brackets = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // A bracket in the first place is literal.
                if rest.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            '[' if rest.peek() == Some(&':') => {
                out.push('[');
                for class in rest.by_ref() {
                    out.push(class);
                    if class == ']' {
                        break;
                    }
                }
            }
            ']' if in_brackets => {
                in_brackets = false;
                out.push(']');
            }
            '[' | '&' | '~' if in_brackets => {
                out.push('\\');
                out.push(next);
            }
            '{' if !in_brackets => match repetition(rest.clone()) {
                Some(times) => {
                    repeated = repeated.max(times);
                    out.push('{');
                }
                None => out.push_str("\\{"),
            },
            other => out.push(other),
        }
    }
    (out, repeated)
}

/// Returns the larger number where the text after `{` is `2}`, `2,}` or `2,3}`; else the brace is
/// literal.
fn repetition(rest: Peekable<Chars<'_>>) -> Option<u32> {
    let inner: String = rest.take_while(|next| *next != '}').take(16).collect();
    let (low, high) = inner.split_once(',').unwrap_or((&inner, ""));
    let is_number = |text: &str| text.chars().all(|next| next.is_ascii_digit());
    let number = |text: &str| text.parse().unwrap_or(u32::MAX);
    let is_repetition = !low.is_empty() && is_number(low) && is_number(high);
    is_repetition.then(|| if high.is_empty() { number(low) } else { number(low).max(number(high)) })
}

fn escape(escaped: char, in_brackets: bool) -> String {
    let inner = match escaped {
        'd' | 'D' => "0-9",
        'w' | 'W' => "0-9A-Za-z_",
        's' | 'S' => "\\t\\n\\x0C\\r ",
        'b' if !in_brackets => return "(?-u:\\b)".to_owned(),
        'B' if !in_brackets => return "(?-u:\\B)".to_owned(),
        other => return format!("\\{other}"),
    };
    let negated = if escaped.is_ascii_uppercase() { "^" } else { "" };
    if in_brackets && negated.is_empty() { inner.to_owned() } else { format!("[{negated}{inner}]") }
}

fn quote(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut text = String::new();
    while let Some(next) = rest.next() {
        if next == '\\' && rest.next_if_eq(&'E').is_some() {
            break;
        }
        text.push(next);
    }
    out.push_str(&regex::escape(&text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_knows_ascii_alone() {
        assert!(!compile(r"^\d$").unwrap().is_match("\u{661}"));
        assert!(compile(r"^[\d\s]+$").unwrap().is_match("1 2"));
        assert!(compile(r"^[\W]$").unwrap().is_match("é"));
        assert!(compile(r"\bfoo\b").unwrap().is_match("a foo."));
    }

    #[test]
    fn brackets_hold_no_sets() {
        assert!(compile("^[[a]$").unwrap().is_match("["));
        assert!(compile("^[]a]$").unwrap().is_match("]"));
        assert!(compile("^[[:alpha:]&&]+$").unwrap().is_match("a&b"));
        assert!(compile(r"^\Qa.b\E$").unwrap().is_match("a.b"));
        assert!(compile(r"^${.+}$|^{a}$|^b{2,}$").unwrap().is_match("{a}"));
    }

    #[test]
    fn what_would_be_huge_is_refused() {
        assert!(compile("((a{100}){100}){100}").is_err());
        assert!(compile("a{1000}").is_ok() && compile("a{1001}").is_err());
        assert!(compile("a{2,1001}").is_err() && compile("a[{1001}]").is_ok());
        assert!(compile(&"(".repeat(10_000)).is_err());
    }
}

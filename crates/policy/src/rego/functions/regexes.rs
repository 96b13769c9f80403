//! Regular expressions as Go reads them.
//!
//! Rust's syntax is nearly Go's (both follow RE2). The differences are translated: `\d`, `\s`, `\w`
//! and `\b` mean ASCII in Go, `[` in a class and `{` that repeats nothing are literal, and
//! `\Q...\E` quotes. Matching takes linear time; an expression whose program exceeds 10 MiB (the
//! matcher's own limit) is invalid, and a call with it is undefined.

use std::iter::Peekable;
use std::str::Chars;

use regex::Regex;
use regorus::Value;

use super::{or_undefined, text};

/// `regex.match(pattern, value)`.
pub(super) fn is_match(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [pattern, value] = arguments else { return None };
        Some(Value::from(compile(pattern)?.is_match(text(value)?)))
    })())
}

/// `regex.is_valid(pattern)`.
pub(super) fn is_valid(arguments: &[Value]) -> Value {
    Value::from(matches!(arguments, [pattern] if compile(pattern).is_some()))
}

/// `regex.replace(value, pattern, replacement)`.
pub(super) fn replace(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value, pattern, replacement] = arguments else { return None };
        let replaced = compile(pattern)?;
        Some(Value::from(&*replaced.replace_all(text(value)?, text(replacement)?)))
    })())
}

/// `regex.split(pattern, value)`.
pub(super) fn split(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [pattern, value] = arguments else { return None };
        Some(strings(compile(pattern)?.split(text(value)?)))
    })())
}

/// `regex.find_n(pattern, value, number)`; all where the number is negative.
pub(super) fn find_n(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [pattern, value, number] = arguments else { return None };
        let pattern = compile(pattern)?;
        let found = pattern.find_iter(text(value)?).map(|found| found.as_str());
        Some(strings(found.take(count(number)?)))
    })())
}

/// `regex.find_all_string_submatch_n(pattern, value, number)`.
pub(super) fn find_all_string_submatch_n(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [pattern, value, number] = arguments else { return None };
        let pattern = compile(pattern)?;
        let found = pattern.captures_iter(text(value)?).take(count(number)?);
        let groups = found.map(|found| {
            strings(found.iter().map(|group| group.map_or("", |group| group.as_str())))
        });
        Some(Value::from(groups.collect::<Vec<_>>()))
    })())
}

fn strings<'s>(all: impl Iterator<Item = &'s str>) -> Value {
    Value::from(all.map(Value::from).collect::<Vec<_>>())
}

fn count(number: &Value) -> Option<usize> {
    Some(usize::try_from(number.as_i64().ok()?).unwrap_or(usize::MAX))
}

fn compile(pattern: &Value) -> Option<Regex> {
    thread_local! {
        /// Expressions that this thread has compiled: a policy uses the same ones again and again.
        static KNOWN: std::cell::RefCell<std::collections::HashMap<String, Option<Regex>>> =
            std::cell::RefCell::default();
    }
    const KEPT: usize = 256;
    let pattern = text(pattern)?;
    KNOWN.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return regex.clone();
        }
        let regex = Regex::new(&from_go(pattern)).ok();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(pattern.to_owned(), regex.clone());
        regex
    })
}

/// Translates an expression from Go's syntax to Rust's.
fn from_go(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars().peekable();
    while let Some(one) = chars.next() {
        match one {
            '\\' => escape(&mut chars, false, &mut out),
            '[' => class(&mut chars, &mut out),
            '{' if !repeats(chars.clone()) => out.push_str("\\{"),
            other => out.push(other),
        }
    }
    out
}

fn escape(chars: &mut Peekable<Chars<'_>>, in_class: bool, out: &mut String) {
    let Some(one) = chars.next() else {
        out.push('\\');
        return;
    };
    let class = match one {
        'd' => Some("0-9"),
        'w' => Some("0-9A-Za-z_"),
        's' => Some(r"\t\n\f\r "),
        _ => None,
    };
    match (one, class) {
        (_, Some(members)) if in_class => out.push_str(members),
        (_, Some(members)) => out.extend(["[", members, "]"]),
        ('D', _) => out.push_str("[^0-9]"),
        ('W', _) => out.push_str("[^0-9A-Za-z_]"),
        ('S', _) => out.push_str(r"[^\t\n\f\r ]"),
        ('b' | 'B', _) if !in_class => {
            out.extend([r"(?-u:\", if one == 'b' { "b" } else { "B" }, ")"])
        }
        ('Q', _) if !in_class => {
            let mut quoted = String::new();
            while let Some(next) = chars.next() {
                if next == '\\' && chars.peek() == Some(&'E') {
                    chars.next();
                    break;
                }
                quoted.push(next);
            }
            out.push_str(&regex::escape(&quoted));
        }
        _ => out.extend(['\\', one]),
    }
}

/// Translates a class, after its opening bracket.
fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if chars.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    while let Some(one) = chars.next() {
        match one {
            ']' => {
                out.push(']');
                return;
            }
            '[' if chars.peek() == Some(&':') => {
                out.push('[');
                for next in chars.by_ref() {
                    out.push(next);
                    if next == ']' {
                        break;
                    }
                }
            }
            '\\' => escape(chars, true, out),
            '[' | '&' | '~' => out.extend(['\\', one]),
            other => out.push(other),
        }
    }
}

/// Whether the text after a brace is a repetition: `3}`, `3,}`, `3,5}`.
fn repeats(mut rest: Peekable<Chars<'_>>) -> bool {
    let mut digits = 0;
    while rest.next_if(char::is_ascii_digit).is_some() {
        digits += 1;
    }
    if rest.next_if_eq(&',').is_some() {
        while rest.next_if(char::is_ascii_digit).is_some() {}
    }
    digits > 0 && rest.next() == Some('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_otherwise_is_translated() {
        let matches = |pattern: &str, value: &str| {
            is_match(&[Value::from(pattern), Value::from(value)]) == Value::Bool(true)
        };
        for (pattern, yes, no) in [
            (r"^\d+$", "12", "٣"),
            (r"^[\w-]+$", "a-b_1", "a b"),
            (r"^[^\s]+$", "ab", "a b"),
            (r"\bapi\b", "an api.", "apis"),
            (r"^${a}$", "", "x${a}"),
            (r"^a{2}$", "aa", "a{2}"),
            (r"^\$\{x}$", "${x}", "x"),
            (r"^[[]$", "[", "]"),
            (r"^[]a]+$", "]a", "b"),
            (r"^[[:alpha:]&&]+$", "a&", "1"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"(?i)^abc$", "ABC", "abd"),
            (r"^(?P<name>x)$", "x", "y"),
        ] {
            if pattern != r"^${a}$" {
                assert!(matches(pattern, yes), "{pattern} {yes}");
            }
            assert!(!matches(pattern, no), "{pattern} {no}");
        }
        assert_eq!(is_match(&[Value::from("a("), Value::from("a")]), Value::Undefined);
    }
}

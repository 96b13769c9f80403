//! Regular expressions with groups (cel-go, ext/regex), which Kyverno supports and the API server
//! does not.

use regex::{Captures, Regex};

use super::{Function, global, mismatch};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    global("regex.extract", 2, extract),
    global("regex.extractAll", 2, extract_all),
    global("regex.replace", 3, replace).up_to(4),
];

/// Returns the first match, or its group; none where that is empty.
fn extract<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text), Value::String(pattern)] = arguments else {
        return Err(mismatch("regex.extract", arguments));
    };
    let pattern = with_one_group(run, pattern, text)?;
    let Some(found) = pattern.captures(text) else { return Ok(Value::Optional(None)) };
    match taken(&found) {
        "" if found.len() > 1 => Ok(Value::Optional(None)),
        found => Ok(Value::some(Value::text(found.to_owned()))),
    }
}

/// Returns all matches, or their groups without the empty ones.
fn extract_all<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::String(text), Value::String(pattern)] = arguments else {
        return Err(mismatch("regex.extractAll", arguments));
    };
    let pattern = with_one_group(run, pattern, text)?;
    let mut all = Vec::new();
    for found in pattern.captures_iter(text) {
        spend_match(run, text, &found)?;
        let taken = taken(&found);
        if found.len() == 1 || !taken.is_empty() {
            all.push(Value::text(taken.to_owned()));
        }
    }
    Ok(Value::list(all))
}

fn replace<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (text, pattern, new, most) = match arguments {
        [Value::String(text), Value::String(pattern), Value::String(new)] => {
            (text, pattern, new, -1)
        }
        [Value::String(text), Value::String(pattern), Value::String(new), Value::Int(most)] => {
            (text, pattern, new, *most)
        }
        _ => return Err(mismatch("regex.replace", arguments)),
    };
    if most == 0 {
        return Ok(Value::String(text.clone()));
    }
    if most > i64::from(i32::MAX) {
        return Err(Error::Overflow);
    }
    let pattern = run.pattern(pattern, text)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut made = String::new();
    let mut rest: &str = text;
    for found in pattern.captures_iter(text).take(most) {
        spend_match(run, text, &found)?;
        let Some(whole) = found.get(0) else { continue };
        let start = rest.len().saturating_sub(text.len().saturating_sub(whole.start()));
        made.push_str(rest.get(..start).unwrap_or_default());
        put(run, &mut made, new, &found)?;
        rest = text.get(whole.end()..).unwrap_or_default();
    }
    run.spend_bytes(text.len())?;
    made.push_str(rest);
    Ok(Value::text(made))
}

/// Compiles a pattern with no more than one group.
fn with_one_group(run: &mut Run<'_>, wanted: &str, text: &str) -> Result<Regex> {
    let pattern = run.pattern(wanted, text)?;
    match pattern.captures_len() {
        ..=2 => Ok(pattern),
        _ => Err(Error::invalid(format!("{wanted:?} has more than one group"))),
    }
}

/// Returns the group of a match, or the whole match where the pattern has none.
fn taken<'t>(found: &Captures<'t>) -> &'t str {
    found.get(found.len() - 1).map_or("", |group| group.as_str())
}

/// Counts a match: the search may have read up to the end (documentation of `regex`, "Iterating
/// over matches").
fn spend_match(run: &mut Run<'_>, text: &str, found: &Captures<'_>) -> Result<()> {
    let start = found.get(0).map_or(0, |whole| whole.start());
    run.spend(1 + (text.len() - start) / 64)
}

/// Adds the replacement of a match: `\1` is its first group, `\0` the whole, `\\` a backslash.
fn put(run: &mut Run<'_>, made: &mut String, new: &str, found: &Captures<'_>) -> Result<()> {
    let wrong = |why: &str| Error::invalid(format!("the replacement {new:?} {why}"));
    run.spend_bytes(new.len())?;
    let mut rest = new.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            made.push(next);
            continue;
        }
        match rest.next() {
            None => return Err(wrong("ends in a backslash")),
            Some('\\') => made.push('\\'),
            Some(digit) => {
                let group = digit.to_digit(10).and_then(|group| usize::try_from(group).ok());
                let group = group.ok_or_else(|| wrong("has a backslash before no digit"))?;
                if group >= found.len() {
                    return Err(wrong("names a group that the pattern does not have"));
                }
                let group = found.get(group).map_or("", |group| group.as_str());
                run.spend_bytes(group.len())?;
                made.push_str(group);
            }
        }
    }
    Ok(())
}

//! Texts.

use std::collections::HashSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::super::value::{HOLE, Unknown};
use super::super::{Reason, Value};
use super::{Function, TOO_LONG, argument, list, number, parts_of, text, whole};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("basename", |a| Ok(Value::text(basename(&text(a, 0)?)))),
    ("chomp", |a| Ok(Value::text(text(a, 0)?.trim_end_matches(['\n', '\r'])))),
    ("dirname", |a| Ok(Value::text(dirname(&text(a, 0)?)))),
    ("endswith", |a| Ok(Value::Bool(text(a, 0)?.ends_with(&*text(a, 1)?)))),
    ("indent", indent),
    ("lower", |a| Ok(Value::text(each_letter(&text(a, 0)?, char::to_lowercase)))),
    ("regex", regex),
    ("regexall", regexall),
    ("replace", replace),
    ("split", split),
    ("startswith", |a| Ok(Value::Bool(text(a, 0)?.starts_with(&*text(a, 1)?)))),
    ("strcontains", |a| Ok(Value::Bool(text(a, 0)?.contains(&*text(a, 1)?)))),
    ("strrev", |a| Ok(Value::text(text(a, 0)?.chars().rev().collect::<String>()))),
    ("substr", substr),
    ("title", title),
    ("tobool", |a| {
        argument(a, 0)?.to_bool().map(Value::Bool).ok_or(Reason::Invalid("not a condition"))
    }),
    ("trim", trim),
    ("trimprefix", |a| {
        let text = text(a, 0)?;
        let prefix = super::text(a, 1)?;
        Ok(Value::text(text.strip_prefix(&*prefix).unwrap_or(&text)))
    }),
    ("trimspace", |a| Ok(Value::text(text(a, 0)?.trim()))),
    ("trimsuffix", |a| {
        let text = text(a, 0)?;
        let suffix = super::text(a, 1)?;
        Ok(Value::text(text.strip_suffix(&*suffix).unwrap_or(&text)))
    }),
    ("upper", |a| Ok(Value::text(each_letter(&text(a, 0)?, char::to_uppercase)))),
];

/// Characters of a text that a function makes.
pub(super) const MAX_TEXT: usize = 16 << 20;

/// The name at the end of a path (Go's `filepath.Base`).
fn basename(path: &str) -> &str {
    let is_root = path.starts_with('/');
    let path = path.trim_end_matches('/');
    match path.rsplit('/').next().unwrap_or_default() {
        "" if is_root => "/",
        "" => ".",
        name => name,
    }
}

/// All before the last slash of a path (Go's `filepath.Dir`).
fn dirname(path: &str) -> &str {
    match path.rsplit_once('/').map(|(folder, _)| folder.trim_end_matches('/')) {
        Some("") => "/",
        Some(folder) => folder,
        None => ".",
    }
}

pub(super) fn tostring(arguments: &[Value]) -> Result<Value, Reason> {
    match argument(arguments, 0)? {
        value @ (Value::Unknown(_) | Value::Null) => Ok(value.clone()),
        value => value.to_text().map(Value::Text).ok_or(Reason::Invalid("not a text")),
    }
}

/// A text that grows by values, with holes for those that are not known.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) text: String,
    unknown: Vec<Arc<Unknown>>,
}

impl Builder {
    pub(super) fn push(
        &mut self,
        value: &Value,
        show: impl Fn(&Value) -> Option<String>,
    ) -> Result<(), Reason> {
        if self.text.len() > MAX_TEXT {
            return Err(TOO_LONG);
        }
        match value {
            Value::Unknown(why) => {
                match &why.text {
                    Some(partial) => self.text.push_str(partial),
                    None => self.text.push(HOLE),
                }
                self.unknown.push(Arc::clone(why));
            }
            known => self.text.push_str(&show(known).ok_or("not a text")?),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Value {
        Value::partial_text(self.text, &self.unknown)
    }
}

pub(super) fn shown(value: &Value) -> Option<String> {
    value.to_text().map(|text| text.to_string())
}

pub(super) fn join(arguments: &[Value]) -> Result<Value, Reason> {
    if let Some(unknown) = arguments.iter().find(|argument| argument.is_unknown()) {
        return Ok(unknown.clone());
    }
    let separator = text(arguments, 0)?;
    let mut joined = Builder::default();
    let mut first = true;
    for index in 1..arguments.len() {
        for item in list(arguments, index)? {
            if !std::mem::take(&mut first) {
                joined.text.push_str(&separator);
            }
            joined.push(item, shown)?;
        }
    }
    Ok(joined.finish())
}

fn indent(arguments: &[Value]) -> Result<Value, Reason> {
    let spaces = argument(arguments, 0)?.to_index().ok_or("not a number of spaces")?;
    let text = text(arguments, 1)?;
    if spaces > 1024 {
        return Err(Reason::Limit("1024 spaces"));
    }
    let line_end = format!("\n{}", " ".repeat(spaces));
    if text.matches('\n').count().saturating_mul(line_end.len()) > MAX_TEXT {
        return Err(TOO_LONG);
    }
    Ok(Value::text(text.replace('\n', &line_end)))
}

/// The cost of a function that searches for a pattern, beside that of its arguments and result: to
/// compile it, and for each match up to the rest of the text (documentation of `regex`, "Iterating
/// over matches").
pub(in super::super) fn search_cost(name: &str, arguments: &[Value]) -> usize {
    const COMPILED: usize = 200;
    let length = |index: usize| arguments.get(index).and_then(Value::as_text).map_or(0, str::len);
    let all = |length: usize| COMPILED + length.saturating_mul(length) / 1024;
    match name.strip_prefix("core::").unwrap_or(name) {
        "regex" => COMPILED + length(1),
        "regexall" => all(length(1)),
        "replace"
            if arguments.get(1).and_then(Value::as_text).and_then(inner_pattern).is_some() =>
        {
            all(length(0))
        }
        _ => 0,
    }
}

/// A pattern, held to a size so that compiling it costs little.
fn pattern(text: &str) -> Result<Regex, Reason> {
    RegexBuilder::new(text).size_limit(1 << 18).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Reason::Limit("the size of a pattern"),
        _ => Reason::Invalid("not a pattern"),
    })
}

fn replace(arguments: &[Value]) -> Result<Value, Reason> {
    let (text, from, to) = (text(arguments, 0)?, text(arguments, 1)?, text(arguments, 2)?);
    if text.len().saturating_mul(to.len().max(1)) > MAX_TEXT {
        return Err(TOO_LONG);
    }
    match inner_pattern(&from) {
        Some(inner) => Ok(Value::text(pattern(inner)?.replace_all(&text, &*to).into_owned())),
        None => Ok(Value::text(text.replace(&*from, &to))),
    }
}

/// The pattern between slashes.
fn inner_pattern(text: &str) -> Option<&str> {
    text.strip_prefix('/').and_then(|text| text.strip_suffix('/'))
}

/// The value of one match: the whole, a list of groups, or an object of named groups.
fn captured(regex: &Regex, captures: &regex::Captures<'_>) -> Value {
    let group = |found: Option<regex::Match<'_>>| {
        found.map_or(Value::Null, |found| Value::text(found.as_str()))
    };
    if captures.len() == 1 {
        return group(captures.get(0));
    }
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.iter().all(Option::is_some) {
        let named = names.into_iter().flatten();
        return Value::object(
            named.map(|name| (Arc::from(name), group(captures.name(name)))).collect(),
        );
    }
    Value::list((1..captures.len()).map(|index| group(captures.get(index))).collect())
}

fn regex(arguments: &[Value]) -> Result<Value, Reason> {
    let regex = pattern(&text(arguments, 0)?)?;
    let text = text(arguments, 1)?;
    let captures = regex.captures(&text).ok_or("the pattern does not match")?;
    Ok(captured(&regex, &captures))
}

fn regexall(arguments: &[Value]) -> Result<Value, Reason> {
    let regex = pattern(&text(arguments, 0)?)?;
    let text = parts_of(arguments, 1)?;
    let all = regex.captures_iter(&text).map(|captures| captured(&regex, &captures));
    Ok(Value::list(all.collect()))
}

fn split(arguments: &[Value]) -> Result<Value, Reason> {
    let (separator, text) = (text(arguments, 0)?, parts_of(arguments, 1)?);
    if separator.is_empty() {
        let letters = text.chars().map(|letter| Value::text(letter.to_string()));
        return Ok(Value::list(letters.collect()));
    }
    Ok(Value::list(text.split(&*separator).map(Value::text).collect()))
}

fn substr(arguments: &[Value]) -> Result<Value, Reason> {
    let text = text(arguments, 0)?;
    let letters = text.chars().count();
    let offset = whole(arguments, 1)?;
    let from_end = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let skip = if offset < 0 { letters.saturating_sub(from_end) } else { from_end };
    let take = match number(arguments, 2)? {
        length if length < 0.0 => letters,
        _ => usize::try_from(whole(arguments, 2)?).unwrap_or(letters),
    };
    Ok(Value::text(text.chars().skip(skip).take(take).collect::<String>()))
}

/// A text whose letters are mapped one by one, as Go does it: one that would become several stays.
fn each_letter<C: ExactSizeIterator<Item = char>>(text: &str, map: fn(char) -> C) -> String {
    text.chars().map(|letter| mapped(letter, map)).collect()
}

fn mapped<C: ExactSizeIterator<Item = char>>(letter: char, map: fn(char) -> C) -> char {
    let mut mapped = map(letter);
    if mapped.len() == 1 { mapped.next().unwrap_or(letter) } else { letter }
}

/// Capitalizes the first letter of each word (Go's `strings.Title`).
fn title(arguments: &[Value]) -> Result<Value, Reason> {
    let is_inner = |letter: char| match letter.is_ascii() {
        true => letter.is_ascii_alphanumeric() || letter == '_',
        false => !letter.is_whitespace(),
    };
    let mut starts = true;
    let titled = |letter: char| {
        let first = std::mem::replace(&mut starts, !is_inner(letter));
        if first { mapped(letter, char::to_uppercase) } else { letter }
    };
    Ok(Value::text(text(arguments, 0)?.chars().map(titled).collect::<String>()))
}

fn trim(arguments: &[Value]) -> Result<Value, Reason> {
    let cut: HashSet<char> = text(arguments, 1)?.chars().collect();
    Ok(Value::text(text(arguments, 0)?.trim_matches(|letter| cut.contains(&letter))))
}

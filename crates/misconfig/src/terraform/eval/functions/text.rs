//! Texts.

use std::collections::HashSet;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::super::value::{HOLE, MAX_WEIGHT, Unknown, format_number};
use super::super::{Reason, Value};
use super::{
    Function, TOO_LARGE, TOO_LONG, argument, encode_json, list, number, parts_of, text, whole,
};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("basename", |a| Ok(Value::text(split_path(&text(a, 0)?).1))),
    ("chomp", |a| Ok(Value::text(text(a, 0)?.trim_end_matches(['\n', '\r'])))),
    ("dirname", |a| Ok(Value::text(split_path(&text(a, 0)?).0))),
    ("endswith", |a| Ok(Value::Bool(text(a, 0)?.ends_with(&*text(a, 1)?)))),
    ("formatlist", formatlist),
    ("indent", indent),
    ("lower", |a| Ok(Value::text(text(a, 0)?.to_lowercase()))),
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
    ("upper", |a| Ok(Value::text(text(a, 0)?.to_uppercase()))),
];

/// Characters of a text that a function makes.
pub(super) const MAX_TEXT: usize = 16 << 20;

/// The folder and the name of a path.
fn split_path(path: &str) -> (&str, &str) {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some(parts) => parts,
        None => (".", path),
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
struct Builder {
    text: String,
    unknown: Vec<Arc<Unknown>>,
}

impl Builder {
    fn push(
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

    fn finish(self) -> Value {
        Value::partial_text(self.text, &self.unknown)
    }
}

fn shown(value: &Value) -> Option<String> {
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

/// `%s`, `%d`, `%v`, `%q`, `%x`, `%f`, `%t`, `%%`, with flags, width and precision.
pub(super) fn format(arguments: &[Value]) -> Result<Value, Reason> {
    let spec = match argument(arguments, 0)? {
        unknown @ Value::Unknown(_) => return Ok(unknown.clone()),
        spec => spec.to_text().ok_or("not a text")?,
    };
    let mut rest: &str = &spec;
    let mut values = arguments.iter().skip(1);
    let mut out = Builder::default();
    while let Some((literal, after)) = rest.split_once('%') {
        out.text.push_str(literal);
        let verb_at = after.find(|c: char| c.is_ascii_alphabetic() || c == '%');
        let verb_at = verb_at.ok_or("a format without its verb")?;
        let (flags, tail) = after.split_at(verb_at);
        let mut tail = tail.chars();
        let verb = tail.next().unwrap_or('%');
        rest = tail.as_str();
        if verb == '%' {
            out.text.push('%');
            continue;
        }
        let value = values.next().ok_or("too few arguments")?;
        let as_json = match value {
            Value::List(_) | Value::Object(_) if verb == 'v' => Some(encode_json(value)),
            _ => None,
        };
        if let Some(Value::Unknown(why)) = &as_json
            && let Reason::Limit(_) = why.reason
        {
            return Err(why.reason.clone());
        }
        out.push(as_json.as_ref().unwrap_or(value), |value| verb_text(verb, flags, value))?;
    }
    out.text.push_str(rest);
    Ok(out.finish())
}

fn verb_text(verb: char, flags: &str, value: &Value) -> Option<String> {
    let (width, precision) = flags.split_once('.').unwrap_or((flags, ""));
    let precision: Option<usize> = precision.parse().ok().filter(|digits| *digits <= 100);
    let number = || value.to_number();
    let text = match verb {
        'd' => format!("{:.0}", number()?.trunc()),
        'f' | 'F' => format!("{:.*}", precision.unwrap_or(6), number()?),
        'g' | 'G' => format_number(number()?),
        'x' | 'X' | 'o' | 'b' => {
            let number: i64 = format!("{:.0}", number()?.trunc()).parse().ok()?;
            match verb {
                'x' => format!("{number:x}"),
                'X' => format!("{number:X}"),
                'o' => format!("{number:o}"),
                _ => format!("{number:b}"),
            }
        }
        't' => value.to_bool()?.to_string(),
        'q' => serde_json::Value::from(&*value.to_text()?).to_string(),
        'v' => match value {
            Value::Null => "null".to_owned(),
            value => shown(value)?,
        },
        's' => shown(value)?,
        _ => return None,
    };
    Some(pad(text, width))
}

fn pad(text: String, width: &str) -> String {
    let left = width.contains('-');
    let digits = width.trim_start_matches(['-', '+', ' ', '#']);
    let zero = digits.starts_with('0') && !left;
    let Some(width) = digits.parse::<usize>().ok().filter(|width| *width <= 1024) else {
        return text;
    };
    let missing = width.saturating_sub(text.chars().count());
    match (left, zero) {
        (true, _) => text + &" ".repeat(missing),
        (false, true) => match text.strip_prefix('-') {
            Some(digits) => format!("-{}{digits}", "0".repeat(missing)),
            None => "0".repeat(missing) + &text,
        },
        (false, false) => " ".repeat(missing) + &text,
    }
}

fn formatlist(arguments: &[Value]) -> Result<Value, Reason> {
    let lengths = arguments.iter().skip(1).filter_map(|value| value.as_list().map(<[_]>::len));
    let length = lengths.max().unwrap_or(1);
    let mut weight = length.saturating_mul(arguments.len());
    let mut results = Vec::new();
    for index in 0..length {
        let row: Option<Vec<Value>> = arguments
            .iter()
            .map(|argument| match argument.as_list() {
                Some(items) => items.get(index).cloned(),
                None => Some(argument.clone()),
            })
            .collect();
        if weight > MAX_WEIGHT {
            return Err(TOO_LARGE);
        }
        let result = format(&row.ok_or("lists of different lengths")?)?;
        weight += result.weight();
        results.push(result);
    }
    Ok(Value::list(results))
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

/// What a function costs that searches for a pattern, beside what it takes and gives: to compile
/// it, and for each match up to the rest of the text (documentation of `regex`, "Iterating over
/// matches").
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

/// What one match gives: the whole, a list of groups, or an object of named ones.
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
    if text.is_empty() {
        return Ok(Value::list(Vec::new()));
    }
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

fn title(arguments: &[Value]) -> Result<Value, Reason> {
    let mut starts = true;
    let letters = text(arguments, 0)?;
    let titled = letters.chars().flat_map(|letter| {
        let first = std::mem::replace(&mut starts, !letter.is_alphanumeric());
        let upper = if first { letter.to_uppercase().to_string() } else { letter.to_string() };
        upper.chars().collect::<Vec<_>>()
    });
    Ok(Value::text(titled.collect::<String>()))
}

fn trim(arguments: &[Value]) -> Result<Value, Reason> {
    let cut: HashSet<char> = text(arguments, 1)?.chars().collect();
    Ok(Value::text(text(arguments, 0)?.trim_matches(|letter| cut.contains(&letter))))
}

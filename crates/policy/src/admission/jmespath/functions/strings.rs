//! Text.

use std::collections::HashSet;

use regex::{Captures, Match};
use serde_json::Value;

use super::super::super::{image, wildcard};
use super::super::values::{number, plain, type_of};
use super::{Call, Function, Given, Kind, Takes, as_text, whole};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "compare", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: compare },
    Function { name: "equal_fold", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: equal_fold },
    Function {
        name: "replace",
        takes: Takes::Each(&[Kind::Text, Kind::Text, Kind::Text, Kind::Number]),
        run: replace,
    },
    Function {
        name: "replace_all",
        takes: Takes::Each(&[Kind::Text, Kind::Text, Kind::Text]),
        run: |call| replaced(call, usize::MAX),
    },
    Function {
        name: "to_upper",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| Ok(call.text(0).chars().map(upper).collect::<String>().into()),
    },
    Function {
        name: "to_lower",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| Ok(call.text(0).chars().map(lower).collect::<String>().into()),
    },
    Function { name: "trim", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: trim },
    Function {
        name: "trim_prefix",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)).into()),
    },
    Function { name: "split", takes: Takes::Each(&[Kind::Text, Kind::Text]), run: split },
    Function {
        name: "regex_replace_all",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber, Kind::TextOrNumber]),
        run: regex_replace_all,
    },
    Function {
        name: "regex_replace_all_literal",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber, Kind::TextOrNumber]),
        run: regex_replace_all_literal,
    },
    Function {
        name: "regex_match",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber]),
        run: |call| {
            let text = as_text(call.value(1))?;
            Ok(call.with_regex(0, |regex| regex.is_match(&text))?.into())
        },
    },
    Function {
        name: "pattern_match",
        takes: Takes::Each(&[Kind::Text, Kind::TextOrNumber]),
        run: pattern_match,
    },
    Function { name: "to_boolean", takes: Takes::Each(&[Kind::Text]), run: to_boolean },
    Function { name: "truncate", takes: Takes::Each(&[Kind::Text, Kind::Number]), run: truncate },
    Function { name: "path_canonicalize", takes: Takes::Each(&[Kind::Text]), run: canonical_path },
    Function {
        name: "semver_compare",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| {
            let held = super::super::super::semver::in_range(call.text(0), call.text(1));
            held.map(Value::Bool).map_err(|why| why.to_string())
        },
    },
    Function {
        name: "starts_with",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).starts_with(call.text(1)).into()),
    },
    Function {
        name: "ends_with",
        takes: Takes::Each(&[Kind::Text, Kind::Text]),
        run: |call| Ok(call.text(0).ends_with(call.text(1)).into()),
    },
    Function { name: "join", takes: Takes::Each(&[Kind::Text, Kind::Texts]), run: join },
    Function { name: "to_string", takes: Takes::Each(&[Kind::Any]), run: to_string },
    Function {
        name: "type",
        takes: Takes::Each(&[Kind::Any]),
        run: |call| Ok(type_of(call.value(0)).into()),
    },
    Function {
        name: "image_normalize",
        takes: Takes::Each(&[Kind::Text]),
        run: |call| match image::Image::parse(call.text(0)) {
            Ok(image) => Ok(image.to_string().into()),
            Err(why) => Err(why.to_string()),
        },
    },
    Function { name: "is_external_url", takes: Takes::Each(&[Kind::Text]), run: is_external_url },
    Function {
        name: "random",
        takes: Takes::Each(&[Kind::Text]),
        run: |_| Err("an answer would not be the same twice".to_owned()),
    },
];

fn pattern_match(call: &Call<'_>) -> Given {
    let text = as_text(call.value(1))?;
    // With `?` the time is proportional to the product of the lengths.
    call.interpreter.work(call.text(0).len().saturating_mul(text.len()))?;
    Ok(wildcard::matches(call.text(0), &text).into())
}

fn compare(call: &Call<'_>) -> Given {
    Ok(match call.text(0).cmp(call.text(1)) {
        std::cmp::Ordering::Less => (-1).into(),
        std::cmp::Ordering::Equal => 0.into(),
        std::cmp::Ordering::Greater => 1.into(),
    })
}

fn equal_fold(call: &Call<'_>) -> Given {
    // Letters with several lower-case forms, such as `s` and `ſ`, share an upper-case one.
    let fold = |text: &str| text.chars().map(|c| lower(upper(lower(c)))).collect::<String>();
    Ok((fold(call.text(0)) == fold(call.text(1))).into())
}

/// Maps each letter to one letter, as Go does: `ß`, which would be two, stays.
fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn replace(call: &Call<'_>) -> Given {
    let times = call.number(3).trunc();
    // A negative number means all.
    replaced(call, usize::try_from(whole(times)?).unwrap_or(usize::MAX))
}

fn replaced(call: &Call<'_>, times: usize) -> Given {
    let (text, old, new) = (call.text(0), call.text(1), call.text(2));
    let found = text.matches(old).take(times).count();
    fits(text.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(text.replacen(old, new, times).into())
}

/// The most bytes of one text that a function may make. Results are counted when they exist; this
/// limit is checked before, where a text may be longer than all of its sources.
const MAX_TEXT: usize = 64 << 20;

pub(super) fn fits(bytes: usize) -> Result<(), String> {
    if bytes > MAX_TEXT {
        return Err(format!("a text of more than {MAX_TEXT} bytes"));
    }
    Ok(())
}

fn trim(call: &Call<'_>) -> Given {
    let set: HashSet<char> = call.text(1).chars().collect();
    Ok(call.text(0).trim_matches(|next| set.contains(&next)).into())
}

fn split(call: &Call<'_>) -> Given {
    let (text, separator) = (call.text(0), call.text(1));
    let parts = text.matches(separator).count();
    fits(parts.saturating_mul(size_of::<Value>()))?;
    Ok(if separator.is_empty() {
        text.chars().map(|next| Value::from(next.to_string())).collect()
    } else {
        text.split(separator).map(Value::from).collect()
    })
}

fn regex_replace_all(call: &Call<'_>) -> Given {
    let (text, new) = (as_text(call.value(1))?, template(&as_text(call.value(2))?));
    // A reference to a group may insert the whole match.
    let references = new.matches('$').count();
    replaced_by(call, &text, |found, into| {
        fits(into.len() + new.len() + found.len().saturating_mul(references))?;
        found.expand(&new, into);
        Ok(())
    })
}

/// Escapes a template's `$` before braces, unless the braces hold a group's name.
fn template(text: &str) -> String {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
    };
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let is_doubled = after.starts_with('$');
        let is_group = after
            .strip_prefix('{')
            .is_none_or(|braced| braced.split_once('}').is_some_and(|(name, _)| is_name(name)));
        made.push_str(if is_doubled || !is_group { "$$" } else { "$" });
        rest = if is_doubled { after.get(1..).unwrap_or_default() } else { after };
    }
    made.push_str(rest);
    made
}

fn regex_replace_all_literal(call: &Call<'_>) -> Given {
    let (text, new) = (as_text(call.value(1))?, as_text(call.value(2))?);
    replaced_by(call, &text, |_, into| {
        fits(into.len() + new.len())?;
        into.push_str(&new);
        Ok(())
    })
}

/// Replaces each match of an expression.
fn replaced_by(
    call: &Call<'_>,
    text: &str,
    put: impl Fn(&Found<'_>, &mut String) -> Result<(), String>,
) -> Given {
    call.with_regex(0, |regex| {
        let (mut made, mut last) = (String::new(), 0);
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            // The search may have read up to the end (documentation of `regex`, "Iterating over
            // matches").
            call.interpreter.work(text.len() - last)?;
            made.push_str(text.get(last..whole.start()).unwrap_or_default());
            last = whole.end();
            put(&Found { captures, whole }, &mut made)?;
        }
        made.push_str(text.get(last..).unwrap_or_default());
        Ok(made.into())
    })?
}

/// A match of an expression.
struct Found<'t> {
    captures: Captures<'t>,
    whole: Match<'t>,
}

impl Found<'_> {
    fn len(&self) -> usize {
        self.whole.len()
    }

    fn expand(&self, template: &str, into: &mut String) {
        self.captures.expand(template, into);
    }
}

fn to_boolean(call: &Call<'_>) -> Given {
    match call.text(0).to_lowercase().as_str() {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        other => Err(format!("{other:?} is neither true nor false")),
    }
}

fn truncate(call: &Call<'_>) -> Given {
    let length = usize::try_from(whole(call.number(1).trunc().max(0.0))?).unwrap_or(usize::MAX);
    Ok(call.text(0).chars().take(length).collect::<String>().into())
}

/// Cleans a path of `.`, `..` and doubled slashes, as Go's `path.Join` does.
fn canonical_path(call: &Call<'_>) -> Given {
    let path = call.text(0);
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    Ok(match (path.is_empty(), rooted, joined.is_empty()) {
        (true, ..) => "".into(),
        (_, true, _) => format!("/{joined}").into(),
        (_, false, true) => ".".into(),
        (_, false, false) => joined.into(),
    })
}

fn join(call: &Call<'_>) -> Given {
    let texts: Vec<&str> = call.array(1).iter().filter_map(Value::as_str).collect();
    let separators = texts.len().saturating_mul(call.text(0).len());
    fits(separators.saturating_add(texts.iter().map(|text| text.len()).sum()))?;
    Ok(texts.join(call.text(0)).into())
}

/// Go writes JSON with `<`, `>` and `&` escaped.
fn to_string(call: &Call<'_>) -> Given {
    let json = match call.value(0) {
        Value::String(text) => return Ok(text.clone().into()),
        Value::Number(number) => return Ok(plain(number).into()),
        value => in_whole(value).to_string(),
    };
    Ok(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").into())
}

/// Removes the fraction of whole numbers in a value.
fn in_whole(value: &Value) -> Value {
    match value {
        Value::Number(own) if own.is_f64() => own.as_f64().map_or(Value::Null, number),
        Value::Array(items) => items.iter().map(in_whole).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), in_whole(value))).collect()
        }
        other => other.clone(),
    }
}

/// Whether a URL's address is neither this machine's nor private; a name would need resolution,
/// except for the one that always means this machine (RFC 6761, 6.3).
fn is_external_url(call: &Call<'_>) -> Given {
    let url = call.text(0);
    let (_, rest) = url.split_once("://").ok_or_else(|| format!("{url:?} names no host"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    if host == "localhost" {
        return Ok(false.into());
    }
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => {
            Ok((!address.is_loopback() && !address.is_private()).into())
        }
        Ok(std::net::IpAddr::V6(address)) => {
            Ok((!address.is_loopback() && !address.is_unique_local()).into())
        }
        Err(_) => Err(format!("{host} is no address, and names are not resolved here")),
    }
}

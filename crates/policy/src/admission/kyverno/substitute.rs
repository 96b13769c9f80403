//! Variables `{{ request.object.metadata.name }}` and references `$(./../name)` of a document.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::pattern::Anchor;
use super::scope::{Scope, Unresolved};

/// A variable without another one in it: braces whose text has none, or only single pairs.
#[expect(clippy::expect_used, reason = "a constant expression")]
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\\])(\{\{((?:\{[^{}]*\}|[^{}])*)\}\})").expect("a valid expression")
});

#[expect(clippy::expect_used, reason = "a constant expression")]
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\\])(\$\(([^ ]*?)\))").expect("a valid expression"));

/// The most variables of one text, including those in variables.
const MAX_VARIABLES: usize = 1_000;

/// Whether a document has variables, references or escaped ones.
pub(super) fn has_any(document: &Value) -> bool {
    match document {
        Value::String(text) => text.contains("{{") || text.contains("$("),
        Value::Array(items) => items.iter().any(has_any),
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.contains("{{") || key.contains("$(") || has_any(value)),
        _ => false,
    }
}

/// Returns the texts of a text's variables, only the innermost ones.
pub(super) fn variables(text: &str) -> impl Iterator<Item = &str> {
    let found = text.contains("{{").then(|| VARIABLE.captures_iter(text));
    found.into_iter().flatten().filter_map(|found| {
        let inner = found.get(2)?.as_str().trim();
        Some(inner.strip_prefix('-').unwrap_or(inner).trim())
    })
}

/// Returns the document with its references and variables resolved.
pub(super) fn all(document: &Value, scope: &mut Scope<'_>) -> Result<Value, Unresolved> {
    if !has_any(document) {
        return Ok(document.clone());
    }
    let mut path = Vec::new();
    let referred = references(document, document, &mut path, &mut |bytes| scope.count(bytes))?;
    walk(&referred, scope, &mut path)
}

/// Resolves one text, as [`all`] does.
pub(super) fn text(text: &str, scope: &mut Scope<'_>) -> Result<Value, Unresolved> {
    if text.contains("{{") { of_text(text, scope, &[]) } else { Ok(text.into()) }
}

fn walk(
    document: &Value,
    scope: &mut Scope<'_>,
    path: &mut Vec<String>,
) -> Result<Value, Unresolved> {
    match document {
        Value::String(text) if text.contains("{{") => of_text(text, scope, path),
        Value::Array(items) => {
            let mut resolved = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                resolved.push(walk(item, scope, path)?);
                path.pop();
            }
            Ok(resolved.into())
        }
        Value::Object(fields) => {
            let mut resolved = Map::new();
            for (key, value) in fields {
                path.push(key.clone());
                let key = match of_key(key, scope, path)? {
                    Value::String(key) => key,
                    other => return Err(Unresolved::Other(format!("{other} is no key"))),
                };
                resolved.insert(key, walk(value, scope, path)?);
                path.pop();
            }
            Ok(resolved.into())
        }
        other => Ok(other.clone()),
    }
}

fn of_key(key: &str, scope: &mut Scope<'_>, path: &[String]) -> Result<Value, Unresolved> {
    if key.contains("{{") { of_text(key, scope, path) } else { Ok(key.into()) }
}

fn of_text(text: &str, scope: &mut Scope<'_>, path: &[String]) -> Result<Value, Unresolved> {
    let mut text = text.to_owned();
    for _ in 0..MAX_VARIABLES {
        let Some(found) = VARIABLE.captures(&text) else {
            return Ok(text.replace("\\{{", "{{").into());
        };
        let (Some(whole), Some(inner)) = (found.get(1), found.get(2)) else { break };
        let inner = inner.as_str().trim();
        let (variable, shallow) = match inner.strip_prefix('-') {
            Some(variable) => (variable.trim(), true),
            None => (inner, false),
        };
        let mut variable = variable.to_owned();
        if variable == "@" {
            variable = current_path(path);
        }
        if scope.is_deletion() {
            variable = variable.replace("request.object", "request.oldObject");
        }
        let value = scope.query(&variable).map_err(|why| match why {
            Unresolved::Other(why) => Unresolved::Other(format!("{variable}: {why}")),
            search => search,
        })?;
        if whole.as_str() == text {
            return Ok(value);
        }
        let mut value = match value {
            Value::String(value) => value,
            other => other.to_string(),
        };
        if shallow {
            value = value.replace("{{", "\\{{");
        }
        scope.count(text.len() + value.len())?;
        text.replace_range(whole.range(), &value);
    }
    Err(Unresolved::Other(format!("more than {MAX_VARIABLES} variables in a text")))
}

/// Returns the path in the object for a pattern's `{{ @ }}`.
fn current_path(path: &[String]) -> String {
    path.iter().fold("request.object".to_owned(), |so_far, name| {
        let name = Anchor::of(name).map_or(name.as_str(), |anchor| anchor.key);
        match name.parse::<usize>() {
            Ok(index) => format!("{so_far}[{index}]"),
            Err(_) => format!("{so_far}.{}", Value::from(name)),
        }
    })
}

/// Counts the bytes that a substitution makes.
type Count<'c> = &'c mut dyn FnMut(usize) -> Result<(), Unresolved>;

fn references(
    document: &Value,
    whole: &Value,
    path: &mut Vec<String>,
    count: Count<'_>,
) -> Result<Value, Unresolved> {
    match document {
        Value::String(text) if text.contains("$(") => {
            referred(text, whole, path, count).map(Value::from)
        }
        Value::Array(items) => {
            let mut resolved = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                resolved.push(references(item, whole, path, count)?);
                path.pop();
            }
            Ok(resolved.into())
        }
        Value::Object(fields) => {
            let mut resolved = Map::new();
            for (key, value) in fields {
                path.push(key.clone());
                resolved.insert(key.clone(), references(value, whole, path, count)?);
                path.pop();
            }
            Ok(resolved.into())
        }
        other => Ok(other.clone()),
    }
}

/// Replaces the references in a text by their values: `<=$(./../../requests/memory)`.
fn referred(
    text: &str,
    whole: &Value,
    path: &[String],
    count: Count<'_>,
) -> Result<String, Unresolved> {
    let mut text = text.to_owned();
    for _ in 0..MAX_VARIABLES {
        let Some(found) = REFERENCE.captures(&text) else {
            return Ok(text.replace("\\$(", "$("));
        };
        let (Some(all), Some(inner)) = (found.get(1), found.get(2)) else { break };
        let end = inner.as_str().find(|next| !"<>=!".contains(next)).unwrap_or_default();
        let (operator, to) = inner.as_str().split_at(end);
        let target = absolute(path, to);
        let value = match lead(whole, &target) {
            Some(Value::String(value)) => value.clone(),
            Some(value @ Value::Number(_)) if !operator.is_empty() => value.to_string(),
            _ => {
                let problem = format!("the reference {} leads to no text", all.as_str());
                return Err(Unresolved::Other(problem));
            }
        };
        count(text.len() + value.len())?;
        text.replace_range(all.range(), &format!("{operator}{value}"));
    }
    Err(Unresolved::Other(format!("more than {MAX_VARIABLES} references in a text")))
}

/// Removes `.` and `..` from a path; a relative one starts at the text's own place.
fn absolute(from: &[String], to: &str) -> Vec<String> {
    let mut path: Vec<String> = if to.starts_with('/') { Vec::new() } else { from.to_vec() };
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = path.pop(),
            part => path.push(part.to_owned()),
        }
    }
    path
}

/// Returns the value at a path; anchors in the document's keys do not count.
fn lead<'d>(document: &'d Value, path: &[String]) -> Option<&'d Value> {
    let bare = |key: &'d str| Anchor::of(key).map_or(key, |anchor| anchor.key);
    path.iter().try_fold(document, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        Value::Object(fields) => {
            let part = Anchor::of(part).map_or(part.as_str(), |anchor| anchor.key);
            fields.iter().find(|(key, _)| bare(key) == part).map(|(_, value)| value)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found() {
        let all: Vec<&str> =
            variables("a{{ b }}c {{- d.{e: f} }} \\{{ g }} {{ h.{{ i }} }}").collect();
        assert_eq!(all, ["b", "d.{e: f}", "i"]);
    }

    #[test]
    fn references_are_relative_to_where_they_stand() {
        let document = serde_json::json!({
            "=(a)": { "b": "1", "c": ">$(./../b)", "d": "$(/a/b)x", "e": "\\$(b)" },
        });
        let resolved = references(&document, &document, &mut Vec::new(), &mut |_| Ok(())).unwrap();
        let expected = serde_json::json!({
            "=(a)": { "b": "1", "c": ">1", "d": "1x", "e": "$(b)" },
        });
        assert_eq!(resolved, expected);
    }
    #[test]
    fn what_references_make_is_counted() {
        let document = serde_json::json!({ "a": "$(/b)".repeat(500), "b": "x".repeat(1_000) });
        let mut left = 1_000_000_usize;
        let mut count = |bytes: usize| match left.checked_sub(bytes) {
            Some(less) => {
                left = less;
                Ok(())
            }
            None => Err(Unresolved::Other("too many".to_owned())),
        };
        assert!(references(&document, &document, &mut Vec::new(), &mut count).is_err());
    }
}

//! JSON, Base64, URLs.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::value::{HOLE, MAX_WEIGHT, Unknown, format_number};
use super::super::{Reason, Value};
use super::text::MAX_TEXT;
use super::{Function, TOO_LARGE, argument, parts_of, text};
use crate::Limits;
use crate::yaml::{self, Truth};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("base64decode", base64decode),
    ("base64encode", |a| Ok(Value::text(STANDARD.encode(&*text(a, 0)?)))),
    ("csvdecode", csvdecode),
    ("jsondecode", jsondecode),
    ("urlencode", urlencode),
    ("yamldecode", yamldecode),
];

fn base64decode(arguments: &[Value]) -> Result<Value, Reason> {
    let bytes = STANDARD.decode(&*text(arguments, 0)?).map_err(|_| "not Base64")?;
    String::from_utf8(bytes).map(Value::text).map_err(|_| Reason::Invalid("not UTF-8"))
}

pub(super) fn jsonencode(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(encode_json(argument(arguments, 0)?))
}

/// A value as JSON; what is not known in it is a hole in the text.
pub(in super::super) fn encode_json(value: &Value) -> Value {
    let mut text = String::new();
    let mut unknown = Vec::new();
    write(value, &mut text, &mut unknown);
    if text.len() > MAX_TEXT {
        return Value::unknown(Reason::Limit("the length of a text"));
    }
    Value::partial_text(text, &unknown)
}

fn write(value: &Value, text: &mut String, unknown: &mut Vec<Arc<Unknown>>) {
    // A result that is too large need not be written.
    if text.len() > MAX_TEXT {
        return;
    }
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&format_number(*number)),
        Value::Text(value) => quote(value, text),
        Value::List(items) | Value::Set(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text, unknown);
            }
            text.push(']');
        }
        Value::Object(items) => {
            text.push('{');
            for (index, (key, item)) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                quote(key, text);
                text.push(':');
                write(item, text, unknown);
            }
            text.push('}');
        }
        Value::Unknown(why) => {
            match &why.text {
                Some(partial) => quote(partial, text),
                None => quote(HOLE.encode_utf8(&mut [0; 4]), text),
            }
            unknown.push(Arc::clone(why));
        }
        Value::Handle(_) => {
            quote(HOLE.encode_utf8(&mut [0; 4]), text);
            let reason = Reason::Computed;
            unknown.push(Arc::new(Unknown { reason, references: Vec::new(), text: None }));
        }
    }
}

/// A text as Go's `encoding/json` writes it, safe within HTML.
fn quote(value: &str, text: &mut String) {
    for letter in serde_json::Value::from(value).to_string().chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => text.push(letter),
        }
    }
}

fn jsondecode(arguments: &[Value]) -> Result<Value, Reason> {
    let text = text(arguments, 0)?;
    // Each value but the outermost follows one of these or a key, so a document that would be too
    // large is not read into memory first.
    let pieces = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if pieces > MAX_WEIGHT {
        return Err(TOO_LARGE);
    }
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| refused_json(&error))?;
    whole_value(from_json(&document))
}

/// [`serde_json`] reads 128 levels, and reports deeper ones only as text.
fn refused_json(error: &serde_json::Error) -> Reason {
    match error.to_string().starts_with("recursion limit exceeded") {
        true => Reason::Limit("nested values"),
        false => Reason::Invalid("not JSON"),
    }
}

/// What a document holds is known, all of it but what is larger than a value may be.
fn whole_value(value: Value) -> Result<Value, Reason> {
    if value.holds_unknown() { Err(TOO_LARGE) } else { Ok(value) }
}

/// A JSON document as a value; [`serde_json`] bounds its nesting.
pub(crate) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or(0.0)),
        serde_json::Value::String(text) => Value::text(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(from_json).collect()),
        serde_json::Value::Object(items) => Value::object(
            items.iter().map(|(key, item)| (Arc::from(key.as_str()), from_json(item))).collect(),
        ),
    }
}

fn yamldecode(arguments: &[Value]) -> Result<Value, Reason> {
    let mut stream =
        yaml::parse_with(text(arguments, 0)?.as_bytes(), &Limits::default(), Truth::Yaml11);
    if stream.errors.iter().any(|error| error.kind.is_limit()) {
        return Err(TOO_LARGE);
    }
    match (stream.documents.pop(), stream.documents.len(), stream.errors.len()) {
        (Some(document), 0, 0) => whole_value(from_yaml(&document.root)),
        (None, _, 0) => Ok(Value::Null),
        _ => Err("not one YAML document".into()),
    }
}

/// A YAML document as a value; the reader bounds its nesting.
fn from_yaml(node: &yaml::Node) -> Value {
    match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(value) => Value::Bool(*value),
        yaml::Value::Int(value) => value.to_string().parse().map_or(Value::Null, Value::Number),
        yaml::Value::Float(value) => Value::Number(*value),
        yaml::Value::String(text) => Value::text(&**text),
        yaml::Value::List(items) => Value::list(items.iter().map(from_yaml).collect()),
        yaml::Value::Map(map) => Value::object(
            map.entries
                .iter()
                .map(|entry| (Arc::from(&*entry.key), from_yaml(&entry.value)))
                .collect(),
        ),
    }
}

/// RFC 4180, with the names of the columns in the first row.
fn csvdecode(arguments: &[Value]) -> Result<Value, Reason> {
    let text = parts_of(arguments, 0)?;
    let mut rows = csv_rows(&text)?.into_iter();
    let names: Vec<Arc<str>> = rows.next().unwrap_or_default().into_iter().map(Arc::from).collect();
    let objects = rows.map(|row| {
        if row.len() != names.len() {
            return Err(Reason::Invalid("a row with another number of fields"));
        }
        let fields = names.iter().map(Arc::clone).zip(row.into_iter().map(Value::text));
        Ok(Value::object(fields.collect()))
    });
    Ok(Value::list(objects.collect::<Result<_, _>>()?))
}

fn csv_rows(text: &str) -> Result<Vec<Vec<String>>, &'static str> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                if !row.is_empty() || !field.is_empty() {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
            }
            other => field.push(other),
        }
    }
    if quoted {
        return Err("a quote without an end");
    }
    if !row.is_empty() || !field.is_empty() {
        row.push(field);
        rows.push(row);
    }
    Ok(rows)
}

fn urlencode(arguments: &[Value]) -> Result<Value, Reason> {
    let mut encoded = String::new();
    for byte in text(arguments, 0)?.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::text(encoded))
}

//! JSON, Base64, URLs.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::Value;
use super::super::value::{HOLE, Unknown, format_number};
use super::{Function, argument, text};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("base64decode", base64decode),
    ("base64encode", |a| Ok(Value::text(STANDARD.encode(&*text(a, 0)?)))),
    ("jsondecode", jsondecode),
    ("urlencode", urlencode),
];

fn base64decode(arguments: &[Value]) -> Result<Value, &'static str> {
    let bytes = STANDARD.decode(&*text(arguments, 0)?).map_err(|_| "not Base64")?;
    String::from_utf8(bytes).map(Value::text).map_err(|_| "not UTF-8")
}

pub(super) fn jsonencode(arguments: &[Value]) -> Result<Value, &'static str> {
    Ok(encode_json(argument(arguments, 0)?))
}

/// A value as JSON; what is not known in it is a hole in the text.
pub(in super::super) fn encode_json(value: &Value) -> Value {
    let mut text = String::new();
    let mut unknown = Vec::new();
    write(value, &mut text, &mut unknown);
    Value::partial_text(text, &unknown)
}

fn write(value: &Value, text: &mut String, unknown: &mut Vec<Arc<Unknown>>) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&format_number(*number)),
        Value::Text(value) => quote(value, text),
        Value::List(items) => {
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
            let reason = super::super::Reason::Computed;
            unknown.push(Arc::new(Unknown { reason, references: Vec::new(), text: None }));
        }
    }
}

fn quote(value: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(value).to_string());
}

fn jsondecode(arguments: &[Value]) -> Result<Value, &'static str> {
    let document: serde_json::Value =
        serde_json::from_str(&text(arguments, 0)?).map_err(|_| "not JSON")?;
    Ok(from_json(&document))
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

fn urlencode(arguments: &[Value]) -> Result<Value, &'static str> {
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

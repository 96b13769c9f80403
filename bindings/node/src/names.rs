//! Names as JavaScript writes them.

use serde::Serialize;
use serde_json::{Map, Value};

/// Values under these names are foreign documents, and stay as they are.
const FOREIGN: [&str; 4] = ["payload", "config", "extensions", "response"];

/// A value as JSON, its names in camel case.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    // Keys are texts and numbers are finite, so such values can always be written.
    let value = serde_json::to_value(value).unwrap_or_default();
    renamed(value).to_string()
}

fn renamed(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(values) => values.into_iter().map(renamed).collect(),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let value = if FOREIGN.contains(&name.as_str()) { value } else { renamed(value) };
    (camel(&name), value)
}

/// `predicate_type` is `predicateType`.
pub(crate) fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

//! `yaml.*`. Documents are read as OPA reads them, with `0644` as a number and `yes` as a text. The
//! output is block YAML, with quotes around texts that could be read as something else. OPA may
//! quote in other cases.

use std::fmt::Write as _;

use regorus::Value;
use serde_json::Value as Json;

use super::{or_undefined, text};
use crate::admission::documents;
use crate::rego::program::json;

/// The largest depth of a written document; no document that is read is deeper.
const MAX_DEPTH: usize = 64;

/// `yaml.is_valid(text)`.
pub(super) fn is_valid(arguments: &[Value]) -> Value {
    match arguments {
        [value] => Value::from(text(value).is_some_and(|text| read(text).is_some())),
        _ => Value::Undefined,
    }
}

/// `yaml.unmarshal(text)`.
pub(super) fn unmarshal(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        Some(Value::from(read(text(value)?)?))
    })())
}

/// `yaml.marshal(value)`.
pub(super) fn marshal(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        let mut out = String::new();
        match json(value) {
            Json::Object(fields) if !fields.is_empty() => write_fields(&fields, 0, &mut out)?,
            Json::Array(items) if !items.is_empty() => write_items(&items, 0, &mut out)?,
            scalar => {
                out.push_str(&flat(&scalar));
                out.push('\n');
            }
        }
        Some(Value::from(out))
    })())
}

/// Reads the first document of a text; an empty one is null.
fn read(text: &str) -> Option<Json> {
    let documents = documents::yaml_with_words(text).ok()?;
    Some(documents.into_iter().next().unwrap_or(Json::Null))
}

type Fields = serde_json::Map<String, Json>;

fn write_fields(fields: &Fields, depth: usize, out: &mut String) -> Option<()> {
    for (index, (name, value)) in fields.iter().enumerate() {
        // The first field may follow the dash of a list.
        if index > 0 || out.is_empty() || out.ends_with('\n') {
            indent(depth, out);
        }
        out.push_str(&quoted(name));
        out.push(':');
        write_below(value, depth, true, out)?;
    }
    Some(())
}

fn write_items(items: &[Json], depth: usize, out: &mut String) -> Option<()> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 || out.is_empty() || out.ends_with('\n') {
            indent(depth, out);
        }
        out.push('-');
        write_below(item, depth, false, out)?;
    }
    Some(())
}

/// Writes the value after a name or a dash.
fn write_below(value: &Json, depth: usize, of_field: bool, out: &mut String) -> Option<()> {
    if depth >= MAX_DEPTH {
        return None;
    }
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            out.push(if of_field { '\n' } else { ' ' });
            write_fields(fields, depth + 1, out)
        }
        Json::Array(items) if !items.is_empty() => {
            out.push(if of_field { '\n' } else { ' ' });
            write_items(items, depth + 1, out)
        }
        scalar => writeln!(out, " {}", flat(scalar)).ok(),
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn flat(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Writes a text plainly where it can only be read as text, else in quotes.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let may_be_plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(is_plain);
    match may_be_plain && documents::yaml(text).is_ok_and(|read| read == [Json::from(text)]) {
        true => text.to_owned(),
        false => Json::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_as_opa_reads_them() {
        let told = |text: &str| unmarshal(&[text.into()]).to_string();
        assert_eq!(told("a: yes\nb: [0644, true]\n"), r#"{"a":"yes","b":[420,true]}"#);
        assert_eq!(unmarshal(&["a: [".into()]), Value::Undefined);
        assert_eq!(is_valid(&["a: 1".into()]), Value::from(true));
        assert_eq!(is_valid(&["a: [".into()]), Value::from(false));
        assert_eq!(is_valid(&[Value::Null]), Value::from(false));
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let document = r#"{"list": [{"a": 1, "b": ["x", []]}, [1, [2, {"y": null}]], "yes", "0x1", "a: b"],
            "empty": {}, "text": "two\nlines", "on": false, "1.5": "1.5", "plain": "a/b-c.d"}"#;
        let value = [Value::from_json_str(document).unwrap()];
        let written = [marshal(&value)];
        assert_eq!(unmarshal(&written), value[0], "{written:?}");
        let small = Value::from_json_str(r#"{"b": [{"x": 1, "y": "no"}], "a": "v"}"#).unwrap();
        assert_eq!(text(&marshal(&[small])), Some("a: v\nb:\n  - x: 1\n    \"y\": \"no\"\n"));
        assert_eq!(text(&marshal(&["a".into()])), Some("a\n"));
    }
}

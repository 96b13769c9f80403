//! JSON as Go programs write it, so that documents are identical to cosign's byte by byte.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Number, Value};

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `encoding/json`: without spaces, and with `<`, `>`, `&` and the line separators of
    /// JavaScript escaped.
    Compact,
    /// `protojson`, as cosign's build writes it: a space after each comma.
    Spaced,
}

/// A document whose members keep their order.
#[derive(Clone, Debug)]
pub(crate) enum Node<'a> {
    Null,
    Number(String),
    Bool(bool),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// A text.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// An object; members that are `None` are left out.
    pub(crate) fn object<const N: usize>(members: [(&'static str, Option<Node<'a>>); N]) -> Self {
        let members = members.into_iter();
        Self::Object(
            members.filter_map(|(name, value)| Some((Cow::Borrowed(name), value?))).collect(),
        )
    }

    /// An object of texts, ordered by name.
    pub(crate) fn texts(texts: &'a BTreeMap<String, String>) -> Self {
        let texts = texts.iter();
        Self::Object(texts.map(|(name, text)| (name.into(), Self::text(text))).collect())
    }

    /// A value, with the members of its objects ordered by name.
    pub(crate) fn value(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Bool(*is),
            Value::Number(number) => Self::Number(digits(number)),
            Value::String(text) => Self::text(text),
            Value::Array(list) => Self::List(list.iter().map(Self::value).collect()),
            Value::Object(members) => {
                let sorted: BTreeMap<&String, &Value> = members.iter().collect();
                let members = sorted.into_iter();
                Self::Object(
                    members.map(|(name, value)| (name.into(), Self::value(value))).collect(),
                )
            }
        }
    }

    /// The text as Go's `encoding/json` writes it.
    pub(crate) fn compact(&self) -> String {
        let mut out = String::new();
        self.write(Style::Compact, &mut out);
        out
    }

    /// The text as cosign's build of `protojson` writes it.
    pub(crate) fn spaced(&self) -> String {
        let mut out = String::new();
        self.write(Style::Spaced, &mut out);
        out
    }

    fn write(&self, style: Style, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(digits),
            Self::Text(text) => write_text(text, style, out),
            Self::List(list) => {
                out.push('[');
                for (index, one) in list.iter().enumerate() {
                    separate(index, style, out);
                    one.write(style, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    separate(index, style, out);
                    write_text(name, style, out);
                    out.push(':');
                    value.write(style, out);
                }
                out.push('}');
            }
        }
    }
}

fn separate(index: usize, style: Style, out: &mut String) {
    if index > 0 {
        out.push_str(if style == Style::Spaced { ", " } else { "," });
    }
}

fn write_text(text: &str, style: Style, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if style == Style::Compact => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// A number: integers unchanged, others as ECMAScript writes them (ECMA-262 6.1.6.1.20), which is
/// what `protojson` does.
fn digits(number: &Number) -> String {
    let float = match number.as_f64() {
        Some(float) if number.is_f64() => float,
        _ => return number.to_string(),
    };
    let size = float.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_two_styles_differ_in_spaces_and_escapes() {
        let value = json!({ "b": [1, "<&>\u{2028}\u{1}\u{7f}\n"], "a": { "x": null, "y": true } });
        let node = Node::value(&value);
        assert_eq!(
            node.compact(),
            "{\"a\":{\"x\":null,\"y\":true},\
             \"b\":[1,\"\\u003c\\u0026\\u003e\\u2028\\u0001\u{7f}\\n\"]}"
        );
        assert_eq!(
            node.spaced(),
            "{\"a\":{\"x\":null, \"y\":true}, \"b\":[1, \"<&>\u{2028}\\u0001\u{7f}\\n\"]}"
        );
    }

    #[test]
    fn numbers_are_those_of_ecmascript() {
        for (value, text) in [
            (json!(1.0), "1"),
            (json!(0.5), "0.5"),
            (json!(1e21), "1e+21"),
            (json!(1.5e-7), "1.5e-7"),
            (json!(-9.8), "-9.8"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            assert_eq!(Node::value(&value).spaced(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(texts in proptest::collection::btree_map(".*", ".*", 0..5)) {
            let node = Node::texts(&texts);
            let expected = serde_json::to_value(&texts).unwrap();
            for text in [node.compact(), node.spaced()] {
                prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), &expected);
            }
        }
    }
}

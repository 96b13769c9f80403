//! `urlquery.*`, with the escaping of Go's `net/url`.

use std::collections::BTreeMap;

use regorus::Value;

use super::{or_undefined, text};

/// `urlquery.encode(text)`.
pub(super) fn encode(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        Some(Value::from(escaped(text(value)?)))
    })())
}

/// `urlquery.decode(text)`.
pub(super) fn decode(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        Some(Value::from(unescaped(text(value)?)?))
    })())
}

/// `urlquery.encode_object(object)`: the fields by name; a list repeats its field.
pub(super) fn encode_object(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [Value::Object(fields)] = arguments else { return None };
        let mut pairs = Vec::new();
        for (name, value) in fields.iter_sorted() {
            let name = escaped(text(name)?);
            let values: Vec<&str> = match value {
                Value::String(text) => vec![text],
                Value::Array(all) => all.iter().map(text).collect::<Option<_>>()?,
                Value::Set(all) => all.iter().map(text).collect::<Option<_>>()?,
                _ => return None,
            };
            pairs.extend(values.into_iter().map(|value| format!("{name}={}", escaped(value))));
        }
        Some(Value::from(pairs.join("&")))
    })())
}

/// `urlquery.decode_object(text)`: an object of lists.
pub(super) fn decode_object(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value] = arguments else { return None };
        let mut fields: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
        for pair in text(value)?.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if pair.contains(';') {
                return None;
            }
            let name = Value::from(unescaped(name)?);
            fields.entry(name).or_default().push(Value::from(unescaped(value)?));
        }
        let fields = fields.into_iter().map(|(name, all)| (name, Value::from(all)));
        Some(Value::from(fields.collect::<BTreeMap<_, _>>()))
    })())
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// Returns none where an escape is invalid, or the bytes are not text.
fn unescaped(value: &str) -> Option<String> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_escaped_as_in_go() {
        assert_eq!(encode(&["a b/ü&=~*".into()]), Value::from("a+b%2F%C3%BC%26%3D~%2A"));
        assert_eq!(decode(&["a+b%2f%C3%BC".into()]), Value::from("a b/ü"));
        for bad in ["%", "%2", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(&[bad.into()]), Value::Undefined, "{bad}");
        }
        let object = Value::from_json_str(r#"{"b": ["x", "y z"], "a": "1"}"#).unwrap();
        assert_eq!(encode_object(&[object]), Value::from("a=1&b=x&b=y+z"));
        let decoded = decode_object(&["a=1&b=x&b=y+z&c".into()]).to_string();
        assert_eq!(decoded, r#"{"a":["1"],"b":["x","y z"],"c":[""]}"#);
    }
}

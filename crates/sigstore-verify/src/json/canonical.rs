use super::{Number, Value};

/// Largest integer that a double holds exactly with all its neighbours: 2^53 - 1.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// Writes a value in the canonical form of RFC 8785: no white space, members ordered by the
/// UTF-16 code units of their keys (section 3.2.3), strings escaped as little as JSON allows
/// (section 3.2.2.2).
///
/// None if a number is not an integer of at most 53 bits: section 3.2.2.3 writes doubles, and no
/// hashed document has a fraction.
pub(crate) fn canonical(value: &Value<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Some(out)
}

fn write(value: &Value<'_>, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(*number, out)?,
        Value::String(text) => write_string(text, out),
        Value::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                separate(index, out);
                write(element, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut ordered: Vec<_> = members.iter().collect();
            ordered.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (index, (key, member)) in ordered.into_iter().enumerate() {
                separate(index, out);
                write_string(key, out);
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
    }
    Some(())
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

fn write_number(number: Number, out: &mut Vec<u8>) -> Option<()> {
    match number {
        Number::Unsigned(value) if value <= MAX_EXACT => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
        Number::Negative(value) if value.unsigned_abs() <= MAX_EXACT => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
        _ => return None,
    }
    Some(())
}

/// RFC 8785 section 3.2.2.2: the two-character escapes if there is one, `\u00xx` in lower
/// case for the other control characters, everything else as it is.
fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0a => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            0x0d => out.extend_from_slice(b"\\r"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::super::parse;
    use super::*;

    fn rewrite(text: &str) -> Option<String> {
        let value = parse(text.as_bytes(), 8).unwrap();
        canonical(&value).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn members_are_ordered_by_utf16() {
        // The example of RFC 8785 section 3.2.3: U+1F600 is D83D DE00, before U+FB33.
        let text = "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f600}\":5,\"\u{80}\":6,\"\u{f6}\":7}";
        let ordered = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(rewrite(text).unwrap(), ordered);
        assert_eq!(
            rewrite(r#"{ "b" : [ true , null ] , "a" : {} }"#).unwrap(),
            r#"{"a":{},"b":[true,null]}"#
        );
    }

    #[test]
    fn strings_are_escaped_as_little_as_possible() {
        assert_eq!(
            rewrite(r#""\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"\/\u007f\u2028""#).unwrap(),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\u{2028}\""
        );
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        assert_eq!(
            rewrite("[9007199254740991,-9007199254740991,0]").unwrap(),
            "[9007199254740991,-9007199254740991,0]"
        );
        for text in ["9007199254740992", "-9007199254740992", "1.5", "1.0", "1e2", "-0"] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }

    fn values() -> impl Strategy<Value = Value<'static>> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0..=MAX_EXACT).prop_map(|number| Value::Number(Number::Unsigned(number))),
            (-9_007_199_254_740_991_i64..0)
                .prop_map(|number| Value::Number(Number::Negative(number))),
            any::<String>().prop_map(|text| Value::String(Cow::Owned(text))),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::hash_map(any::<String>(), inner, 0..6).prop_map(|members| {
                    Value::Object(
                        members.into_iter().map(|(key, value)| (Cow::Owned(key), value)).collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_form_is_read_back_and_stays(value in values()) {
            let bytes = canonical(&value).unwrap();
            let read = parse(&bytes, 8).unwrap();
            prop_assert_eq!(canonical(&read).unwrap(), bytes.clone());
            // serde_json reads the same content.
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
    }
}

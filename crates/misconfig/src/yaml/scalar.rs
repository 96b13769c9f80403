//! The value of a plain scalar: YAML 1.2.2, 10.3.2 (core schema), with the notations of Go's
//! `yaml.v3`, which reads Kubernetes and compose files.

use std::rc::Rc;

use super::Value;

/// A scalar that is neither quoted nor tagged.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(Rc::from(text))),
    }
}

/// A condition as only YAML 1.1 writes it.
pub(super) fn condition_of_1_1(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A scalar with a tag of the core schema, `str`, `int`; one that its text does not fit stays a
/// string.
pub(super) fn tagged(kind: &str, text: &str) -> Value {
    let value = plain(text);
    let fits = match kind {
        "null" => matches!(value, Value::Null),
        "bool" => matches!(value, Value::Bool(_)),
        "int" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Int(_) | Value::Float(_)),
        _ => false,
    };
    if fits { value } else { Value::String(Rc::from(text)) }
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    match digits {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => {
            return Some(Value::Float(f64::NEG_INFINITY));
        }
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if let Some((radix, rest)) = radix(digits) {
        // A sign after the prefix is none of ours, though `from_str_radix` takes one.
        let number =
            i64::from_str_radix(rest, radix).ok().filter(|_| !rest.starts_with(['+', '-']))?;
        return Some(Value::Int(if text.starts_with('-') { -number } else { number }));
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse()
    {
        return Some(Value::Int(number));
    }
    let floats =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if digits.bytes().all(floats) { text.parse().ok().map(Value::Float) } else { None }
}

fn radix(digits: &str) -> Option<(u32, &str)> {
    [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((radix, digits.strip_prefix(prefix)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_types_of_the_core_schema() {
        for (text, shown) in [
            ("", "Null"),
            ("NULL", "Null"),
            ("True", "Bool(true)"),
            ("yes", "String(\"yes\")"),
            ("-12", "Int(-12)"),
            ("007", "Int(7)"),
            ("0o17", "Int(15)"),
            ("0x1F", "Int(31)"),
            ("0x-1", "String(\"0x-1\")"),
            ("1.5", "Float(1.5)"),
            ("1e3", "Float(1000.0)"),
            ("-.inf", "Float(-inf)"),
            ("99999999999999999999", "Float(1e20)"),
            ("1.2.3", "String(\"1.2.3\")"),
            ("100m", "String(\"100m\")"),
            (".", "String(\".\")"),
            ("2001-01-01", "String(\"2001-01-01\")"),
        ] {
            assert_eq!(format!("{:?}", plain(text)), shown, "{text}");
        }
    }

    #[test]
    fn a_tag_decides_where_the_text_fits() {
        assert!(matches!(tagged("str", "1"), Value::String(_)));
        assert!(matches!(tagged("int", "1"), Value::Int(1)));
        assert!(matches!(tagged("int", "x"), Value::String(_)));
        assert!(matches!(tagged("binary", "eA=="), Value::String(_)));
    }
}

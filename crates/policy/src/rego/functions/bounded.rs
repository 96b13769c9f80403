//! Functions of the interpreter whose results would have no bound.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use regorus::Value;

use super::{allowance, or_undefined, text};

/// The most items of an array.
const MAX_ITEMS: usize = 1_000_000;
/// The most addresses of a range.
const MAX_ADDRESSES: u128 = 1 << 16;
/// The most bytes of a text.
const MAX_BYTES: usize = 16 << 20;
/// The most bits by which a number is shifted.
const MAX_SHIFT: u32 = 62;

/// `array.concat(a, b)`.
pub(super) fn array_concat(arguments: &[Value]) -> Value {
    match arguments {
        [Value::Array(first), Value::Array(second)]
            if first.len().saturating_add(second.len()) <= MAX_ITEMS =>
        {
            Value::from(first.iter().chain(second.iter()).cloned().collect::<Vec<_>>())
        }
        _ => Value::Undefined,
    }
}

/// `array.flatten(array)`: the items of the arrays in it beside its other items.
pub(super) fn array_flatten(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [Value::Array(all)] = arguments else { return None };
        let mut items = Vec::new();
        for item in all.iter() {
            match item {
                Value::Array(own) => items.extend(own.iter().cloned()),
                other => items.push(other.clone()),
            }
            if items.len() > MAX_ITEMS {
                return None;
            }
        }
        Some(Value::from(items))
    })())
}

/// `bits.lsh(number, bits)`.
pub(super) fn shift_left(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [number, bits] = arguments else { return None };
        let bits = bits.as_u32().ok().filter(|bits| *bits <= MAX_SHIFT)?;
        let shifted = i128::from(number.as_i64().ok()?).checked_shl(bits)?;
        Some(Value::from(shifted))
    })())
}

/// `concat(delimiter, texts)`.
pub(super) fn concat(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [delimiter, texts] = arguments else { return None };
        let delimiter = text(delimiter)?;
        let texts: Vec<&str> = match texts {
            Value::Array(all) => all.iter().map(text).collect::<Option<_>>()?,
            Value::Set(all) => all.iter().map(text).collect::<Option<_>>()?,
            _ => return None,
        };
        let bytes = texts.iter().map(|text| text.len().saturating_add(delimiter.len()));
        let fits = bytes.fold(0, usize::saturating_add) <= MAX_BYTES;
        fits.then(|| Value::from(texts.join(delimiter)))
    })())
}

/// `replace(value, old, new)`.
pub(super) fn replace(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [value, old, new] = arguments else { return None };
        let (value, old, new) = (text(value)?, text(old)?, text(new)?);
        let longer = value.matches(old).count().saturating_mul(new.len());
        if longer > allowance::left() {
            allowance::take(longer)?;
        }
        Some(Value::from(value.replace(old, new)))
    })())
}

/// `strings.replace_n(patterns, value)`: each match is replaced, and replacements are not searched
/// again; where several patterns match, the first by name counts.
pub(super) fn replace_n(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [Value::Object(patterns), value] = arguments else { return None };
        let patterns: Vec<(&str, &str)> = patterns
            .iter_sorted()
            .map(|(old, new)| Some((text(old)?, text(new)?)))
            .collect::<Option<_>>()?;
        let mut rest = text(value)?;
        let mut out = String::with_capacity(rest.len());
        while let Some(first) = rest.chars().next() {
            let found = patterns.iter().find_map(|(old, new)| {
                Some((new, rest.strip_prefix(old).filter(|_| !old.is_empty())?))
            });
            match found {
                Some((new, tail)) => {
                    out.push_str(new);
                    rest = tail;
                }
                None => {
                    out.push(first);
                    rest = rest.get(first.len_utf8()..)?;
                }
            }
            if out.len() > MAX_BYTES {
                return None;
            }
        }
        Some(Value::from(out))
    })())
}

/// `net.cidr_expand(range)`: the set of its addresses.
pub(super) fn cidr_expand(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [range] = arguments else { return None };
        let (address, length) = text(range)?.split_once('/')?;
        let (bits, address, is_v6): (u32, u128, bool) = match address.parse().ok()? {
            IpAddr::V4(address) => (32, address.to_bits().into(), false),
            IpAddr::V6(address) => (128, address.to_bits(), true),
        };
        let host = bits.checked_sub(length.parse().ok()?)?;
        let count = 1_u128.checked_shl(host).filter(|count| *count <= MAX_ADDRESSES)?;
        let first = address & !(count - 1);
        let addresses = (first..=first | (count - 1)).map(|address| {
            let written = match (is_v6, u32::try_from(address)) {
                (false, Ok(address)) => Ipv4Addr::from_bits(address).to_string(),
                _ => Ipv6Addr::from_bits(address).to_string(),
            };
            Value::from(written)
        });
        Some(Value::from(addresses.collect::<BTreeSet<_>>()))
    })())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_made_within_bounds() {
        let expand = |range: &str| cidr_expand(&[range.into()]).to_string();
        assert_eq!(expand("10.0.0.5/30"), r#"["10.0.0.4","10.0.0.5","10.0.0.6","10.0.0.7"]"#);
        assert_eq!(expand("fe80::1/128"), r#"["fe80::1"]"#);
        assert_eq!(cidr_expand(&["0.0.0.0/0".into()]), Value::Undefined);
        assert_eq!(cidr_expand(&["::/0".into()]), Value::Undefined);
        assert_eq!(shift_left(&[1.into(), 4.into()]), Value::from(16));
        assert_eq!(shift_left(&[1.into(), 1_000_000_000.into()]), Value::Undefined);
        let patterns = Value::from_json_str(r#"{"a": "b", "b": "c"}"#).unwrap();
        assert_eq!(replace_n(&[patterns, "ab-é".into()]), Value::from("bc-é"));
        let texts = Value::from(vec![Value::from("x"), Value::from("y")]);
        assert_eq!(concat(&[", ".into(), texts.clone()]), Value::from("x, y"));
        let long = Value::from("x".repeat(MAX_BYTES));
        assert_eq!(concat(&[long, texts.clone()]), Value::Undefined);
        let nested = Value::from_json_str(r#"[1, [2, [3]], "a"]"#).unwrap();
        assert_eq!(array_flatten(&[nested]).to_string(), r#"[1,2,[3],"a"]"#);
        assert_eq!(array_concat(&[texts.clone(), texts]).to_string(), r#"["x","y","x","y"]"#);
    }
}

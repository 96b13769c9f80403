//! Values as text: `'%s'.format([..])`, `strings.quote` (cel-go, strings).

use std::fmt::Write as _;

use super::convert::{text_of, text_of_double};
use crate::admission::cel::compare::to_double;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Key, List, Opaque, Value};

/// The most digits after the point.
const MAX_PRECISION: usize = 1000;

/// Fills in the verbs of a format: `%s`, `%d`, `%f`, `%e`, `%b`, `%o`, `%x`, `%X`, `%%`.
pub(super) fn format<'a>(run: &mut Run<'a>, form: &str, values: &List<'a>) -> Result<Value<'a>> {
    run.spend_bytes(form.len())?;
    let mut made = String::new();
    let mut rest = form;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            made.push('%');
            rest = after;
            continue;
        }
        let (precision, after) = precision(after)?;
        let clause = after.chars().next().ok_or_else(|| Error::invalid("a clause does not end"))?;
        rest = after.get(clause.len_utf8()..).unwrap_or_default();
        let value = values
            .get(next)
            .ok_or(Error::IndexOutOfBounds(i64::try_from(next).unwrap_or(i64::MAX)))?;
        next += 1;
        let start = made.len();
        fill(run, &mut made, clause, precision, &value)?;
        run.spend_bytes(made.len() - start)?;
    }
    made.push_str(rest);
    Ok(Value::text(made))
}

/// Reads the `.2` of `%.2f`.
fn precision(form: &str) -> Result<(Option<usize>, &str)> {
    let Some(form) = form.strip_prefix('.') else { return Ok((None, form)) };
    let digits = form.find(|c: char| !c.is_ascii_digit()).unwrap_or(form.len());
    let (number, rest) = form.split_at_checked(digits).unwrap_or((form, ""));
    match number.parse() {
        Ok(precision) if precision <= MAX_PRECISION => Ok((Some(precision), rest)),
        _ => Err(Error::invalid(format!("{number:?} is no precision up to {MAX_PRECISION}"))),
    }
}

fn fill(
    run: &mut Run<'_>,
    made: &mut String,
    clause: char,
    precision: Option<usize>,
    value: &Value<'_>,
) -> Result<()> {
    let precision = precision.unwrap_or(6);
    let wrong = || Error::overload(&format!("%{clause}"), &[value]);
    let written = match (clause, value) {
        ('s', value) => return render(run, made, value, 0),
        ('d', Value::Int(value)) => write!(made, "{value}"),
        ('d', Value::Uint(value)) => write!(made, "{value}"),
        ('d' | 'f' | 'e', Value::Double(value)) if !value.is_finite() => {
            made.push_str(unbounded(*value));
            Ok(())
        }
        ('f', value) => write!(made, "{:.precision$}", double(value).ok_or_else(wrong)?),
        ('e', value) => {
            let number = format!("{:.precision$e}", double(value).ok_or_else(wrong)?);
            let (digits, exponent) = number.split_once('e').unwrap_or((&number, "0"));
            let sign = if exponent.starts_with('-') { '-' } else { '+' };
            write!(made, "{digits}e{sign}{:0>2}", exponent.trim_start_matches('-'))
        }
        ('b', Value::Bool(value)) => write!(made, "{}", u8::from(*value)),
        ('b' | 'o' | 'x' | 'X', Value::Int(value)) => {
            made.push_str(if *value < 0 { "-" } else { "" });
            in_base(made, clause, value.unsigned_abs())
        }
        ('b' | 'o' | 'x' | 'X', Value::Uint(value)) => in_base(made, clause, *value),
        ('x' | 'X', Value::String(text)) => in_hex(made, clause, text.as_bytes()),
        ('x' | 'X', Value::Bytes(bytes)) => in_hex(made, clause, bytes),
        _ => return Err(wrong()),
    };
    written.map_err(|_| wrong())
}

fn in_base(made: &mut String, clause: char, value: u64) -> std::fmt::Result {
    match clause {
        'b' => write!(made, "{value:b}"),
        'o' => write!(made, "{value:o}"),
        'x' => write!(made, "{value:x}"),
        _ => write!(made, "{value:X}"),
    }
}

fn in_hex(made: &mut String, clause: char, bytes: &[u8]) -> std::fmt::Result {
    bytes.iter().try_for_each(|byte| match clause {
        'x' => write!(made, "{byte:02x}"),
        _ => write!(made, "{byte:02X}"),
    })
}

fn double(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Double(value) => Some(*value),
        Value::Int(value) => Some(to_double(i128::from(*value))),
        Value::Uint(value) => Some(to_double(i128::from(*value))),
        _ => None,
    }
}

fn unbounded(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Writes any value for `%s`. Within lists and maps, a value is written as in an expression, with
/// six digits after a point; the keys of a map are sorted by their written form.
fn render(run: &mut Run<'_>, made: &mut String, value: &Value<'_>, depth: usize) -> Result<()> {
    run.spend(1)?;
    if depth > 100 {
        return Err(Error::Depth(100));
    }
    match value {
        Value::Null => made.push_str("null"),
        Value::Double(value) if depth > 0 && !value.is_finite() => {
            made.push_str(&quote(&text_of_double(*value)));
        }
        Value::Double(value) if depth > 0 => made.push_str(&format!("{value:.6}")),
        Value::Double(value) if !value.is_finite() => made.push_str(unbounded(*value)),
        Value::Double(value) => made.push_str(&text_of_double(*value)),
        Value::Type(named) => made.push_str(named.name()),
        Value::List(list) => {
            made.push('[');
            for (place, item) in list.iter().enumerate() {
                made.push_str(if place > 0 { ", " } else { "" });
                render(run, made, &item, depth + 1)?;
            }
            made.push(']');
        }
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, item) in map.iter() {
                let key = match key {
                    Key::String(text) => quote(&text),
                    other => other.to_string(),
                };
                run.spend_bytes(key.len())?;
                entries.push((key, item));
            }
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            made.push('{');
            for (place, (key, item)) in entries.iter().enumerate() {
                made.push_str(if place > 0 { ", " } else { "" });
                made.push_str(key);
                made.push(':');
                render(run, made, item, depth + 1)?;
            }
            made.push('}');
        }
        Value::Bytes(bytes) if depth > 0 => {
            run.spend_bytes(bytes.len())?;
            made.push_str(&quote_bytes(bytes));
        }
        other => {
            let text = text_of(other)?;
            run.spend_bytes(text.len())?;
            match other {
                Value::String(_) if depth > 0 => made.push_str(&quote(&text)),
                Value::Duration(_) if depth > 0 => made.push_str(&format!("duration(\"{text}\")")),
                Value::Timestamp(_) if depth > 0 => {
                    made.push_str(&format!("timestamp(\"{text}\")"));
                }
                _ => made.push_str(&text),
            }
        }
    }
    Ok(())
}

/// Writes bytes as in an expression; bytes that are not characters are written as numbers.
fn quote_bytes(bytes: &[u8]) -> String {
    let mut quoted = String::from("b\"");
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '"' | '\\' => quoted.extend(['\\', char]),
                char if char.is_control() => {
                    quoted.push_str(&format!("\\x{:02x}", u32::from(char)))
                }
                char => quoted.push(char),
            }
        }
        for byte in chunk.invalid() {
            quoted.push_str(&format!("\\x{byte:02x}"));
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a text as in an expression.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns `string(x)` of an opaque value.
pub(super) fn opaque(opaque: &Opaque) -> Option<String> {
    Some(match opaque {
        Opaque::Cidr(cidr) => cidr.to_string(),
        Opaque::Ip(ip) => ip.to_string(),
        Opaque::Url(url) => url.text.clone(),
        Opaque::Semver(version) => version.to_string(),
        _ => return None,
    })
}

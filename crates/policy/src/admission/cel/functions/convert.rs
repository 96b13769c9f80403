//! Conversions between types (cel-spec, langdef.md, List of Standard Definitions).

use std::str::FromStr;

use super::super::compare::to_i128;
use super::{Function, global, member, mismatch, time};
use crate::admission::cel::compare::to_double;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{Nanoseconds, Text, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("size", 1, size),
    member("size", 1, size),
    global("type", 1, |_, arguments| match arguments {
        [value] => Ok(Value::Type(value.type_of())),
        _ => Err(mismatch("type", arguments)),
    }),
    global("dyn", 1, |_, arguments| match arguments {
        [value] => Ok(value.clone()),
        _ => Err(mismatch("dyn", arguments)),
    }),
    global("int", 1, int),
    global("uint", 1, uint),
    global("double", 1, double),
    global("string", 1, string),
    global("bytes", 1, bytes),
    global("bool", 1, boolean),
    global("timestamp", 1, timestamp),
    global("duration", 1, duration),
];

/// Counts characters, bytes, elements or entries.
fn size<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [value] = arguments else { return Err(mismatch("size", arguments)) };
    match value {
        Value::String(text) => {
            run.spend_bytes(text.len())?;
            Ok(Value::length(text.chars().count()))
        }
        Value::Bytes(bytes) => Ok(Value::length(bytes.len())),
        Value::List(list) => Ok(Value::length(list.len())),
        Value::Map(map) => Ok(Value::length(map.len())),
        _ => Err(mismatch("size", arguments)),
    }
}

fn int<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [value] = arguments else { return Err(mismatch("int", arguments)) };
    Ok(Value::Int(match value {
        Value::Int(value) => *value,
        Value::Uint(value) => i64::try_from(*value).map_err(|_| Error::Overflow)?,
        Value::Double(value) => whole(*value)?,
        Value::String(text) => number(text, "int")?,
        Value::Timestamp(time) => time.as_second(),
        Value::Duration(length) => length.0,
        _ => return Err(mismatch("int", arguments)),
    }))
}

fn uint<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [value] = arguments else { return Err(mismatch("uint", arguments)) };
    Ok(Value::Uint(match value {
        Value::Int(value) => u64::try_from(*value).map_err(|_| Error::Overflow)?,
        Value::Uint(value) => *value,
        Value::Double(value) => whole(*value)?,
        Value::String(text) => number(text, "uint")?,
        _ => return Err(mismatch("uint", arguments)),
    }))
}

/// Returns the whole part of a number.
fn whole<T: TryFrom<i128>>(value: f64) -> Result<T> {
    to_i128(value).and_then(|whole| T::try_from(whole).ok()).ok_or(Error::Overflow)
}

fn number<T: FromStr>(text: &str, name: &str) -> Result<T> {
    text.parse().map_err(|_| Error::invalid(format!("{text:?} is no {name}")))
}

fn double<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [value] = arguments else { return Err(mismatch("double", arguments)) };
    Ok(Value::Double(match value {
        Value::Int(value) => to_double(i128::from(*value)),
        Value::Uint(value) => to_double(i128::from(*value)),
        Value::Double(value) => *value,
        Value::String(text) => number(text, "double")?,
        _ => return Err(mismatch("double", arguments)),
    }))
}

fn string<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [value] = arguments else { return Err(mismatch("string", arguments)) };
    let text = text_of(value)?;
    run.spend_bytes(text.len())?;
    Ok(Value::String(text))
}

/// Returns a value of a simple type as text.
pub(crate) fn text_of<'a>(value: &Value<'a>) -> Result<Text<'a>> {
    Ok(match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string().into(),
        Value::Int(value) => value.to_string().into(),
        Value::Uint(value) => value.to_string().into(),
        Value::Double(value) => text_of_double(*value).into(),
        Value::Bytes(bytes) => String::from_utf8(bytes.to_vec())
            .map_err(|_| Error::invalid("the bytes are not UTF-8"))?
            .into(),
        Value::Timestamp(time) => time.to_string().into(),
        Value::Duration(length) => time::text_of_duration(*length).into(),
        Value::Opaque(opaque) => {
            super::render::opaque(opaque).ok_or_else(|| Error::overload("string", &[value]))?.into()
        }
        _ => return Err(Error::overload("string", &[value])),
    })
}

/// Writes the needed digits as Go does: with an exponent below -4 or from 6, as with its
/// `FormatFloat(value, 'g', -1, 64)`.
pub(super) fn text_of_double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

fn bytes<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Bytes(bytes)] => Ok(Value::Bytes(bytes.clone())),
        [Value::String(text)] => {
            run.spend_bytes(text.len())?;
            Ok(Value::Bytes(text.as_bytes().into()))
        }
        _ => Err(mismatch("bytes", arguments)),
    }
}

fn boolean<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Bool(value)] => Ok(Value::Bool(*value)),
        [Value::String(text)] => match &**text {
            "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
            other => Err(Error::invalid(format!("{other:?} is no bool"))),
        },
        _ => Err(mismatch("bool", arguments)),
    }
}

fn timestamp<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Timestamp(time)] => Ok(Value::Timestamp(*time)),
        [Value::String(text)] => time::parse(text).map(Value::Timestamp),
        [Value::Int(seconds)] => {
            time::of_nanoseconds(i128::from(*seconds) * 1_000_000_000).map(Value::Timestamp)
        }
        _ => Err(mismatch("timestamp", arguments)),
    }
}

fn duration<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Duration(length)] => Ok(Value::Duration(*length)),
        [Value::String(text)] => time::parse_duration(text).map(Value::Duration),
        [Value::Int(nanoseconds)] => Ok(Value::Duration(Nanoseconds(*nanoseconds))),
        _ => Err(mismatch("duration", arguments)),
    }
}

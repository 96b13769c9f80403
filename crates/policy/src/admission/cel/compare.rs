//! Equality and order, also between number types (cel-spec, langdef.md, Equality and Ordering).

use std::cmp::Ordering;

use super::error::{Error, Result};
use super::evaluate::Run;
use super::value::{List, Map, Opaque, Value};

/// Whether two values are equal. Values of different types are not, except for numbers.
///
/// Each part that is compared counts as a step, as a value may contain another many times.
pub(crate) fn equal<'a>(run: &mut Run<'a>, left: &Value<'a>, right: &Value<'a>) -> Result<bool> {
    run.spend(1)?;
    Ok(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::String(left), Value::String(right)) => {
            run.spend_bytes(left.len().min(right.len()))?;
            left == right
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            run.spend_bytes(left.len().min(right.len()))?;
            left == right
        }
        (Value::List(left), Value::List(right)) => return equal_lists(run, left, right),
        (Value::Map(left), Value::Map(right)) => return equal_maps(run, left, right),
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Optional(Some(left)), Value::Optional(Some(right))) => {
            return equal(run, left, right);
        }
        (Value::Opaque(left), Value::Opaque(right)) => equal_opaque(left, right),
        _ => order(left, right).is_some_and(Ordering::is_eq),
    })
}

fn equal_lists<'a>(run: &mut Run<'a>, left: &List<'a>, right: &List<'a>) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right.iter()) {
        if !equal(run, &left, &right)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps<'a>(run: &mut Run<'a>, left: &Map<'a>, right: &Map<'a>) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (key, value) in left.iter() {
        match right.get(&key) {
            Some(other) if equal(run, &value, &other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn equal_opaque(left: &Opaque, right: &Opaque) -> bool {
    match (left, right) {
        (Opaque::Cidr(left), Opaque::Cidr(right)) => left == right,
        (Opaque::Format(left), Opaque::Format(right)) => left.name == right.name,
        (Opaque::Ip(left), Opaque::Ip(right)) => left == right,
        (Opaque::Image(left), Opaque::Image(right)) => left == right,
        (Opaque::Quantity(left), Opaque::Quantity(right)) => left == right,
        // Build metadata does not count.
        (Opaque::Semver(left), Opaque::Semver(right)) => left.order(right).is_eq(),
        (Opaque::Url(left), Opaque::Url(right)) => left == right,
        _ => false,
    }
}

/// Returns the order of two values; an error where they have none.
pub(crate) fn compare(name: &str, left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>> {
    match (left, right) {
        (Value::Double(left), _) if left.is_nan() => Ok(None),
        (_, Value::Double(right)) if right.is_nan() => Ok(None),
        _ => order(left, right).map(Some).ok_or_else(|| Error::overload(name, &[left, right])),
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Uint(left), Value::Uint(right)) => left.cmp(right),
        (Value::Double(left), Value::Double(right)) => return left.partial_cmp(right),
        (Value::Int(left), Value::Uint(right)) => i128::from(*left).cmp(&i128::from(*right)),
        (Value::Uint(left), Value::Int(right)) => i128::from(*left).cmp(&i128::from(*right)),
        (Value::Int(left), Value::Double(right)) => return with_double(i128::from(*left), *right),
        (Value::Uint(left), Value::Double(right)) => return with_double(i128::from(*left), *right),
        (Value::Double(_), Value::Int(_) | Value::Uint(_)) => {
            return order(right, left).map(Ordering::reverse);
        }
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        _ => return None,
    })
}

/// Compares exactly, also where a `double` cannot hold the whole number.
fn with_double(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    let floor = double.floor();
    Some(match to_i128(floor) {
        Some(below) => {
            whole.cmp(&below).then(if double > floor { Ordering::Less } else { Ordering::Equal })
        }
        None if double > 0.0 => Ordering::Less,
        None => Ordering::Greater,
    })
}

/// Returns a whole `double` that fits 64 bits.
pub(crate) fn whole(double: f64) -> Option<i64> {
    (double.floor().total_cmp(&double).is_eq() || double == 0.0).then_some(())?;
    i64::try_from(to_i128(double)?).ok()
}

/// Returns the whole part of a `double` below 2^100.
pub(crate) fn to_i128(double: f64) -> Option<i128> {
    let bits = double.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).ok()? - 1075;
    let mantissa = i128::from((bits & ((1 << 52) - 1)) | (1 << 52));
    let magnitude = match exponent {
        ..-52 => 0,
        -52..0 => mantissa.checked_shr(exponent.unsigned_abs())?,
        0..48 => mantissa.checked_shl(exponent.unsigned_abs())?,
        _ => return None,
    };
    Some(if double.is_sign_negative() { -magnitude } else { magnitude })
}

/// Returns the nearest `double` to a whole number.
pub(crate) fn to_double(whole: i128) -> f64 {
    // Parsing always rounds to the nearest `double`, so `as` is not needed.
    whole.to_string().parse().unwrap_or(f64::NAN)
}

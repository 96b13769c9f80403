//! Numbers (cel-go, math; Kyverno, math.round with digits).

use super::{Function, global, mismatch};
use crate::admission::cel::compare::compare;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::Value;
use std::cmp::Ordering;

pub(super) static FUNCTIONS: &[Function] = &[
    global("math.greatest", 1, |run, arguments| extreme(run, arguments, Ordering::Greater))
        .up_to(MANY),
    global("math.least", 1, |run, arguments| extreme(run, arguments, Ordering::Less)).up_to(MANY),
    global("math.ceil", 1, |_, arguments| of_double("math.ceil", arguments, f64::ceil)),
    global("math.floor", 1, |_, arguments| of_double("math.floor", arguments, f64::floor)),
    global("math.trunc", 1, |_, arguments| of_double("math.trunc", arguments, f64::trunc)),
    global("math.round", 1, round).up_to(2),
    global("math.sqrt", 1, |_, arguments| {
        let number = number(arguments).ok_or_else(|| mismatch("math.sqrt", arguments))?;
        Ok(Value::Double(number.sqrt()))
    }),
    global("math.isNaN", 1, |_, arguments| test("math.isNaN", arguments, f64::is_nan)),
    global("math.isInf", 1, |_, arguments| test("math.isInf", arguments, f64::is_infinite)),
    global("math.isFinite", 1, |_, arguments| test("math.isFinite", arguments, f64::is_finite)),
    global("math.abs", 1, |_, arguments| match arguments {
        [Value::Int(value)] => value.checked_abs().map(Value::Int).ok_or(Error::Overflow),
        [Value::Uint(value)] => Ok(Value::Uint(*value)),
        [Value::Double(value)] => Ok(Value::Double(value.abs())),
        _ => Err(mismatch("math.abs", arguments)),
    }),
    global("math.sign", 1, |_, arguments| match arguments {
        [Value::Int(value)] => Ok(Value::Int(value.signum())),
        [Value::Uint(value)] => Ok(Value::Uint(u64::from(*value > 0))),
        [Value::Double(value)] if value.is_nan() || *value == 0.0 => Ok(Value::Double(*value)),
        [Value::Double(value)] => Ok(Value::Double(value.signum())),
        _ => Err(mismatch("math.sign", arguments)),
    }),
    global("math.bitAnd", 2, |_, arguments| {
        bits("math.bitAnd", arguments, |a, b| a & b, |a, b| a & b)
    }),
    global("math.bitOr", 2, |_, arguments| {
        bits("math.bitOr", arguments, |a, b| a | b, |a, b| a | b)
    }),
    global("math.bitXor", 2, |_, arguments| {
        bits("math.bitXor", arguments, |a, b| a ^ b, |a, b| a ^ b)
    }),
    global("math.bitNot", 1, |_, arguments| match arguments {
        [Value::Int(value)] => Ok(Value::Int(!value)),
        [Value::Uint(value)] => Ok(Value::Uint(!value)),
        _ => Err(mismatch("math.bitNot", arguments)),
    }),
    global("math.bitShiftLeft", 2, |_, arguments| {
        shift("math.bitShiftLeft", arguments, |value, by| value.checked_shl(by))
    }),
    global("math.bitShiftRight", 2, |_, arguments| {
        shift("math.bitShiftRight", arguments, |value, by| value.checked_shr(by))
    }),
];

/// The most arguments; no expression has more.
const MANY: usize = 1000;

fn extreme<'a>(run: &mut Run<'a>, arguments: &[Value<'a>], wanted: Ordering) -> Result<Value<'a>> {
    let listed: Vec<Value<'a>> = match arguments {
        [Value::List(list)] => {
            run.spend(list.len())?;
            list.iter().collect()
        }
        values => values.to_vec(),
    };
    let mut numbers = listed.iter();
    let mut best = numbers.next().ok_or_else(|| Error::invalid("there are no numbers"))?;
    if !is_number(best) {
        return Err(mismatch("math.greatest", arguments));
    }
    for other in numbers {
        if !is_number(other) {
            return Err(mismatch("math.greatest", arguments));
        }
        if compare("math.greatest", other, best)? == Some(wanted) {
            best = other;
        }
    }
    Ok(best.clone())
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(_) | Value::Uint(_) | Value::Double(_))
}

fn number(arguments: &[Value<'_>]) -> Option<f64> {
    use crate::admission::cel::compare::to_double;
    match arguments {
        [Value::Double(value), ..] => Some(*value),
        [Value::Int(value), ..] => Some(to_double(i128::from(*value))),
        [Value::Uint(value), ..] => Some(to_double(i128::from(*value))),
        _ => None,
    }
}

fn of_double<'a>(name: &str, arguments: &[Value<'a>], make: fn(f64) -> f64) -> Result<Value<'a>> {
    match arguments {
        [Value::Double(value)] => Ok(Value::Double(make(*value))),
        _ => Err(mismatch(name, arguments)),
    }
}

fn test<'a>(name: &str, arguments: &[Value<'a>], test: fn(f64) -> bool) -> Result<Value<'a>> {
    match arguments {
        [Value::Double(value)] => Ok(Value::Bool(test(*value))),
        _ => Err(mismatch(name, arguments)),
    }
}

/// Rounds half away from zero; a second number gives the digits after the point.
fn round<'a>(_: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    match arguments {
        [Value::Double(value)] => Ok(Value::Double(value.round())),
        [Value::Double(value), Value::Int(digits)] => {
            let digits = i32::try_from(*digits).map_err(|_| Error::Overflow)?;
            let scale = 10_f64.powi(digits);
            Ok(Value::Double((value * scale).round() / scale))
        }
        _ => Err(mismatch("math.round", arguments)),
    }
}

fn bits<'a>(
    name: &str,
    arguments: &[Value<'a>],
    ints: fn(i64, i64) -> i64,
    uints: fn(u64, u64) -> u64,
) -> Result<Value<'a>> {
    match arguments {
        [Value::Int(left), Value::Int(right)] => Ok(Value::Int(ints(*left, *right))),
        [Value::Uint(left), Value::Uint(right)] => Ok(Value::Uint(uints(*left, *right))),
        _ => Err(mismatch(name, arguments)),
    }
}

/// Both directions shift only the bits, without the sign.
fn shift<'a>(
    name: &str,
    arguments: &[Value<'a>],
    shift: fn(u64, u32) -> Option<u64>,
) -> Result<Value<'a>> {
    let [value, Value::Int(by)] = arguments else { return Err(mismatch(name, arguments)) };
    let by = u64::try_from(*by).map_err(|_| Error::invalid("a negative shift"))?;
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    match value {
        Value::Int(value) => {
            let shifted = shift(u64::from_ne_bytes(value.to_ne_bytes()), by).unwrap_or_default();
            Ok(Value::Int(i64::from_ne_bytes(shifted.to_ne_bytes())))
        }
        Value::Uint(value) => Ok(Value::Uint(shift(*value, by).unwrap_or_default())),
        _ => Err(mismatch(name, arguments)),
    }
}

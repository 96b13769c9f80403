//! Arithmetic (cel-spec, langdef.md, Arithmetic): an overflow is an error.

use std::cmp::Ordering;

use super::compare::compare;
use super::error::{Error, Result};
use super::evaluate::Run;
use super::functions::time;
use super::syntax::Operator;
use super::value::{Nanoseconds, Text, Value};

/// `-a`.
pub(super) fn negate<'a>(of: &Value<'a>) -> Result<Value<'a>> {
    match of {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or(Error::Overflow),
        Value::Double(value) => Ok(Value::Double(-value)),
        other => Err(Error::overload("-", &[other])),
    }
}

/// `+`, `-`, `*`, `/` and `%`.
pub(super) fn arithmetic<'a>(
    run: &mut Run<'a>,
    operator: Operator,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Result<Value<'a>> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => ints(operator, *left, *right).map(Value::Int),
        (Value::Uint(left), Value::Uint(right)) => uints(operator, *left, *right).map(Value::Uint),
        (Value::Double(one), Value::Double(other)) => {
            let value = doubles(operator, *one, *other);
            value.map(Value::Double).ok_or_else(|| Error::overload("%", &[left, right]))
        }
        _ => match operator {
            Operator::Add => add(run, left, right),
            Operator::Subtract => subtract(left, right),
            other => Err(Error::overload(other.sign(), &[left, right])),
        },
    }
}

fn ints(operator: Operator, left: i64, right: i64) -> Result<i64> {
    let division = matches!(operator, Operator::Divide | Operator::Remainder);
    if division && right == 0 {
        return Err(Error::DivisionByZero);
    }
    let value = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    value.ok_or(Error::Overflow)
}

fn uints(operator: Operator, left: u64, right: u64) -> Result<u64> {
    let division = matches!(operator, Operator::Divide | Operator::Remainder);
    if division && right == 0 {
        return Err(Error::DivisionByZero);
    }
    let value = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    value.ok_or(Error::Overflow)
}

fn doubles(operator: Operator, left: f64, right: f64) -> Option<f64> {
    Some(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => return None,
    })
}

fn add<'a>(run: &mut Run<'a>, left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            run.spend_bytes(left.len() + right.len())?;
            Ok(Value::String(Text::Shared([&**left, &**right].concat().into())))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            run.spend_bytes(left.len() + right.len())?;
            Ok(Value::Bytes([&**left, &**right].concat().into()))
        }
        (Value::List(left), Value::List(right)) => {
            run.spend(left.len() + right.len())?;
            Ok(Value::list(left.iter().chain(right.iter())))
        }
        (Value::Duration(left), Value::Duration(right)) => {
            let sum = left.0.checked_add(right.0).ok_or(Error::Overflow)?;
            Ok(Value::Duration(Nanoseconds(sum)))
        }
        (Value::Timestamp(time), Value::Duration(length))
        | (Value::Duration(length), Value::Timestamp(time)) => {
            time::add(*time, i128::from(length.0)).map(Value::Timestamp)
        }
        _ => Err(Error::overload("+", &[left, right])),
    }
}

fn subtract<'a>(left: &Value<'a>, right: &Value<'a>) -> Result<Value<'a>> {
    match (left, right) {
        (Value::Duration(left), Value::Duration(right)) => {
            let difference = left.0.checked_sub(right.0).ok_or(Error::Overflow)?;
            Ok(Value::Duration(Nanoseconds(difference)))
        }
        (Value::Timestamp(time), Value::Duration(length)) => {
            time::add(*time, -i128::from(length.0)).map(Value::Timestamp)
        }
        (Value::Timestamp(left), Value::Timestamp(right)) => {
            let difference = left.as_nanosecond() - right.as_nanosecond();
            let difference = i64::try_from(difference).map_err(|_| Error::Overflow)?;
            Ok(Value::Duration(Nanoseconds(difference)))
        }
        _ => Err(Error::overload("-", &[left, right])),
    }
}

/// Sorts values by the keys beside them.
pub(super) fn sort<'a>(run: &mut Run<'a>, keyed: &mut [(Value<'a>, Value<'a>)]) -> Result<()> {
    run.spend(keyed.len().saturating_mul(16))?;
    let bytes: usize = keyed.iter().map(|(key, _)| key.text_bytes()).sum();
    run.spend_bytes(bytes.saturating_mul(16))?;
    if let Some((first, rest)) = keyed.split_first() {
        for (key, _) in rest {
            if key.type_of() != first.0.type_of() {
                return Err(Error::overload("sort", &[&first.0, key]));
            }
            compare("sort", &first.0, key)?;
        }
    }
    keyed.sort_by(|(left, _), (right, _)| {
        compare("sort", left, right).ok().flatten().unwrap_or(Ordering::Equal)
    });
    Ok(())
}

//! Arithmetic: of numbers, of quantities (`100Mi`) and of durations (`1h30m`).

use serde_json::Value;

use super::super::super::quantity::Quantity;
use super::super::number;
use super::{Call, Function, Given, Kind, Takes, whole};
use crate::go::Duration;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "add", takes: TWO, run: |call| add(call.value(0), call.value(1)) },
    Function { name: "sum", takes: Takes::Each(&[Kind::Array]), run: sum },
    Function { name: "subtract", takes: TWO, run: |call| subtract(&two(call)?) },
    Function { name: "multiply", takes: TWO, run: |call| multiply(two(call)?) },
    Function { name: "divide", takes: TWO, run: |call| divide(two(call)?) },
    Function { name: "modulo", takes: TWO, run: |call| modulo(two(call)?) },
    Function { name: "round", takes: Takes::Each(&[Kind::Number, Kind::Number]), run: round },
    Function {
        name: "abs",
        takes: Takes::Each(&[Kind::Number]),
        run: |call| Ok(number(call.number(0).abs())),
    },
    Function {
        name: "ceil",
        takes: Takes::Each(&[Kind::Number]),
        run: |call| Ok(number(call.number(0).ceil())),
    },
    Function {
        name: "floor",
        takes: Takes::Each(&[Kind::Number]),
        run: |call| Ok(number(call.number(0).floor())),
    },
    Function { name: "avg", takes: Takes::Each(&[Kind::Numbers]), run: average },
    Function { name: "to_number", takes: Takes::Each(&[Kind::Any]), run: to_number },
];

const TWO: Takes = Takes::Each(&[Kind::Any, Kind::Any]);

/// A value for arithmetic.
enum Operand {
    Number(f64),
    Quantity(Quantity),
    Duration(Duration),
}

use Operand::{Duration as D, Number as N, Quantity as Q};

const MISMATCH: &str = "the two cannot be reckoned with each other";
const ZERO: &str = "division by zero";
const TOO_LARGE: &str = "the result is too large";

fn operand(value: &Value) -> Result<Operand, String> {
    match value {
        Value::Number(value) => Ok(N(value.as_f64().unwrap_or_default())),
        Value::String(text) => match (Quantity::parse(text), Duration::parse(text)) {
            (Some(quantity), _) => Ok(Q(quantity)),
            (None, Some(duration)) => Ok(D(duration)),
            (None, None) => Err(format!("{text:?} is neither a quantity nor a duration")),
        },
        other => Err(format!("{other} is neither a number nor a quantity nor a duration")),
    }
}

fn two(call: &Call<'_>) -> Result<(Operand, Operand), String> {
    Ok((operand(call.value(0))?, operand(call.value(1))?))
}

fn add(left: &Value, right: &Value) -> Given {
    match (operand(left)?, operand(right)?) {
        (N(left), N(right)) => Ok(number(left + right)),
        (Q(left), Q(right)) => Ok(left.plus(&right).ok_or(TOO_LARGE)?.to_string().into()),
        (D(left), D(right)) => Ok(left.plus(right).ok_or(TOO_LARGE)?.to_string().into()),
        _ => Err(MISMATCH.to_owned()),
    }
}

fn sum(call: &Call<'_>) -> Given {
    let (first, rest) = call.array(0).split_first().ok_or("an empty list has no sum")?;
    rest.iter().try_fold(first.clone(), |sum, item| add(&sum, item))
}

fn subtract(operands: &(Operand, Operand)) -> Given {
    match operands {
        (N(left), N(right)) => Ok(number(left - right)),
        (Q(left), Q(right)) => Ok(left.minus(right).ok_or(TOO_LARGE)?.to_string().into()),
        (D(left), D(right)) => Ok(left.minus(*right).ok_or(TOO_LARGE)?.to_string().into()),
        _ => Err(MISMATCH.to_owned()),
    }
}

fn multiply(operands: (Operand, Operand)) -> Given {
    match operands {
        (N(left), N(right)) => Ok(number(left * right)),
        (Q(one), N(times)) | (N(times), Q(one)) => {
            let times = Quantity::parse(&number(times).to_string()).ok_or(TOO_LARGE)?;
            Ok(one.times(&times).ok_or(TOO_LARGE)?.to_string().into())
        }
        (D(one), N(times)) | (N(times), D(one)) => {
            Ok(Duration::of_seconds(one.seconds() * times).ok_or(TOO_LARGE)?.to_string().into())
        }
        _ => Err(MISMATCH.to_owned()),
    }
}

fn divide(operands: (Operand, Operand)) -> Given {
    match operands {
        (N(_), N(0.0)) | (Q(_), N(0.0)) | (D(_), N(0.0)) => Err(ZERO.to_owned()),
        (N(left), N(right)) => Ok(number(left / right)),
        (Q(left), Q(right)) if right.approximate() != 0.0 => {
            Ok(number(left.approximate() / right.approximate()))
        }
        (D(left), D(right)) if right.seconds() != 0.0 => {
            Ok(number(left.seconds() / right.seconds()))
        }
        (Q(_), Q(_)) | (D(_), D(_)) => Err(ZERO.to_owned()),
        (Q(one), N(by)) => {
            let by = Quantity::parse(&number(by).to_string()).ok_or(TOO_LARGE)?;
            Ok(one.divided_by(&by).ok_or(TOO_LARGE)?.to_string().into())
        }
        (D(one), N(by)) => {
            Ok(Duration::of_seconds(one.seconds() / by).ok_or(TOO_LARGE)?.to_string().into())
        }
        _ => Err(MISMATCH.to_owned()),
    }
}

fn modulo(operands: (Operand, Operand)) -> Given {
    match operands {
        (N(left), N(right)) => {
            let remainder = whole(left)?.checked_rem(whole(right)?).ok_or(ZERO)?;
            Ok(remainder.into())
        }
        (Q(left), Q(right)) => {
            let (dividend, divisor) = (whole(left.approximate())?, whole(right.approximate())?);
            let remainder = dividend.checked_rem(divisor).ok_or(ZERO)?;
            Ok(left.with(remainder).to_string().into())
        }
        (D(left), D(right)) => Ok(left.modulo(right).ok_or(ZERO)?.to_string().into()),
        _ => Err(MISMATCH.to_owned()),
    }
}

fn round(call: &Call<'_>) -> Given {
    let places = i32::try_from(whole(call.number(1))?).map_err(|_| TOO_LARGE)?;
    if places < 0 {
        return Err("a negative number of places".to_owned());
    }
    let shift = 10f64.powi(places);
    let rounded = (call.number(0) * shift).round() / shift;
    Ok(if rounded.is_finite() { number(rounded) } else { call.value(0).clone() })
}

fn average(call: &Call<'_>) -> Given {
    let items: Vec<f64> = call.array(0).iter().filter_map(Value::as_f64).collect();
    let count = u32::try_from(items.len()).map_err(|_| TOO_LARGE)?;
    if count == 0 {
        return Ok(Value::Null);
    }
    Ok(number(items.iter().sum::<f64>() / f64::from(count)))
}

fn to_number(call: &Call<'_>) -> Given {
    Ok(match call.value(0) {
        value @ Value::Number(_) => value.clone(),
        Value::String(text) => text.parse::<f64>().map_or(Value::Null, number),
        _ => Value::Null,
    })
}

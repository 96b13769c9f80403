//! Numbers.

use std::num::IntErrorKind;

use super::super::{Reason, Value};
use super::{Function, argument, list, number, text};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("abs", |a| Ok(Value::Number(number(a, 0)?.abs()))),
    ("ceil", |a| Ok(Value::Number(number(a, 0)?.ceil()))),
    ("floor", |a| Ok(Value::Number(number(a, 0)?.floor()))),
    ("log", |a| finite(number(a, 0)?.log(number(a, 1)?))),
    ("max", |a| extreme(a, f64::max)),
    ("min", |a| extreme(a, f64::min)),
    ("parseint", parseint),
    ("pow", |a| finite(number(a, 0)?.powf(number(a, 1)?))),
    ("signum", signum),
    ("tonumber", |a| {
        argument(a, 0)?.to_number().map(Value::Number).ok_or(Reason::Invalid("not a number"))
    }),
];

fn finite(number: f64) -> Result<Value, Reason> {
    if number.is_finite() {
        Ok(Value::Number(number))
    } else {
        Err(Reason::Invalid("not a finite number"))
    }
}

fn extreme(arguments: &[Value], choose: fn(f64, f64) -> f64) -> Result<Value, Reason> {
    let items = match argument(arguments, 0)? {
        Value::List(_) | Value::Set(_) => list(arguments, 0)?,
        _ => arguments,
    };
    let numbers: Option<Vec<f64>> = items.iter().map(Value::to_number).collect();
    let chosen = numbers.ok_or("not a number")?.into_iter().reduce(choose);
    chosen.map(Value::Number).ok_or(Reason::Invalid("no numbers"))
}

fn parseint(arguments: &[Value]) -> Result<Value, Reason> {
    let base = argument(arguments, 1)?.to_index().and_then(|base| u32::try_from(base).ok());
    let base = base.filter(|base| (2..=36).contains(base)).ok_or("not a base")?;
    let number = i64::from_str_radix(&text(arguments, 0)?, base);
    let number = number.map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
            Reason::Limit("the size of a number")
        }
        _ => Reason::Invalid("not a number"),
    })?;
    number.to_string().parse().map(Value::Number).map_err(|_| Reason::Invalid("not a number"))
}

fn signum(arguments: &[Value]) -> Result<Value, Reason> {
    let number = number(arguments, 0)?;
    Ok(Value::Number(if number == 0.0 { 0.0 } else { number.signum() }))
}

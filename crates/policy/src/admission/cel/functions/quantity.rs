//! Quantities of Kubernetes, `500m`, `2Gi` (Kubernetes, quantity).

use std::cmp::Ordering;

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::compare::to_double;
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("isQuantity", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(Quantity::read(text).is_ok())),
        _ => Err(mismatch("isQuantity", arguments)),
    }),
    global("quantity", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Quantity(Quantity::read(text)?)),
        _ => Err(mismatch("quantity", arguments)),
    }),
    member("sign", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Quantity(quantity))] => {
            Ok(Value::Int(i64::try_from(quantity.nano.signum()).unwrap_or_default()))
        }
        _ => Err(mismatch("sign", arguments)),
    }),
    member("isInteger", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Bool(quantity.whole().is_some())),
        _ => Err(mismatch("isInteger", arguments)),
    }),
    member("asInteger", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Quantity(quantity))] => quantity
            .whole()
            .map(Value::Int)
            .ok_or_else(|| Error::invalid("the quantity is no 64-bit integer")),
        _ => Err(mismatch("asInteger", arguments)),
    }),
    member("asApproximateFloat", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Quantity(quantity))] => {
            Ok(Value::Double(to_double(quantity.nano) / 1e9))
        }
        _ => Err(mismatch("asApproximateFloat", arguments)),
    }),
    member("add", 2, |_, arguments| sum("add", arguments, i128::checked_add)),
    member("sub", 2, |_, arguments| sum("sub", arguments, i128::checked_sub)),
];

fn sum<'a>(
    name: &str,
    arguments: &[Value<'a>],
    sum: fn(i128, i128) -> Option<i128>,
) -> Result<Value<'a>> {
    let (left, right) = match arguments {
        [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => {
            (left.nano, right.nano)
        }
        [Value::Opaque(Opaque::Quantity(left)), Value::Int(right)] => {
            (left.nano, i128::from(*right) * NANO)
        }
        _ => return Err(mismatch(name, arguments)),
    };
    let nano = sum(left, right).ok_or(Error::Overflow)?;
    opaque(Opaque::Quantity(Quantity { nano }))
}

const NANO: i128 = 1_000_000_000;

/// A quantity, in thousand-millionths, which are the smallest there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity {
    nano: i128,
}

impl Quantity {
    fn read(text: &str) -> Result<Self> {
        Self::parts(text).ok_or_else(|| Error::invalid(format!("{text:?} is no quantity")))
    }

    fn parts(text: &str) -> Option<Self> {
        let negative = text.starts_with('-');
        let number = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (digits, suffix) = number.split_at_checked(end)?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let missing = whole.is_empty() && fraction.is_empty();
        if missing || fraction.contains('.') || whole.len() > 30 || fraction.len() > 30 {
            return None;
        }
        let (factor, tens) = scale(suffix)?;
        let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
        let mantissa = mantissa.checked_mul(factor)?;
        // Digits after the point, and below a thousand-millionth, are rounded up.
        let tens = tens.checked_add(9)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let power = 10_i128.checked_pow(tens.unsigned_abs());
        let nano = match (tens >= 0, power) {
            (true, Some(power)) => mantissa.checked_mul(power)?,
            (true, None) if mantissa == 0 => 0,
            (true, None) => return None,
            (false, Some(power)) => mantissa / power + i128::from(mantissa % power != 0),
            (false, None) => i128::from(mantissa != 0),
        };
        Some(Self { nano: if negative { -nano } else { nano } })
    }

    fn whole(self) -> Option<i64> {
        (self.nano % NANO == 0).then(|| i64::try_from(self.nano / NANO).ok()).flatten()
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        self.cmp(&other)
    }
}

/// The factor and the power of ten that a suffix stands for.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    Some(match suffix {
        "" => (1, 0),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
            (1, exponent.parse().ok().filter(|power: &i32| power.abs() < 1000)?)
        }
    })
}

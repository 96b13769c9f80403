//! Quantities of Kubernetes, `500m`, `2Gi` (Kubernetes, quantity).

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Opaque, Value};
use crate::admission::quantity::Quantity;

pub(super) static FUNCTIONS: &[Function] = &[
    global("isQuantity", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(read(text).is_ok())),
        _ => Err(mismatch("isQuantity", arguments)),
    }),
    global("quantity", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Quantity(read(text)?)),
        _ => Err(mismatch("quantity", arguments)),
    }),
    // A global function, unlike the others.
    global("sign", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Int(quantity.sign())),
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
        [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Double(quantity.approximate())),
        _ => Err(mismatch("asApproximateFloat", arguments)),
    }),
    member("add", 2, |_, arguments| sum("add", arguments, Quantity::plus)),
    member("sub", 2, |_, arguments| sum("sub", arguments, Quantity::minus)),
];

fn sum<'a>(
    name: &str,
    arguments: &[Value<'a>],
    sum: fn(&Quantity, &Quantity) -> Option<Quantity>,
) -> Result<Value<'a>> {
    let (left, right) = match arguments {
        [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => {
            (left, *right)
        }
        [Value::Opaque(Opaque::Quantity(left)), Value::Int(right)] => (left, left.with(*right)),
        _ => return Err(mismatch(name, arguments)),
    };
    opaque(Opaque::Quantity(sum(left, &right).ok_or(Error::Overflow)?))
}

fn read(text: &str) -> Result<Quantity> {
    Quantity::parse(text).ok_or_else(|| Error::invalid(format!("{text:?} is no quantity")))
}

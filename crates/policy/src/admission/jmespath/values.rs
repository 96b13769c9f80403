//! Values as JMESPath sees them: all numbers are of one kind.

use serde_json::{Number, Value};

/// Whether a value counts as false: false, null, and empty values.
pub(in super::super) fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Number(_) => false,
    }
}

/// Whether two values are equal; `1` and `1.0` are.
pub(in super::super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        (left, right) => left == right,
    }
}

/// Makes a number; a whole one is stored as an integer, so that it is written without a fraction.
/// NaN and infinity become null.
pub(in super::super) fn number(value: f64) -> Value {
    /// Above it, not every whole number is a double.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0
        && value.abs() <= EXACT
        && let Ok(whole) = format!("{value:.0}").parse::<i64>()
    {
        return whole.into();
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Writes a number: a whole one without a fraction, and only the largest and smallest with an
/// exponent, as in Go's JSON.
pub(in super::super) fn plain(number: &Number) -> String {
    let Some(fraction) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    if fraction == 0.0 || (1e-6..1e21).contains(&fraction.abs()) {
        return fraction.to_string();
    }
    let text = format!("{fraction:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// The deepest nesting of lists and objects. Kubernetes reads no deeper documents.
const MAX_DEPTH: usize = 256;

/// Whether a value is within the nesting limit, so that walking it takes little stack.
pub(in super::super) fn is_shallow(value: &Value) -> bool {
    fn within(value: &Value, left: usize) -> bool {
        match (value, left.checked_sub(1)) {
            (Value::Array(items), Some(left)) => items.iter().all(|item| within(item, left)),
            (Value::Object(fields), Some(left)) => fields.values().all(|item| within(item, left)),
            (Value::Array(_) | Value::Object(_), None) => false,
            _ => true,
        }
    }
    within(value, MAX_DEPTH)
}

/// The name of a value's type.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

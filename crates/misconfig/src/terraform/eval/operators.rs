//! Operators on two values.

use std::sync::Arc;

use super::{Reason, Value};
use crate::terraform::syntax::Operator;

/// The result of an operator on two values.
pub(super) fn operate(operator: Operator, left: Value, right: Value) -> Value {
    match operator {
        Operator::Or | Operator::And => logic(operator, &left, &right),
        Operator::Equal | Operator::NotEqual => {
            if let Some(unknown) = either_unknown(&left, &right) {
                return unknown;
            }
            // A value with unknown parts is known not to be null.
            let with_null = left == Value::Null || right == Value::Null;
            if !with_null && (left.holds_unknown() || right.holds_unknown()) {
                return Value::unknown(Reason::Computed);
            }
            Value::Bool((left == right) == (operator == Operator::Equal))
        }
        _ => {
            if let Some(unknown) = either_unknown(&left, &right) {
                return unknown;
            }
            match (left.to_number(), right.to_number()) {
                (Some(left), Some(right)) => arithmetic(operator, left, right),
                _ => Value::invalid("not a number"),
            }
        }
    }
}

fn either_unknown(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Unknown(left), Value::Unknown(right)) => {
            Some(Value::because_of(&[Arc::clone(left), Arc::clone(right)]))
        }
        (Value::Unknown(why), _) | (_, Value::Unknown(why)) => {
            Some(Value::because_of(&[Arc::clone(why)]))
        }
        _ => None,
    }
}

/// Three-valued: `false && unknown` is false.
fn logic(operator: Operator, left: &Value, right: &Value) -> Value {
    let decisive = operator == Operator::Or;
    match (left.to_bool(), right.to_bool()) {
        (Some(left), Some(right)) if decisive => Value::Bool(left || right),
        (Some(left), Some(right)) => Value::Bool(left && right),
        (Some(one), None) | (None, Some(one)) if one == decisive => Value::Bool(decisive),
        _ => either_unknown(left, right).unwrap_or_else(|| Value::invalid("not a condition")),
    }
}

fn arithmetic(operator: Operator, left: f64, right: f64) -> Value {
    let number = match operator {
        Operator::Less => return Value::Bool(left < right),
        Operator::LessEqual => return Value::Bool(left <= right),
        Operator::Greater => return Value::Bool(left > right),
        Operator::GreaterEqual => return Value::Bool(left >= right),
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => left % right,
    };
    if number.is_finite() { Value::Number(number) } else { Value::invalid("not a finite number") }
}

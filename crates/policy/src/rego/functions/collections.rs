//! Functions over arrays, sets and objects.

use regorus::Value;

use super::or_undefined;

/// The most numbers that `numbers.range` makes.
const MAX_RANGE: u64 = 100_000;

/// `all(xs)`: whether all of an array or set are true (Rego v0).
pub(super) fn all(arguments: &[Value]) -> Value {
    or_undefined(members(arguments).map(|all| Value::from(all.iter().all(is_true))))
}

/// `any(xs)`: whether one of an array or set is true (Rego v0).
pub(super) fn any(arguments: &[Value]) -> Value {
    or_undefined(members(arguments).map(|all| Value::from(all.iter().any(is_true))))
}

/// `cast_array(xs)` (Rego v0).
pub(super) fn cast_array(arguments: &[Value]) -> Value {
    or_undefined(members(arguments).map(Value::from))
}

/// `cast_set(xs)` (Rego v0).
pub(super) fn cast_set(arguments: &[Value]) -> Value {
    or_undefined(members(arguments).map(|all| set(all.into_iter())))
}

/// `set_diff(a, b)` (Rego v0).
pub(super) fn set_diff(arguments: &[Value]) -> Value {
    match arguments {
        [Value::Set(from), Value::Set(without)] => {
            set(from.iter().filter(|one| !without.contains(one)).cloned())
        }
        _ => Value::Undefined,
    }
}

/// `numbers.range(a, b)`, ascending or descending.
pub(super) fn range(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [from, to] = arguments else { return None };
        numbers(from.as_i64().ok()?, to.as_i64().ok()?, 1)
    })())
}

/// `numbers.range_step(a, b, step)`, ascending or descending; the step is positive.
pub(super) fn range_step(arguments: &[Value]) -> Value {
    or_undefined((|| {
        let [from, to, step] = arguments else { return None };
        numbers(from.as_i64().ok()?, to.as_i64().ok()?, step.as_u64().ok()?)
    })())
}

fn numbers(from: i64, to: i64, step: u64) -> Option<Value> {
    let count = from.abs_diff(to).checked_div(step)?;
    if count >= MAX_RANGE {
        return None;
    }
    let step = i64::try_from(step).ok()?;
    let step = if from <= to { step } else { -step };
    let all = (0..=count).map(|at| {
        let at = i64::try_from(at).unwrap_or_default();
        Value::from(from.saturating_add(at.saturating_mul(step)))
    });
    Some(Value::from(all.collect::<Vec<_>>()))
}

/// `object.subset(super, sub)`: objects by their keys, sets by their members, an array as a run
/// of another, and a set within an array.
pub(super) fn subset(arguments: &[Value]) -> Value {
    match arguments {
        [Value::Object(_), Value::Object(_)]
        | [Value::Set(_), Value::Set(_)]
        | [Value::Array(_), Value::Array(_) | Value::Set(_)] => {
            Value::from(matches!(arguments, [all, part] if has_part(all, part)))
        }
        _ => Value::Undefined,
    }
}

/// The values come from a document, whose depth the reader bounds.
fn has_part(all: &Value, part: &Value) -> bool {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            part.iter().all(|(key, part)| all.get(key).is_some_and(|within| has_part(within, part)))
        }
        (Value::Set(all), Value::Set(part)) => part.iter().all(|one| all.contains(one)),
        (Value::Array(all), Value::Set(part)) => {
            part.iter().all(|one| all.iter().any(|other| other == one))
        }
        (Value::Array(all), Value::Array(part)) => {
            let all: Vec<&Value> = all.iter().collect();
            let part: Vec<&Value> = part.iter().collect();
            part.is_empty() || all.windows(part.len()).any(|run| run == part)
        }
        (all, part) => all == part,
    }
}

fn members(arguments: &[Value]) -> Option<Vec<Value>> {
    match arguments {
        [Value::Array(all)] => Some(all.iter().cloned().collect()),
        [Value::Set(all)] => Some(all.iter().cloned().collect()),
        _ => None,
    }
}

fn set(members: impl Iterator<Item = Value>) -> Value {
    Value::from(members.collect::<std::collections::BTreeSet<_>>())
}

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

//! The operators of conditions.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::jmespath::same;
use super::super::quantity::Quantity;
use super::super::{semver, wildcard};
use super::scalar;
use crate::go::Duration;

/// An operator; its name is case-insensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equals,
    NotEquals,
    In,
    NotIn,
    AnyIn,
    AllIn,
    AnyNotIn,
    AllNotIn,
    Order(Order),
    /// As `Order`, for durations only.
    DurationOrder(Order),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

const NAMES: &[(&str, Operator)] = &[
    ("equal", Operator::Equals),
    ("equals", Operator::Equals),
    ("notequal", Operator::NotEquals),
    ("notequals", Operator::NotEquals),
    ("in", Operator::In),
    ("notin", Operator::NotIn),
    ("anyin", Operator::AnyIn),
    ("allin", Operator::AllIn),
    ("anynotin", Operator::AnyNotIn),
    ("allnotin", Operator::AllNotIn),
    ("greaterthan", Operator::Order(Order::Greater)),
    ("greaterthanorequals", Operator::Order(Order::GreaterOrEqual)),
    ("lessthan", Operator::Order(Order::Less)),
    ("lessthanorequals", Operator::Order(Order::LessOrEqual)),
    ("durationgreaterthan", Operator::DurationOrder(Order::Greater)),
    ("durationgreaterthanorequals", Operator::DurationOrder(Order::GreaterOrEqual)),
    ("durationlessthan", Operator::DurationOrder(Order::Less)),
    ("durationlessthanorequals", Operator::DurationOrder(Order::LessOrEqual)),
];

impl<'de> Deserialize<'de> for Operator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let lower = name.to_lowercase();
        let found = NAMES.iter().find(|(own, _)| *own == lower).map(|(_, operator)| *operator);
        found.ok_or_else(|| serde::de::Error::custom(format!("unknown operator {name:?}")))
    }
}

impl Order {
    fn is(self, ordering: Ordering) -> bool {
        match self {
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }
}

impl Operator {
    pub(super) fn holds(self, key: &Value, value: &Value) -> bool {
        match self {
            Self::Equals => equals(key, value) == Some(true),
            Self::NotEquals => equals(key, value) == Some(false),
            Self::AnyIn => is_in(key, value, false, |found, _| found > 0),
            // Neither holds between a list and a single value that is not text.
            Self::AllIn | Self::AllNotIn
                if key.is_array() && (value.is_number() || value.is_boolean()) =>
            {
                false
            }
            Self::AllIn => is_in(key, value, false, |found, all| found == all),
            Self::AllNotIn => is_in(key, value, false, |found, _| found == 0),
            Self::AnyNotIn => match outside(key, value) {
                Some(some) => some,
                None => is_in(key, value, false, |found, all| found < all),
            },
            Self::In => match key {
                Value::Array(keys) => is_all_of(keys, value) == Some(true),
                _ => is_in(key, value, true, |found, all| found == all),
            },
            Self::NotIn => match key {
                Value::Array(keys) if is_only(keys, value) => true,
                Value::Array(keys) => is_all_of(keys, value) == Some(false),
                _ => is_in(key, value, true, |found, _| found == 0),
            },
            Self::Order(order) => is_ordered(key, value, order),
            Self::DurationOrder(order) => match (span(key), span(value)) {
                (Some(key), Some(value)) => order.is(key.cmp(&value)),
                _ => false,
            },
        }
    }
}

/// Whether both are equal; none where the key is null, so that neither operator holds.
fn equals(key: &Value, value: &Value) -> Option<bool> {
    Some(match key {
        Value::Null => return None,
        Value::Bool(key) => value.as_bool() == Some(*key),
        Value::Number(number) => match value {
            Value::Number(_) => same(key, value),
            Value::String(text) => number.as_f64().is_some_and(|number| text.parse() == Ok(number)),
            _ => false,
        },
        Value::String(key) => {
            if let Some((key, value)) = durations(&Value::from(key.as_str()), value) {
                return Some(key == value);
            }
            let Value::String(value) = value else { return Some(false) };
            match (Quantity::parse(key), Quantity::parse(value)) {
                (Some(left), Some(right)) if left.is_capped() && right.is_capped() => key == value,
                (Some(key), Some(value)) => key == value,
                (Some(_), None) if !value.is_empty() && !wildcard::has_wildcard(value) => false,
                (Some(_), None) => value.is_empty() && wildcard::matches(value, key),
                (None, _) => wildcard::matches(value, key),
            }
        }
        Value::Array(_) | Value::Object(_) => same(key, value),
    })
}

/// Returns both as durations, where one of them is a duration; a number counts as seconds.
fn durations(key: &Value, value: &Value) -> Option<(Duration, Duration)> {
    let own = |value: &Value| {
        let text = value.as_str().filter(|text| *text != "0")?;
        Duration::parse(text)
    };
    let (of_key, of_value) = (own(key), own(value));
    if of_key.is_none() && of_value.is_none() {
        return None;
    }
    let seconds = |value: &Value| Duration::of_seconds(value.as_f64()?.trunc());
    Some((of_key.or_else(|| seconds(key))?, of_value.or_else(|| seconds(value))?))
}

/// Reads a duration, or a number of seconds.
fn span(value: &Value) -> Option<Duration> {
    match value {
        Value::String(text) => Duration::parse(text),
        Value::Number(number) => Duration::of_seconds(number.as_f64()?.trunc()),
        _ => None,
    }
}

fn is_ordered(key: &Value, value: &Value, order: Order) -> bool {
    if !key.is_number() && !key.is_string() {
        return false;
    }
    if let Some((key, value)) = durations(key, value) {
        return order.is(key.cmp(&value));
    }
    if let (Value::String(key), Value::String(value)) = (key, value)
        && let (Some(key), Some(value)) = (Quantity::parse(key), Quantity::parse(value))
    {
        return order.is(key.cmp(&value));
    }
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<f64>().ok(),
        value => value.as_f64(),
    };
    if let Some(key) = number(key) {
        return match number(value) {
            Some(value) => key.partial_cmp(&value).is_some_and(|ordering| order.is(ordering)),
            // Compared with a duration, a text that is a number counts as seconds, too.
            None => match (Duration::of_seconds(key.trunc()), span(value)) {
                (Some(key), Some(value)) => order.is(key.cmp(&value)),
                _ => false,
            },
        };
    }
    let (Some(key), Some(value)) = (key.as_str(), value.as_str()) else { return false };
    semver::compare(key, value).is_some_and(|ordering| order.is(ordering))
}

/// Whether a key of a list is outside of a range; a key that is not a number is not.
fn outside(key: &Value, value: &Value) -> Option<bool> {
    let (Value::Array(keys), Value::String(text)) = (key, value) else { return None };
    let outside = scalar::outside(text).filter(|_| scalar::is_range(text))?;
    Some(keys.iter().any(|key| scalar::matches(&scalar::printed(key).into(), &outside)))
}

/// Whether all keys of a list are among the values, for the two old operators: wildcards do not
/// count, and `NotIn` holds as soon as one key is missing. None where the values are not texts, so
/// that neither operator holds (Kyverno's `setExistsInArray`).
fn is_all_of(keys: &[Value], value: &Value) -> Option<bool> {
    let values = match value {
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?
        }
        Value::String(_) if is_only(keys, value) => return Some(true),
        Value::String(text) => texts(serde_json::from_str(text).ok()?)?,
        _ => return None,
    };
    Some(keys.iter().all(|key| values.contains(&scalar::printed(key))))
}

/// Whether a text is the only key of a list: then both old operators hold.
fn is_only(keys: &[Value], value: &Value) -> bool {
    matches!((keys, value), ([key], Value::String(text)) if scalar::printed(key) == *text)
}

/// Returns the texts of a JSON list, as Go reads them: null is the empty text, or the empty list.
fn texts(json: Value) -> Option<Vec<String>> {
    let list: Option<Vec<Option<String>>> = serde_json::from_value(json).ok()?;
    Some(list.unwrap_or_default().into_iter().map(Option::unwrap_or_default).collect())
}

/// Decides by how many keys are among the values. Wildcards count on both sides. The two old
/// operators, which only get here with a single key, take no ranges, and as texts only JSON lists.
fn is_in(
    key: &Value,
    value: &Value,
    old: bool,
    decide: fn(found: usize, all: usize) -> bool,
) -> bool {
    let keys = match key {
        Value::Array(items) => items.iter().map(scalar::printed).collect(),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => vec![scalar::printed(key)],
        Value::Null | Value::Object(_) => return false,
    };
    let one = !key.is_array();
    let Some(values) = Values::of(value, one, old, &keys) else { return false };
    let is_there = |key: &String| match &values {
        Values::Range(range) => scalar::matches(&Value::from(key.as_str()), range),
        Values::Exactly(text) => key == text,
        Values::List(list) => {
            list.iter().any(|own| wildcard::matches(own, key) || wildcard::matches(key, own))
        }
        Values::Pattern(pattern, list) => {
            wildcard::matches(pattern, key) || list.iter().any(|own| own == key)
        }
    };
    let found = keys.iter().filter(|key| is_there(key)).count();
    decide(found, keys.len())
}

/// The values that a key is compared with.
enum Values {
    List(Vec<String>),
    /// `1-10`
    Range(String),
    /// Exactly the single key.
    Exactly(String),
    /// A text that may have wildcards, or the texts of the JSON list in it.
    Pattern(String, Vec<String>),
}

impl Values {
    fn of(value: &Value, one: bool, old: bool, keys: &[String]) -> Option<Self> {
        match value {
            Value::Array(items) => Some(Self::List(items.iter().map(scalar::printed).collect())),
            Value::Number(_) | Value::Bool(_) if !one => {
                Some(Self::List(vec![scalar::printed(value)]))
            }
            Value::String(text) => {
                if let [key] = keys
                    && !one
                    && key == text
                {
                    return Some(Self::Exactly(text.clone()));
                }
                if one && keys.iter().any(|key| wildcard::matches(text, key)) {
                    return Some(Self::Pattern(text.clone(), Vec::new()));
                }
                if !old && scalar::is_range(text) {
                    return Some(Self::Range(text.clone()));
                }
                let list = match serde_json::from_str::<Value>(text) {
                    Ok(json) => texts(json)?,
                    Err(_) if old => return None,
                    Err(_) => vec![text.clone()],
                };
                Some(if one { Self::Pattern(text.clone(), list) } else { Self::List(list) })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn holds(key: Value, operator: &str, value: Value, expected: bool) {
        let operator: Operator = serde_json::from_value(json!(operator)).unwrap();
        assert_eq!(operator.holds(&key, &value), expected, "{key} {operator:?} {value}");
    }

    #[test]
    fn equality() {
        holds(json!("a"), "Equals", json!("a*"), true);
        holds(json!("1Gi"), "Equals", json!("1024Mi"), true);
        holds(json!("1h"), "equal", json!(3600), true);
        holds(json!(5), "Equals", json!("5"), true);
        holds(json!(5), "Equals", json!("5.0"), true);
        holds(json!(5), "NotEquals", json!("5.1"), true);
        holds(json!(true), "NotEquals", json!("true"), true);
        holds(json!([1, 2]), "Equals", json!([1.0, 2]), true);
        holds(Value::Null, "Equals", Value::Null, false);
        holds(Value::Null, "NotEquals", json!("a"), false);
        holds(json!(""), "Equals", json!(""), true);
        holds(json!("5"), "NotEquals", json!(""), true);
    }

    #[test]
    fn membership() {
        holds(json!("a"), "AnyIn", json!(["a", "b"]), true);
        holds(json!(["a", "c"]), "AnyIn", json!(["a", "b"]), true);
        holds(json!(["a", "c"]), "AllIn", json!(["a", "b"]), false);
        holds(json!(["a", "c"]), "AnyNotIn", json!(["a", "b"]), true);
        holds(json!(["c"]), "AllNotIn", json!(["a", "b"]), true);
        holds(json!([]), "AllIn", json!(["a"]), true);
        holds(json!("x-1"), "AnyIn", json!("x-*"), true);
        holds(json!("a"), "AnyIn", json!("[\"a\"]"), true);
        holds(json!(5), "AnyIn", json!("1-10"), true);
        holds(json!([5, 50]), "AnyNotIn", json!("1-10"), true);
        holds(json!([5, "a"]), "AnyNotIn", json!("1-10"), false);
        holds(json!("a"), "AnyNotIn", json!("1-10"), true);
        holds(json!([5]), "AnyIn", json!(5), true);
        holds(json!([5]), "AllIn", json!(5), false);
        holds(json!([6]), "AllNotIn", json!(5), false);
        holds(json!(5.0), "AnyIn", json!(["5"]), true);
        holds(json!([["a"]]), "AnyIn", json!("[\"a\"]"), false);
        holds(json!([["a", 1]]), "AnyIn", json!(["[a 1]"]), true);
        holds(json!([5, 50]), "AllNotIn", json!("1-10"), false);
        holds(json!("a"), "AnyNotIn", Value::Null, false);
        holds(Value::Null, "AnyNotIn", json!(["a"]), false);
    }

    #[test]
    fn membership_by_the_operators_of_old() {
        holds(json!("a.example"), "In", json!(["*.example"]), true);
        holds(json!("a.example"), "NotIn", json!(["*.example"]), false);
        holds(json!(["a", "c"]), "NotIn", json!(["a", "b"]), true);
        holds(json!(["a", "b"]), "NotIn", json!(["a", "b"]), false);
        holds(json!(["a", "c"]), "In", json!(["a", "b"]), false);
        holds(json!(["a", "b"]), "In", json!(["b", "a"]), true);
        holds(json!(["a.example"]), "NotIn", json!(["*.example"]), true);
        holds(json!(["a.example"]), "In", json!(["*.example"]), false);
        holds(json!(["x"]), "In", json!("x"), true);
        holds(json!(["x"]), "NotIn", json!("x"), true);
        holds(json!(["x"]), "NotIn", json!("y"), false);
        holds(json!(["a"]), "In", json!("[\"a\", \"b\"]"), true);
        holds(json!(["a", "c"]), "NotIn", json!("[\"a\", \"b\"]"), true);
        holds(json!(["a"]), "NotIn", json!("null"), true);
        holds(json!([]), "NotIn", json!(["a"]), false);
        holds(json!([]), "In", json!(["a"]), true);
        for operator in ["In", "NotIn"] {
            holds(json!(["b"]), operator, json!([1, "a"]), false);
            holds(json!(["b"]), operator, json!(1), false);
            holds(json!(["b"]), operator, json!("[\"a\", 1]"), false);
        }
    }

    #[test]
    fn order() {
        holds(json!(3), "GreaterThan", json!(2), true);
        holds(json!("1Gi"), "LessThan", json!("2Gi"), true);
        holds(json!("2h"), "GreaterThanOrEquals", json!("120m"), true);
        holds(json!("1.2.3"), "LessThan", json!("1.10.0"), true);
        holds(json!("x"), "LessThan", json!("y"), false);
        holds(json!("5"), "LessThan", json!("1h"), true);
        holds(json!("2.5"), "GreaterThan", json!("0s"), true);
        holds(json!("5"), "LessThan", json!("y"), false);
        holds(json!(90), "DurationGreaterThan", json!("1m"), true);
    }
}

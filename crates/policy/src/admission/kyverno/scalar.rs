//! Patterns of scalars: `?*`, `>=5`, `10-20`, `a | b`, `!latest & !dev`.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value};

use super::super::jmespath::{plain, same};
use super::super::quantity::Quantity;
use super::super::wildcard;
use crate::go::Duration;

#[expect(clippy::expect_used, reason = "a constant expression")]
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"[-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*";
    Regex::new(&format!("^({number})(!?-)({number})$")).expect("a valid expression")
});

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    More,
    MoreOrEqual,
    Less,
    LessOrEqual,
}

/// Operators as written, the longer ones first.
const OPERATORS: &[(&str, Operator)] = &[
    (">=", Operator::MoreOrEqual),
    ("<=", Operator::LessOrEqual),
    (">", Operator::More),
    ("<", Operator::Less),
    ("!", Operator::NotEqual),
];

/// Whether a text is a range of numbers, `1-10`.
pub(super) fn is_range(text: &str) -> bool {
    RANGE.captures(text).is_some_and(|found| found.get(2).is_some_and(|dash| dash.as_str() == "-"))
}

/// Returns the pattern for values outside of a range, `1!-10` for `1-10`.
pub(super) fn outside(range: &str) -> Option<String> {
    let found = RANGE.captures(range)?;
    Some(format!("{}!-{}", found.get(1)?.as_str(), found.get(3)?.as_str()))
}

/// Whether a value matches a scalar of a pattern.
pub(super) fn is(value: &Value, pattern: &Value) -> bool {
    match pattern {
        Value::Null => match value {
            Value::Null => true,
            Value::Bool(truth) => !truth,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text.is_empty(),
            Value::Array(_) | Value::Object(_) => false,
        },
        Value::Bool(truth) => value.as_bool() == Some(*truth),
        Value::Number(pattern) => match value {
            Value::Number(number) => number.as_f64() == pattern.as_f64(),
            // Compared as a whole number, if the pattern is one: "5.0" is not 5, nor 5.0.
            Value::String(text) if pattern.as_f64().is_none_or(|own| own.fract() != 0.0) => {
                text.parse().ok() == pattern.as_f64()
            }
            Value::String(text) => {
                text.parse::<i64>().is_ok_and(|n| same(&n.into(), &Value::Number(pattern.clone())))
            }
            _ => false,
        },
        Value::String(pattern) => matches(value, pattern),
        // The pattern only requires an object.
        Value::Object(_) => value.is_object(),
        Value::Array(_) => false,
    }
}

/// Whether a value matches a text: alternatives by `|`, each of conditions by `&`.
pub(super) fn matches(value: &Value, pattern: &str) -> bool {
    value.as_str() == Some(pattern)
        || pattern.split('|').any(|alternative| {
            alternative.trim_matches(' ').split('&').all(|one| holds(value, one.trim_matches(' ')))
        })
}

fn holds(value: &Value, condition: &str) -> bool {
    if condition.len() >= 2 {
        for (written, operator) in OPERATORS {
            if let Some(bound) = condition.strip_prefix(written) {
                return compare(value, bound.trim(), *operator);
            }
        }
        if let Some(found) = RANGE.captures(condition) {
            let [_, low, dash, high] =
                [0, 1, 2, 3].map(|at| found.get(at).map_or("", |m| m.as_str()));
            return match dash {
                "-" => {
                    compare(value, low, Operator::MoreOrEqual)
                        && compare(value, high, Operator::LessOrEqual)
                }
                _ => compare(value, low, Operator::Less) || compare(value, high, Operator::More),
            };
        }
    }
    compare(value, condition.trim(), Operator::Equal)
}

/// Compares as durations if both are, else as quantities if both are, else as texts with wildcards.
fn compare(value: &Value, bound: &str, operator: Operator) -> bool {
    if let Some(number) = as_number(value) {
        if let (Some(bound), Some(value)) = (Duration::parse(bound), Duration::parse(&number)) {
            return operator.is(value.cmp(&bound));
        }
        if let (Some(bound), Some(value)) = (Quantity::parse(bound), Quantity::parse(&number))
            && !(bound.is_capped() && value.is_capped())
        {
            return operator.is(value.cmp(&bound));
        }
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => scientific(number),
        Value::Bool(truth) => truth.to_string(),
        _ => return false,
    };
    match operator {
        Operator::Equal => wildcard::matches(bound, &text),
        Operator::NotEqual => !wildcard::matches(bound, &text),
        _ => false,
    }
}

/// Writes a number as wildcard patterns see it: a fraction has an exponent, `2.5E+00`.
fn scientific(number: &Number) -> String {
    let Some(fraction) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let text = format!("{fraction:E}");
    let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let sign = if exponent.starts_with('-') { '-' } else { '+' };
    format!("{digits}E{sign}{:0>2}", exponent.trim_start_matches('-'))
}

/// Returns a text to read as a duration or a quantity; null counts as zero, and a fraction has six
/// digits (Kyverno's `convertNumberToString`).
fn as_number(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("0".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(match number.as_f64().filter(|_| number.is_f64()) {
            Some(fraction) => format!("{fraction:.6}"),
            None => number.to_string(),
        }),
        _ => None,
    }
}

impl Operator {
    fn is(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::More => ordering.is_gt(),
            Self::MoreOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }
}

/// Writes a value as Go prints it.
pub(super) fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        Value::Number(number) => plain(number),
        Value::Bool(truth) => truth.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(printed).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key}:{}", printed(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_as_patterns_say() {
        let fits = [
            (json!("nginx:1"), "!*:latest & *:*"),
            (json!("b"), "a | b"),
            (json!(15), "10-20"),
            (json!(25), "10!-20"),
            (json!("1Gi"), ">512Mi"),
            (json!("90s"), "<=2m"),
            (json!(5), "5"),
            (json!(true), "true"),
            (json!("a|b"), "a|b"),
            (json!(null), "<10"),
            (json!("-3"), "-10--2"),
            (json!(12), "1?"),
            (json!(2.5), "2.5E*"),
            (json!(2.000_000_4), "<=2"),
            (json!(0.5), ">0.4"),
        ];
        for (value, pattern) in fits {
            assert!(matches(&value, pattern), "{value} {pattern}");
        }
        let misses = [
            (json!("nginx:latest"), "!*:latest"),
            (json!(null), "?*"),
            (json!(""), "?*"),
            (json!({}), "*"),
            (json!("abc"), ">5"),
            (json!(null), "!a"),
            (json!(2.5), "2.?"),
            (json!(0.001), "!1*"),
            (json!(0.000_000_1), ">0"),
        ];
        for (value, pattern) in misses {
            assert!(!matches(&value, pattern), "{value} {pattern}");
        }
    }

    #[test]
    fn null_fits_what_is_empty() {
        for value in [json!(null), json!(0), json!(""), json!(false)] {
            assert!(is(&value, &Value::Null), "{value}");
        }
        assert!(!is(&json!([]), &Value::Null));
    }

    #[test]
    fn numbers_are_texts_that_read_as_them() {
        for (value, pattern) in [("5", json!(5)), ("5", json!(5.0)), ("2.50", json!(2.5))] {
            assert!(is(&json!(value), &pattern), "{value} {pattern}");
        }
        for (value, pattern) in [("5.0", json!(5)), ("5.0", json!(5.0)), ("2.5", json!(2))] {
            assert!(!is(&json!(value), &pattern), "{value} {pattern}");
        }
    }
}

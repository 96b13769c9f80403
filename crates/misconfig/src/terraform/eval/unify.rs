//! One type for several values, as Terraform finds it for the elements of a list and for the two
//! results of a condition (`go-cty`, `convert.UnifyUnsafe`).

use super::Value;

/// The values with one type: texts where one is a text and the others can be. None where
/// Terraform finds no type; objects, and what holds something unknown, stay as they are.
pub(super) fn unified(values: Vec<Value>) -> Option<Vec<Value>> {
    let known = || values.iter().filter(|value| **value != Value::Null);
    let has = |is: fn(&Value) -> bool| known().any(is);
    if has(Value::holds_unknown) {
        return Some(values);
    }
    let (text, number, condition) = (
        has(|value| matches!(value, Value::Text(_))),
        has(|value| matches!(value, Value::Number(_))),
        has(|value| matches!(value, Value::Bool(_))),
    );
    let (list, object) =
        (has(|value| value.as_list().is_some()), has(|value| value.as_object().is_some()));
    match (text || number || condition, list, object) {
        (true, false, false) if text => Some(values.into_iter().map(as_text).collect()),
        (true, false, false) => (number != condition).then_some(values),
        (false, true, false) => Some(unified_lists(values)),
        (false, false, _) => Some(values),
        _ => None,
    }
}

fn as_text(value: Value) -> Value {
    value.to_text().map_or(value, Value::Text)
}

/// Tuples of one length have a type for each place; other lists have one for all that is in them.
fn unified_lists(values: Vec<Value>) -> Vec<Value> {
    let lists = || values.iter().filter(|value| **value != Value::Null);
    let length = lists().find_map(Value::as_list).map_or(0, <[_]>::len);
    if lists().all(|value| matches!(value, Value::List(items) if items.len() == length)) {
        return by_place(values, length);
    }
    let inner = values.iter().filter_map(Value::as_list).flatten().cloned().collect();
    let Some(inner) = unified(inner) else { return values };
    let mut inner = inner.into_iter();
    let with_inner = |value: Value| match &value {
        Value::List(items) => Value::list(inner.by_ref().take(items.len()).collect()),
        Value::Set(items) => Value::set(inner.by_ref().take(items.len()).collect()),
        _ => value,
    };
    values.into_iter().map(with_inner).collect()
}

fn by_place(values: Vec<Value>, length: usize) -> Vec<Value> {
    let mut rows: Vec<Vec<Value>> = values.iter().map(|_| Vec::with_capacity(length)).collect();
    for place in 0..length {
        let at = |value: &Value| value.as_list().and_then(|items| items.get(place)).cloned();
        let column: Vec<Value> =
            values.iter().map(|value| at(value).unwrap_or(Value::Null)).collect();
        let Some(column) = unified(column) else { return values };
        rows.iter_mut().zip(column).for_each(|(row, value)| row.push(value));
    }
    let with_row = |(value, row)| if value == Value::Null { value } else { Value::list(row) };
    values.into_iter().zip(rows).map(with_row).collect()
}

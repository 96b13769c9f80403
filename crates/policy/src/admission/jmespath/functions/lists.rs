//! Lists and objects.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::super::same;
use super::strings::fits;
use super::{Call, Function, Given, Kind, Takes, as_text, whole};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "length", takes: Takes::Each(&[Kind::ArrayTextOrObject]), run: length },
    Function {
        name: "contains",
        takes: Takes::Each(&[Kind::ArrayOrText, Kind::Any]),
        run: contains,
    },
    Function { name: "map", takes: Takes::Each(&[Kind::Reference, Kind::Array]), run: map },
    Function {
        name: "max",
        takes: Takes::Each(&[Kind::NumbersOrTexts]),
        run: |call| Ok(best(call.array(0), Ordering::Greater)),
    },
    Function {
        name: "min",
        takes: Takes::Each(&[Kind::NumbersOrTexts]),
        run: |call| Ok(best(call.array(0), Ordering::Less)),
    },
    Function {
        name: "max_by",
        takes: Takes::Each(&[Kind::Array, Kind::Reference]),
        run: |call| best_by(call, Ordering::Greater),
    },
    Function {
        name: "min_by",
        takes: Takes::Each(&[Kind::Array, Kind::Reference]),
        run: |call| best_by(call, Ordering::Less),
    },
    Function { name: "sort", takes: Takes::Each(&[Kind::NumbersOrTexts]), run: sort },
    Function { name: "sort_by", takes: Takes::Each(&[Kind::Array, Kind::Reference]), run: sort_by },
    Function { name: "merge", takes: Takes::Some(Kind::Object), run: merge },
    Function { name: "keys", takes: Takes::Each(&[Kind::Object]), run: keys },
    Function { name: "values", takes: Takes::Each(&[Kind::Object]), run: values },
    Function { name: "reverse", takes: Takes::Each(&[Kind::ArrayOrText]), run: reverse },
    Function { name: "to_array", takes: Takes::Each(&[Kind::Any]), run: to_array },
    Function { name: "not_null", takes: Takes::Some(Kind::Any), run: not_null },
    Function {
        name: "label_match",
        takes: Takes::Each(&[Kind::Object, Kind::Object]),
        run: label_match,
    },
    Function {
        name: "lookup",
        takes: Takes::Each(&[Kind::ArrayOrObject, Kind::TextOrNumber]),
        run: lookup,
    },
    Function {
        name: "items",
        takes: Takes::Each(&[Kind::ArrayOrObject, Kind::Text, Kind::Text]),
        run: items,
    },
    Function {
        name: "object_from_lists",
        takes: Takes::Each(&[Kind::Array, Kind::Array]),
        run: object_from_lists,
    },
];

fn length(call: &Call<'_>) -> Given {
    Ok(match call.value(0) {
        Value::String(text) => text.chars().count().into(),
        Value::Array(items) => items.len().into(),
        Value::Object(fields) => fields.len().into(),
        _ => Value::Null,
    })
}

fn contains(call: &Call<'_>) -> Given {
    let sought = call.value(1);
    Ok(match call.value(0) {
        Value::String(text) => sought.as_str().is_some_and(|part| text.contains(part)).into(),
        Value::Array(items) => items.iter().any(|item| same(item, sought)).into(),
        _ => false.into(),
    })
}

fn map(call: &Call<'_>) -> Given {
    call.array(1).iter().map(|item| call.ask(0, item)).collect()
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.as_str().cmp(&right.as_str()),
    }
}

/// Returns the first item that no other surpasses.
fn best(items: &[Value], surpasses: Ordering) -> Value {
    let choose = |best: &'_ Value, item: &Value| order(item, best) == surpasses;
    let mut items = items.iter();
    let Some(mut found) = items.next() else { return Value::Null };
    for item in items {
        if choose(found, item) {
            found = item;
        }
    }
    found.clone()
}

/// Returns each element with the value of the reference on it; all numbers, or all texts.
fn keyed<'c>(call: &'c Call<'_>) -> Result<Vec<(Value, &'c Value)>, String> {
    let mut keyed = Vec::new();
    for item in call.array(0) {
        keyed.push((call.ask(1, item)?, item));
    }
    let all = |is: fn(&Value) -> bool| keyed.iter().all(|(key, _)| is(key));
    if all(Value::is_number) || all(Value::is_string) {
        Ok(keyed)
    } else {
        Err("the elements' keys are not all numbers, nor all texts".to_owned())
    }
}

fn best_by(call: &Call<'_>, surpasses: Ordering) -> Given {
    let mut keyed = keyed(call)?.into_iter();
    let Some(mut found) = keyed.next() else { return Ok(Value::Null) };
    for next in keyed {
        if order(&next.0, &found.0) == surpasses {
            found = next;
        }
    }
    Ok(found.1.clone())
}

fn sort(call: &Call<'_>) -> Given {
    let mut items = call.array(0).to_vec();
    items.sort_by(order);
    Ok(items.into())
}

fn sort_by(call: &Call<'_>) -> Given {
    let mut keyed = keyed(call)?;
    keyed.sort_by(|left, right| order(&left.0, &right.0));
    Ok(keyed.into_iter().map(|(_, item)| item.clone()).collect())
}

fn merge(call: &Call<'_>) -> Given {
    let mut merged = Map::new();
    for at in 0..call.arguments.len() {
        merged.extend(call.value(at).as_object().cloned().unwrap_or_default());
    }
    Ok(merged.into())
}

fn keys(call: &Call<'_>) -> Given {
    let fields = call.value(0).as_object();
    Ok(fields.map(|fields| fields.keys().cloned().map(Value::String).collect()).unwrap_or_default())
}

fn values(call: &Call<'_>) -> Given {
    let fields = call.value(0).as_object();
    Ok(fields.map(|fields| fields.values().cloned().collect()).unwrap_or_default())
}

fn reverse(call: &Call<'_>) -> Given {
    Ok(match call.value(0) {
        Value::String(text) => text.chars().rev().collect::<String>().into(),
        _ => call.array(0).iter().rev().cloned().collect(),
    })
}

fn to_array(call: &Call<'_>) -> Given {
    Ok(match call.value(0) {
        Value::Array(items) => items.clone().into(),
        other => json!([other]),
    })
}

fn not_null(call: &Call<'_>) -> Given {
    let mut all = (0..call.arguments.len()).map(|at| call.value(at));
    Ok(all.find(|value| !value.is_null()).cloned().unwrap_or_default())
}

fn label_match(call: &Call<'_>) -> Given {
    let wanted = call.value(0).as_object().into_iter().flatten();
    let has = |key: &str, value: &Value| call.value(1).get(key).is_some_and(|own| same(own, value));
    Ok(wanted.into_iter().all(|(key, value)| has(key, value)).into())
}

fn lookup(call: &Call<'_>) -> Given {
    match (call.value(0), call.value(1)) {
        (Value::Object(fields), Value::String(key)) => {
            Ok(fields.get(key).cloned().unwrap_or_default())
        }
        (Value::Array(items), Value::Number(_)) => {
            let at = usize::try_from(whole(call.number(1))?).ok();
            Ok(at.and_then(|at| items.get(at)).cloned().unwrap_or_default())
        }
        _ => Err("a text looks up in an object, a number in a list".to_owned()),
    }
}

fn items(call: &Call<'_>) -> Given {
    let count = call.value(0).as_object().map_or(call.array(0).len(), Map::len);
    fits(count.saturating_mul(call.text(1).len() + call.text(2).len()))?;
    let pair = |key: Value, value: &Value| {
        let mut pair = Map::new();
        pair.insert(call.text(1).to_owned(), key);
        pair.insert(call.text(2).to_owned(), value.clone());
        Value::Object(pair)
    };
    Ok(match call.value(0) {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| pair(key.as_str().into(), value)).collect()
        }
        _ => {
            let items = call.array(0).iter().enumerate();
            items.map(|(at, value)| pair(at.into(), value)).collect()
        }
    })
}

fn object_from_lists(call: &Call<'_>) -> Given {
    let mut object = Map::new();
    let values = call.array(1);
    for (at, key) in call.array(0).iter().enumerate() {
        object.insert(as_text(key)?, values.get(at).cloned().unwrap_or_default());
    }
    Ok(object.into())
}

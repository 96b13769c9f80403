//! Lists, sets and maps.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::super::unify::unified;
use super::super::value::{MAX_WEIGHT, distinct};
use super::super::{Reason, Value};
use super::{Function, TOO_LARGE, argument, count_value, list, number, text, whole};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("alltrue", |a| decided(list(a, 0)?, false)),
    ("anytrue", |a| decided(list(a, 0)?, true)),
    ("chunklist", chunklist),
    ("coalescelist", coalescelist),
    ("compact", compact),
    ("concat", concat),
    ("contains", contains),
    ("distinct", |a| Ok(Value::list(distinct(&of_one_type(list(a, 0)?.to_vec())?)))),
    ("element", element),
    ("flatten", flatten),
    ("index", index),
    ("keys", keys),
    ("length", length),
    ("lookup", lookup),
    ("matchkeys", matchkeys),
    ("merge", merge),
    ("one", one),
    ("range", range),
    ("reverse", |a| Ok(Value::list(list(a, 0)?.iter().rev().cloned().collect()))),
    ("setintersection", setintersection),
    ("setproduct", setproduct),
    ("setsubtract", setsubtract),
    ("setunion", setunion),
    ("slice", slice),
    ("sort", sort),
    ("sum", sum),
    ("toset", toset),
    ("transpose", transpose),
    ("values", values),
    ("zipmap", zipmap),
];

pub(super) fn same(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(argument(arguments, 0)?.clone())
}

/// The first that is neither null nor an empty text; one that is not known may be either.
pub(super) fn coalesce(arguments: &[Value]) -> Result<Value, Reason> {
    let first = arguments.iter().find(|value| match value {
        Value::Null => false,
        Value::Text(text) => !text.is_empty(),
        _ => true,
    });
    let first = first.cloned().ok_or(Reason::Invalid("nothing but null"))?;
    // A text among the others makes all of them texts.
    let is_text = arguments.iter().any(|value| matches!(value, Value::Text(_)));
    Ok(first.to_text().filter(|_| is_text).map_or(first, Value::Text))
}

/// Whether one of these decides alone, or none does; what is not known may.
fn decided(items: &[Value], decisive: bool) -> Result<Value, Reason> {
    // Null is neither, and counts as false.
    let is = |item: &Value| item.to_bool().unwrap_or(false) == decisive;
    if items.iter().any(|item| !item.is_unknown() && is(item)) {
        return Ok(Value::Bool(decisive));
    }
    let unknown = items.iter().find(|item| item.is_unknown());
    Ok(unknown.cloned().unwrap_or(Value::Bool(!decisive)))
}

fn coalescelist(arguments: &[Value]) -> Result<Value, Reason> {
    let filled = |value: &&Value| value.as_list().is_some_and(|items| !items.is_empty());
    arguments.iter().find(filled).cloned().ok_or(Reason::Invalid("nothing but empty lists"))
}

fn chunklist(arguments: &[Value]) -> Result<Value, Reason> {
    let size = argument(arguments, 1)?.to_index().ok_or("not a size")?;
    // Of no size are those of all there is.
    let chunks = list(arguments, 0)?.chunks(if size == 0 { usize::MAX } else { size });
    Ok(Value::list(chunks.map(|chunk| Value::list(chunk.to_vec())).collect()))
}

fn compact(arguments: &[Value]) -> Result<Value, Reason> {
    let filled = |value: &Value| !matches!(value.as_text(), Some("")) && *value != Value::Null;
    let texts =
        list(arguments, 0)?.iter().map(|item| item.to_text().map_or(item.clone(), Value::Text));
    Ok(Value::list(texts.filter(filled).collect()))
}

fn concat(arguments: &[Value]) -> Result<Value, Reason> {
    let mut all = Vec::new();
    for index in 0..arguments.len() {
        all.extend_from_slice(list(arguments, index)?);
    }
    Ok(Value::list(all))
}

fn contains(arguments: &[Value]) -> Result<Value, Reason> {
    let wanted = argument(arguments, 1)?;
    let items = list(arguments, 0)?;
    if items.contains(wanted) {
        return Ok(Value::Bool(true));
    }
    match items.iter().find(|item| item.is_unknown()) {
        Some(unknown) => Ok(unknown.clone()),
        None => Ok(Value::Bool(false)),
    }
}

/// The elements of a list, to be asked for.
fn members(arguments: &[Value], index: usize) -> Result<HashSet<&Value>, &'static str> {
    Ok(list(arguments, index)?.iter().collect())
}

fn element(arguments: &[Value]) -> Result<Value, Reason> {
    let items = list(arguments, 0)?;
    let length = i64::try_from(items.len()).map_err(|_| "too long")?;
    if length == 0 {
        return Err(Reason::Invalid("an empty list has no element"));
    }
    let index = usize::try_from(whole(arguments, 1)?.rem_euclid(length)).unwrap_or(0);
    items.get(index).cloned().ok_or(Reason::Invalid("no such element"))
}

fn flatten(arguments: &[Value]) -> Result<Value, Reason> {
    fn into(items: &[Value], all: &mut Vec<Value>) {
        for item in items {
            match item {
                Value::List(inner) | Value::Set(inner) => into(inner, all),
                other => all.push(other.clone()),
            }
        }
    }
    let mut all = Vec::new();
    into(list(arguments, 0)?, &mut all);
    Ok(Value::list(all))
}

fn index(arguments: &[Value]) -> Result<Value, Reason> {
    let wanted = argument(arguments, 1)?;
    let place = list(arguments, 0)?.iter().position(|item| item == wanted);
    place.map(count_value).ok_or(Reason::Invalid("no such element"))
}

fn object(arguments: &[Value], index: usize) -> Result<&BTreeMap<Arc<str>, Value>, &'static str> {
    argument(arguments, index)?.as_object().ok_or("not a map")
}

fn keys(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(Value::list(object(arguments, 0)?.keys().map(|key| Value::Text(Arc::clone(key))).collect()))
}

fn values(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(Value::list(object(arguments, 0)?.values().cloned().collect()))
}

fn length(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(count_value(match argument(arguments, 0)? {
        Value::Text(text) => text.chars().count(),
        Value::List(items) | Value::Set(items) => items.len(),
        Value::Object(items) => items.len(),
        _ => return Err(Reason::Invalid("nothing with a length")),
    }))
}

fn lookup(arguments: &[Value]) -> Result<Value, Reason> {
    let found = object(arguments, 0)?.get(&text(arguments, 1)?);
    found.or(arguments.get(2)).cloned().ok_or(Reason::Invalid("no such key"))
}

fn matchkeys(arguments: &[Value]) -> Result<Value, Reason> {
    let wanted = members(arguments, 2)?;
    let pairs = list(arguments, 0)?.iter().zip(list(arguments, 1)?);
    Ok(Value::list(
        pairs.filter(|(_, key)| wanted.contains(key)).map(|(value, _)| value.clone()).collect(),
    ))
}

fn merge(arguments: &[Value]) -> Result<Value, Reason> {
    let mut all = BTreeMap::new();
    for (index, argument) in arguments.iter().enumerate() {
        if *argument != Value::Null {
            let items = object(arguments, index)?;
            all.extend(items.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
        }
    }
    Ok(Value::object(all))
}

fn one(arguments: &[Value]) -> Result<Value, Reason> {
    match list(arguments, 0)? {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        _ => Err(Reason::Invalid("more than one element")),
    }
}

/// Elements that Terraform lets a range have.
const MAX_RANGE: usize = 1024;

fn range(arguments: &[Value]) -> Result<Value, Reason> {
    let (start, end, step) = match arguments.len() {
        1 => (0.0, number(arguments, 0)?, None),
        2 => (number(arguments, 0)?, number(arguments, 1)?, None),
        _ => (number(arguments, 0)?, number(arguments, 1)?, Some(number(arguments, 2)?)),
    };
    let step = step.unwrap_or(if end < start { -1.0 } else { 1.0 });
    if step == 0.0 {
        return Err(Reason::Invalid("a range without a step"));
    }
    let mut items = Vec::new();
    let mut next = start;
    while (step > 0.0 && next < end) || (step < 0.0 && next > end) {
        if items.len() == MAX_RANGE {
            return Err(Reason::Invalid("a range of more than 1024"));
        }
        items.push(Value::Number(next));
        next += step;
    }
    Ok(Value::list(items))
}

fn setunion(arguments: &[Value]) -> Result<Value, Reason> {
    Ok(Value::set(sets(arguments)?.concat()))
}

fn setintersection(arguments: &[Value]) -> Result<Value, Reason> {
    let mut sets = sets(arguments)?.into_iter();
    let mut kept = sets.next().ok_or("too few arguments")?;
    for other in sets {
        let other: HashSet<&Value> = other.iter().collect();
        kept.retain(|item| other.contains(item));
    }
    Ok(Value::set(kept))
}

fn setsubtract(arguments: &[Value]) -> Result<Value, Reason> {
    let mut sets = sets(arguments)?.into_iter();
    let mut kept = sets.next().ok_or("too few arguments")?;
    let other = sets.next().ok_or("too few arguments")?;
    let other: HashSet<&Value> = other.iter().collect();
    kept.retain(|item| !other.contains(item));
    Ok(Value::set(kept))
}

/// The elements of several sets, of one type.
fn sets(arguments: &[Value]) -> Result<Vec<Vec<Value>>, Reason> {
    let sets: Result<Vec<&[Value]>, _> =
        (0..arguments.len()).map(|index| list(arguments, index)).collect();
    let sets = sets?;
    let mut all = of_one_type(sets.concat())?.into_iter();
    Ok(sets.iter().map(|set| all.by_ref().take(set.len()).collect()).collect())
}

fn of_one_type(values: Vec<Value>) -> Result<Vec<Value>, Reason> {
    unified(values).ok_or(Reason::Invalid("elements of different types"))
}

/// One of each list, in every combination.
fn setproduct(arguments: &[Value]) -> Result<Value, Reason> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut cells = 0_usize;
    for index in 0..arguments.len() {
        let items = list(arguments, index)?;
        // Each step writes all rows anew, one longer than before.
        cells += rows.len().saturating_mul(items.len()).saturating_mul(index + 1);
        if cells > MAX_WEIGHT {
            return Err(TOO_LARGE);
        }
        let extended = |row: &Vec<Value>| {
            let row = row.clone();
            items.iter().map(move |item| [row.as_slice(), std::slice::from_ref(item)].concat())
        };
        rows = rows.iter().flat_map(extended).collect();
    }
    let rows = rows.into_iter().map(Value::list).collect();
    let is_set = arguments.iter().any(|argument| matches!(argument, Value::Set(_)));
    Ok(if is_set { Value::set(rows) } else { Value::list(rows) })
}

/// A map of lists by what was in them.
fn transpose(arguments: &[Value]) -> Result<Value, Reason> {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, values) in object(arguments, 0)? {
        for value in values.as_list().ok_or("not a map of lists")? {
            let value = value.to_text().ok_or("not a text")?;
            turned.entry(value).or_default().push(Value::Text(Arc::clone(key)));
        }
    }
    Ok(Value::object(turned.into_iter().map(|(key, values)| (key, Value::list(values))).collect()))
}

pub(super) fn tolist(arguments: &[Value]) -> Result<Value, Reason> {
    match argument(arguments, 0)? {
        value @ (Value::Null | Value::Unknown(_)) => Ok(value.clone()),
        _ => Ok(Value::list(of_one_type(list(arguments, 0)?.to_vec())?)),
    }
}

fn toset(arguments: &[Value]) -> Result<Value, Reason> {
    match argument(arguments, 0)? {
        Value::Null => Ok(Value::Null),
        _ => Ok(Value::set(of_one_type(list(arguments, 0)?.to_vec())?)),
    }
}

pub(super) fn tomap(arguments: &[Value]) -> Result<Value, Reason> {
    match argument(arguments, 0)? {
        value @ (Value::Null | Value::Unknown(_)) => Ok(value.clone()),
        _ => {
            let items = object(arguments, 0)?;
            let values = of_one_type(items.values().cloned().collect())?;
            Ok(Value::object(items.keys().map(Arc::clone).zip(values).collect()))
        }
    }
}

fn slice(arguments: &[Value]) -> Result<Value, Reason> {
    let (from, to) = (argument(arguments, 1)?.to_index(), argument(arguments, 2)?.to_index());
    let range = from.ok_or("not an index")?..to.ok_or("not an index")?;
    list(arguments, 0)?
        .get(range)
        .map(|items| Value::list(items.to_vec()))
        .ok_or(Reason::Invalid("out of bounds"))
}

fn sort(arguments: &[Value]) -> Result<Value, Reason> {
    let texts: Option<Vec<Arc<str>>> = list(arguments, 0)?.iter().map(Value::to_text).collect();
    let mut texts = texts.ok_or("not a list of texts")?;
    texts.sort();
    Ok(Value::list(texts.into_iter().map(Value::Text).collect()))
}

fn sum(arguments: &[Value]) -> Result<Value, Reason> {
    let numbers: Option<Vec<f64>> = list(arguments, 0)?.iter().map(Value::to_number).collect();
    let sum = numbers.ok_or("not a list of numbers")?.into_iter().reduce(|sum, next| sum + next);
    sum.map(Value::Number).ok_or(Reason::Invalid("the sum of no numbers"))
}

fn zipmap(arguments: &[Value]) -> Result<Value, Reason> {
    let keys: Option<Vec<Arc<str>>> = list(arguments, 0)?.iter().map(Value::to_text).collect();
    let keys = keys.ok_or("not a list of texts")?;
    Ok(Value::object(keys.into_iter().zip(list(arguments, 1)?.iter().cloned()).collect()))
}

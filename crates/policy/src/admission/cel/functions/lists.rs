//! Lists (cel-go, lists; Kubernetes, lists).

use std::cmp::Ordering;

use super::{Function, global, member, mismatch};
use crate::admission::cel::compare::{compare, equal};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::operators;
use crate::admission::cel::syntax::Operator;
use crate::admission::cel::value::{List, Nanoseconds, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    member("isSorted", 1, is_sorted),
    member("sum", 1, sum),
    member("min", 1, |run, arguments| extreme(run, "min", arguments, Ordering::Less)),
    member("max", 1, |run, arguments| extreme(run, "max", arguments, Ordering::Greater)),
    member("slice", 3, slice),
    member("flatten", 1, flatten).up_to(2),
    member("sort", 1, sort),
    member("distinct", 1, distinct),
    member("first", 1, |_, arguments| match arguments {
        [Value::List(list)] => Ok(Value::Optional(list.get(0).map(Into::into))),
        _ => Err(mismatch("first", arguments)),
    }),
    member("last", 1, |_, arguments| match arguments {
        [Value::List(list)] => {
            let last = list.len().checked_sub(1).and_then(|last| list.get(last));
            Ok(Value::Optional(last.map(Into::into)))
        }
        _ => Err(mismatch("last", arguments)),
    }),
    global("lists.range", 1, range),
];

fn is_sorted<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch("isSorted", arguments)) };
    run.spend(list.len())?;
    for (left, right) in list.iter().zip(list.iter().skip(1)) {
        run.spend_bytes(left.text_bytes().min(right.text_bytes()))?;
        if compare("isSorted", &left, &right)? == Some(Ordering::Greater) {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn sum<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch("sum", arguments)) };
    run.spend(list.len())?;
    let mut items = list.iter();
    let Some(mut total) = items.next() else { return Ok(Value::Int(0)) };
    if !matches!(
        total,
        Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(Nanoseconds(_))
    ) {
        return Err(mismatch("sum", arguments));
    }
    for item in items {
        total = operators::arithmetic(run, Operator::Add, &total, &item)?;
    }
    Ok(total)
}

fn extreme<'a>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &[Value<'a>],
    wanted: Ordering,
) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch(name, arguments)) };
    run.spend(list.len())?;
    let mut items = list.iter();
    let first = items.next().ok_or_else(|| Error::invalid(format!("{name} of an empty list")))?;
    let mut best = first;
    for item in items {
        run.spend_bytes(item.text_bytes().min(best.text_bytes()))?;
        if compare(name, &item, &best)? == Some(wanted) {
            best = item;
        }
    }
    Ok(best)
}

/// Returns the first or last position of an element; -1 where it is missing.
pub(super) fn place<'a>(
    run: &mut Run<'a>,
    list: &List<'a>,
    item: &Value<'a>,
    last: bool,
) -> Result<Value<'a>> {
    let mut places: Box<dyn Iterator<Item = usize>> = match last {
        true => Box::new((0..list.len()).rev()),
        false => Box::new(0..list.len()),
    };
    let found = places.find_map(|at| match equal(run, &list.get(at)?, item) {
        Ok(false) => None,
        Ok(true) => Some(Ok(Value::length(at))),
        Err(error) => Some(Err(error)),
    });
    found.unwrap_or(Ok(Value::Int(-1)))
}

fn slice<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list), Value::Int(start), Value::Int(end)] = arguments else {
        return Err(mismatch("slice", arguments));
    };
    run.spend(list.len())?;
    let wrong = || Error::invalid(format!("no elements {start} to {end} of {}", list.len()));
    let start = usize::try_from(*start).map_err(|_| wrong())?;
    let end = usize::try_from(*end).map_err(|_| wrong())?;
    if start > end || end > list.len() {
        return Err(wrong());
    }
    Ok(Value::list((start..end).filter_map(|at| list.get(at))))
}

fn flatten<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let (list, depth) = match arguments {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth @ 0..)] => (list, *depth),
        [Value::List(_), Value::Int(_)] => return Err(Error::invalid("flatten: a negative depth")),
        _ => return Err(mismatch("flatten", arguments)),
    };
    let mut flat = Vec::new();
    flatten_into(run, list, depth.min(100), &mut flat)?;
    Ok(Value::list(flat))
}

fn flatten_into<'a>(
    run: &mut Run<'a>,
    list: &List<'a>,
    depth: i64,
    flat: &mut Vec<Value<'a>>,
) -> Result<()> {
    for item in list.iter() {
        run.spend(1)?;
        match item {
            Value::List(inner) if depth > 0 => flatten_into(run, &inner, depth - 1, flat)?,
            item => flat.push(item),
        }
    }
    Ok(())
}

fn sort<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch("sort", arguments)) };
    let mut keyed: Vec<_> = list.iter().map(|item| (item.clone(), item)).collect();
    operators::sort(run, &mut keyed)?;
    Ok(Value::list(keyed.into_iter().map(|(_, item)| item)))
}

fn distinct<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch("distinct", arguments)) };
    let mut kept: Vec<Value<'a>> = Vec::new();
    for item in list.iter() {
        if !any_equal(run, kept.iter().cloned(), &item)? {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

/// Whether one of several values equals `item`.
pub(super) fn any_equal<'a>(
    run: &mut Run<'a>,
    mut all: impl Iterator<Item = Value<'a>>,
    item: &Value<'a>,
) -> Result<bool> {
    let found = all.find_map(|other| match equal(run, &other, item) {
        Ok(false) => None,
        decided => Some(decided),
    });
    found.unwrap_or(Ok(false))
}

fn range<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::Int(end)] = arguments else { return Err(mismatch("lists.range", arguments)) };
    run.spend(usize::try_from(*end).unwrap_or_default())?;
    Ok(Value::list((0..*end).map(Value::Int)))
}

/// Returns the list in reverse order.
pub(super) fn reverse<'a>(run: &mut Run<'a>, list: &List<'a>) -> Result<Value<'a>> {
    run.spend(list.len())?;
    Ok(Value::list(list.iter().rev()))
}

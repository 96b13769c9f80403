//! Lists as sets (cel-go, sets).

use super::{Function, global, mismatch};
use crate::admission::cel::compare::equal;
use crate::admission::cel::error::Result;
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{List, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("sets.contains", 2, |run, arguments| {
        let (left, right) = lists(run, "sets.contains", arguments)?;
        Ok(Value::Bool(holds_all(left, right)))
    }),
    global("sets.equivalent", 2, |run, arguments| {
        let (left, right) = lists(run, "sets.equivalent", arguments)?;
        Ok(Value::Bool(holds_all(left, right) && holds_all(right, left)))
    }),
    global("sets.intersects", 2, |run, arguments| {
        let (left, right) = lists(run, "sets.intersects", arguments)?;
        Ok(Value::Bool(right.iter().any(|item| holds(left, &item))))
    }),
];

fn lists<'v, 'a>(
    run: &mut Run<'a>,
    name: &str,
    arguments: &'v [Value<'a>],
) -> Result<(&'v List<'a>, &'v List<'a>)> {
    match arguments {
        [Value::List(left), Value::List(right)] => {
            run.spend(left.len().saturating_mul(right.len()))?;
            Ok((left, right))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn holds_all<'a>(list: &List<'a>, items: &List<'a>) -> bool {
    items.iter().all(|item| holds(list, &item))
}

fn holds<'a>(list: &List<'a>, item: &Value<'a>) -> bool {
    list.iter().any(|other| equal(&other, item))
}

//! Lists as sets (cel-go, sets).

use super::lists::any_equal;
use super::{Function, global, mismatch};
use crate::admission::cel::error::Result;
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::{List, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("sets.contains", 2, |run, arguments| {
        let (left, right) = lists("sets.contains", arguments)?;
        holds_all(run, left, right).map(Value::Bool)
    }),
    global("sets.equivalent", 2, |run, arguments| {
        let (left, right) = lists("sets.equivalent", arguments)?;
        Ok(Value::Bool(holds_all(run, left, right)? && holds_all(run, right, left)?))
    }),
    global("sets.intersects", 2, |run, arguments| {
        let (left, right) = lists("sets.intersects", arguments)?;
        for item in right.iter() {
            if any_equal(run, left.iter(), &item)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
];

fn lists<'v, 'a>(name: &str, arguments: &'v [Value<'a>]) -> Result<(&'v List<'a>, &'v List<'a>)> {
    match arguments {
        [Value::List(left), Value::List(right)] => Ok((left, right)),
        _ => Err(mismatch(name, arguments)),
    }
}

fn holds_all<'a>(run: &mut Run<'a>, list: &List<'a>, items: &List<'a>) -> Result<bool> {
    for item in items.iter() {
        if !any_equal(run, list.iter(), &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

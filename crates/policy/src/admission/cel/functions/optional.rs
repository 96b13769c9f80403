//! Values that may not be there (cel-go, optional types).

use super::{Function, global, member, mismatch};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::evaluate::Run;
use crate::admission::cel::value::Value;

pub(super) static FUNCTIONS: &[Function] = &[
    OF,
    global("optional.none", 0, |_, _| Ok(Value::Optional(None))),
    global("optional.ofNonZeroValue", 1, |_, arguments| match arguments {
        [value] if value.is_zero() => Ok(Value::Optional(None)),
        [value] => Ok(Value::some(value.clone())),
        _ => Err(mismatch("optional.ofNonZeroValue", arguments)),
    }),
    global("optional.unwrap", 1, unwrap),
    member("unwrapOpt", 1, unwrap),
    member("hasValue", 1, |_, arguments| match arguments {
        [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
        _ => Err(mismatch("hasValue", arguments)),
    }),
    member("value", 1, |_, arguments| match arguments {
        [Value::Optional(value)] => value.as_deref().cloned().ok_or(Error::NoValue),
        _ => Err(mismatch("value", arguments)),
    }),
];

const OF: Function = global("optional.of", 1, |_, arguments| match arguments {
    [value] => Ok(Value::some(value.clone())),
    _ => Err(mismatch("optional.of", arguments)),
});

/// `optional.of`, for `variables.?name`.
pub(crate) static OPTIONAL_OF: Function = OF;

fn unwrap<'a>(run: &mut Run<'a>, arguments: &[Value<'a>]) -> Result<Value<'a>> {
    let [Value::List(list)] = arguments else { return Err(mismatch("unwrapOpt", arguments)) };
    run.spend(list.len())?;
    let mut there = Vec::new();
    for item in list.iter() {
        match item {
            Value::Optional(value) => there.extend(value.as_deref().cloned()),
            _ => return Err(mismatch("unwrapOpt", arguments)),
        }
    }
    Ok(Value::list(there))
}

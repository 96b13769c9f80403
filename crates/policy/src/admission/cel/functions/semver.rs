//! Semantic versions (Kubernetes, semver), and the order that they share with quantities.

use std::cmp::Ordering;

use super::{Function, global, member, mismatch, opaque};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Opaque, Value};
use crate::admission::semver::Version;

pub(super) static FUNCTIONS: &[Function] = &[
    global("isSemver", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(read(text, false).is_ok())),
        [Value::String(text), Value::Bool(lenient)] => {
            Ok(Value::Bool(read(text, *lenient).is_ok()))
        }
        _ => Err(mismatch("isSemver", arguments)),
    })
    .up_to(2),
    global("semver", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Semver(read(text, false)?.into())),
        [Value::String(text), Value::Bool(lenient)] => {
            opaque(Opaque::Semver(read(text, *lenient)?.into()))
        }
        _ => Err(mismatch("semver", arguments)),
    })
    .up_to(2),
    member("major", 1, |_, arguments| number("major", arguments, |[major, _, _]| major)),
    member("minor", 1, |_, arguments| number("minor", arguments, |[_, minor, _]| minor)),
    member("patch", 1, |_, arguments| number("patch", arguments, |[_, _, patch]| patch)),
    member("isLessThan", 2, |_, arguments| {
        Ok(Value::Bool(order("isLessThan", arguments)?.is_lt()))
    }),
    member("isGreaterThan", 2, |_, arguments| {
        Ok(Value::Bool(order("isGreaterThan", arguments)?.is_gt()))
    }),
    member("compareTo", 2, |_, arguments| {
        Ok(Value::Int(match order("compareTo", arguments)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }),
];

fn number<'a>(name: &str, arguments: &[Value<'a>], part: fn([u64; 3]) -> u64) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Semver(version))] => {
            i64::try_from(part(version.numbers())).map(Value::Int).map_err(|_| Error::Overflow)
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn order(name: &str, arguments: &[Value<'_>]) -> Result<Ordering> {
    match arguments {
        [Value::Opaque(Opaque::Semver(left)), Value::Opaque(Opaque::Semver(right))] => {
            Ok(left.order(right))
        }
        [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => {
            Ok(left.cmp(right))
        }
        _ => Err(mismatch(name, arguments)),
    }
}

fn read(text: &str, lenient: bool) -> Result<Version> {
    let version = if lenient { Version::lenient(text) } else { Version::parse(text) };
    version.ok_or_else(|| Error::invalid(format!("{text:?} is no semantic version")))
}

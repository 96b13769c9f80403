//! Times that are given; those of the clock are not known.

use std::cmp::Ordering;

use sealift_model::Timestamp;

use super::super::{Reason, Value};
use super::{Function, text};

pub(super) const TABLE: &[(&str, Function)] = &[("timecmp", timecmp)];

/// -1, 0 or 1, as one time (RFC 3339) is before, at or after another.
fn timecmp(arguments: &[Value]) -> Result<Value, Reason> {
    let (left, right) = (time(arguments, 0)?, time(arguments, 1)?);
    Ok(Value::Number(match left.cmp(&right) {
        Ordering::Less => -1.0,
        Ordering::Equal => 0.0,
        Ordering::Greater => 1.0,
    }))
}

fn time(arguments: &[Value], index: usize) -> Result<Timestamp, Reason> {
    text(arguments, index)?.parse().map_err(|_| Reason::Invalid("not a time"))
}

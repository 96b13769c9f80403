//! Times that are given; those of the clock are not known.

use sealift_model::Timestamp;

use super::super::{Reason, Value};
use super::{Function, text};

pub(super) const TABLE: &[(&str, Function)] = &[("timecmp", timecmp)];

/// -1, 0 or 1, as one time (RFC 3339) is before, at or after another.
fn timecmp(arguments: &[Value]) -> Result<Value, Reason> {
    let (left, right) = (time(arguments, 0)?, time(arguments, 1)?);
    Ok(Value::Number(f64::from(left.cmp(&right) as i8)))
}

fn time(arguments: &[Value], index: usize) -> Result<Timestamp, Reason> {
    text(arguments, index)?.parse().map_err(|_| Reason::Invalid("not a time"))
}

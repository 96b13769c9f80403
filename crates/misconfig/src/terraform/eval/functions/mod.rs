//! The functions of Terraform's language that depend on their arguments alone.
//!
//! Each group has a file with a visible table. Functions that read files are outside of this
//! folder; the results of those that depend on time or chance are unknown.

mod collection;
pub(super) mod digests;
mod encoding;
mod format;
mod network;
mod number;
mod text;
mod time;
mod yaml;

use std::sync::Arc;

pub(super) use encoding::encode_json;
pub(crate) use encoding::from_json;
pub(super) use text::search_cost;

use super::value::{MAX_WEIGHT, Unknown};
use super::{Reason, Value};

/// A function: returns the value for known arguments, or the reason why there is none: Terraform
/// would refuse them, or a limit was reached.
type Function = fn(&[Value]) -> Result<Value, Reason>;

/// Functions by group.
const TABLES: [&[(&str, Function)]; 8] = [
    collection::TABLE,
    digests::TABLE,
    encoding::TABLE,
    format::TABLE,
    network::TABLE,
    number::TABLE,
    text::TABLE,
    time::TABLE,
];

/// Functions that make something of arguments that are not known.
const WITH_UNKNOWN: &[(&str, Function)] = &[
    ("coalesce", collection::coalesce),
    ("format", format::format),
    ("join", text::join),
    ("jsonencode", encoding::jsonencode),
    ("nonsensitive", collection::same),
    ("sensitive", collection::same),
    ("tolist", collection::tolist),
    ("tomap", collection::tomap),
    ("tostring", text::tostring),
    ("yamlencode", yaml::yamlencode),
];

/// What a function gives.
pub(super) fn call(name: &Arc<str>, arguments: &[Value]) -> Value {
    // OpenTofu and Terraform know them as `core::name` too.
    let plain = name.strip_prefix("core::").unwrap_or(name);
    let find = |table: &[(&str, Function)]| {
        table.iter().find(|(known, _)| *known == plain).map(|(_, function)| *function)
    };
    if let Some(function) = find(WITH_UNKNOWN) {
        return function(arguments).unwrap_or_else(Value::unknown);
    }
    let Some(function) = TABLES.iter().find_map(|table| find(table)) else {
        return Value::unknown(Reason::Function(Arc::clone(name)));
    };
    let unknown: Vec<Arc<Unknown>> = arguments
        .iter()
        .filter_map(|argument| match argument {
            Value::Unknown(why) => Some(Arc::clone(why)),
            _ => None,
        })
        .collect();
    if !unknown.is_empty() {
        return Value::because_of(&unknown);
    }
    function(arguments).unwrap_or_else(|why| match why {
        // It may be right when all is known.
        Reason::Invalid(_) if arguments.iter().any(Value::holds_unknown) => {
            Value::unknown(Reason::Computed)
        }
        why => Value::unknown(why),
    })
}

/// Terraform would make it: the value is not known, but it is no error that `try` passes over.
const TOO_LARGE: Reason = Reason::Limit("the size of a value");

/// Like [`TOO_LARGE`], for a text.
const TOO_LONG: Reason = Reason::Limit("the length of a text");

impl From<&'static str> for Reason {
    fn from(refused: &'static str) -> Self {
        Self::Invalid(refused)
    }
}

/// The argument at a place.
fn argument(arguments: &[Value], index: usize) -> Result<&Value, &'static str> {
    arguments.get(index).ok_or("too few arguments")
}

fn text(arguments: &[Value], index: usize) -> Result<Arc<str>, &'static str> {
    argument(arguments, index)?.to_text().ok_or("not a text")
}

fn number(arguments: &[Value], index: usize) -> Result<f64, &'static str> {
    argument(arguments, index)?.to_number().ok_or("not a number")
}

/// Characters of a text that is taken apart: no more pieces may come of it than
/// [`MAX_WEIGHT`] lets a value have.
fn parts_of(arguments: &[Value], index: usize) -> Result<Arc<str>, Reason> {
    let text = text(arguments, index)?;
    if text.len() > MAX_WEIGHT { Err(TOO_LONG) } else { Ok(text) }
}

/// A whole number that may be below zero.
fn whole(arguments: &[Value], index: usize) -> Result<i64, &'static str> {
    let number = number(arguments, index)?;
    format!("{number}").parse().map_err(|_| "not a whole number")
}

fn list(arguments: &[Value], index: usize) -> Result<&[Value], &'static str> {
    argument(arguments, index)?.as_list().ok_or("not a list")
}

fn count_value(count: usize) -> Value {
    super::value::index_value(count)
}

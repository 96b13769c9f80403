//! What the functions of one evaluation may make in all.
//!
//! The interpreter stops at its clock, and in a second a function of a few lines makes gigabytes.
//! An evaluation stays on one thread, so what it has left is the thread's.

use std::cell::Cell;

use regorus::Value;

/// What a value takes beside its text, about.
const VALUE_BYTES: usize = 64;

thread_local! {
    static LEFT: Cell<Option<usize>> = const { Cell::new(Some(0)) };
}

/// Begins an evaluation whose functions may make so many bytes.
pub(in crate::rego) fn begin(bytes: usize) {
    LEFT.set(Some(bytes));
}

/// Whether more was asked for since it began.
pub(in crate::rego) fn is_passed() -> bool {
    LEFT.get().is_none()
}

/// How many bytes may still be made.
pub(super) fn left() -> usize {
    LEFT.get().unwrap_or(0)
}

/// Takes what a function is about to make, or has made; not more than there is.
pub(super) fn take(bytes: usize) -> Option<()> {
    let left = LEFT.get().and_then(|left| left.checked_sub(bytes));
    LEFT.set(left);
    left.map(drop)
}

/// What a function has made. What its items hold is its arguments' mostly, and looking into all of
/// them would cost more than making them did.
pub(super) fn size(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len().saturating_mul(VALUE_BYTES),
        Value::Set(items) => items.len().saturating_mul(VALUE_BYTES),
        Value::Object(fields) => fields.len().saturating_mul(2 * VALUE_BYTES),
        _ => 0,
    };
    inside.saturating_add(VALUE_BYTES)
}

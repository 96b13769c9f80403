//! A limit on the memory that the functions of one evaluation use in all.
//!
//! The interpreter is stopped by its clock, but in a second a few lines can make gigabytes. An
//! evaluation stays on one thread, so its remaining allowance is a thread-local value.

use std::cell::Cell;

use regorus::Value;

/// About how many bytes a value takes beside its text.
const VALUE_BYTES: usize = 64;

thread_local! {
    static LEFT: Cell<Option<usize>> = const { Cell::new(Some(0)) };
}

/// Begins an evaluation whose functions may make this many bytes.
pub(in crate::rego) fn begin(bytes: usize) {
    LEFT.set(Some(bytes));
}

/// Whether the limit was exceeded since the evaluation began.
pub(in crate::rego) fn is_passed() -> bool {
    LEFT.get().is_none()
}

/// Returns the bytes that are left.
pub(super) fn left() -> usize {
    LEFT.get().unwrap_or(0)
}

/// Subtracts the bytes of a result; none where fewer are left.
pub(super) fn take(bytes: usize) -> Option<()> {
    let left = LEFT.get().and_then(|left| left.checked_sub(bytes));
    LEFT.set(left);
    left.map(drop)
}

/// Returns the size of a function's result. The contents of its items mostly belong to its
/// arguments, and counting them would cost more than making the result.
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

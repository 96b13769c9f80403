//! What `examples/` and the workflows say, run as their users run it.
#![expect(clippy::print_stderr, reason = "a suite that does not run says so")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod action;
mod hook;
mod packaging;
mod pipeline;
mod rescan;
mod shell;
mod workflows;

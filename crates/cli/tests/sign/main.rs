//! The verbs that make keys and signatures, from outside.
#![expect(clippy::print_stderr, reason = "a suite that does not run says so")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod action;
mod files;
mod images;
mod interop;
mod transfer;
mod world;

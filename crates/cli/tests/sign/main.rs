//! The verbs that make keys and signatures, from outside.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a suite that does not run says so")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod action;
mod admitted;
mod attested;
#[path = "../support/command.rs"]
mod command;
mod elsewhere;
mod evidence;
mod files;
mod gated;
mod images;
mod interop;
mod logged;
mod login;
mod scanned;
mod sought;
mod stamped;
mod transcript;
mod transfer;
mod vex;
mod world;

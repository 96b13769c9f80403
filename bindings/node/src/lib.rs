//! The native module of the npm package `sealift`.
//!
//! All work is done here; the JavaScript around it has the promises, the classes and their types.
//! Options arrive as JSON, so that a wrong name or type is refused by its name, and results leave
//! as JSON, which V8 reads faster than objects are made one property at a time. Each call runs on a
//! thread of its own: neither Node's loop nor its pool of threads waits for a scan.

pub mod call;
mod checks;
pub mod database;
mod failure;
pub mod gate;
mod job;
mod limits;
mod names;
mod network;
pub mod report;
pub mod review;
pub mod scan;
pub mod sign;
mod target;
mod time;
pub mod verify;
mod view;

use napi_derive::napi;
use sealift_cli::Environment;

/// Runs the command `sealift` with these arguments, the program's name first, and returns its exit
/// status.
#[napi]
#[must_use]
pub fn run(arguments: Vec<String>) -> u8 {
    let arguments = arguments.into_iter().map(Into::into);
    sealift_cli::status(arguments, &Environment::of_process())
}

/// The version of this package.
#[napi]
#[must_use]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

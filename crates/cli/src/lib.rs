//! The `sealift` command as a library: arguments in, exit status out. Everything about images and
//! advisories is in the facade `sealift`; this crate has arguments, progress, messages and exit
//! codes.
//!
//! ```
//! let environment = sealift_cli::Environment::empty();
//! let status = sealift_cli::run(["sealift".into(), "version".into()].into_iter(), &environment);
//! assert_eq!(status, std::process::ExitCode::SUCCESS);
//! ```
#![forbid(unsafe_code)]

#[macro_use]
mod complain;

mod advisories;
mod args;
mod cache;
mod clock;
mod cluster;
mod context;
mod deadline;
mod dispatch;
mod engines;
mod environment;
mod failure;
mod files;
mod helm;
mod key_reference;
mod network;
mod output;
mod places;
mod progress;
mod scan_plan;
mod summary;
mod suppress;
mod target;
mod trust;
mod verbs;
mod vex;

use std::ffi::OsString;
use std::process::ExitCode;

use sealift::escape;

pub use environment::Environment;

use context::Context;
use dispatch::dispatch;
use failure::Failure;

/// Runs the command: `args` are the program's name and its arguments.
pub fn run(args: impl Iterator<Item = OsString>, environment: &Environment) -> ExitCode {
    ExitCode::from(status(args, environment))
}

/// The same with the exit status as a number, for programs in other languages.
pub fn status(args: impl Iterator<Item = OsString>, environment: &Environment) -> u8 {
    match dispatch(args, environment) {
        Ok(status) => status,
        Err(Failure::Usage(error)) => {
            // To stdout when help was asked for, else to stderr: clap knows which.
            let code = error.exit_code();
            let printed = error.print();
            u8::try_from(code).unwrap_or(2).max(u8::from(printed.is_err()))
        }
        Err(failure) => {
            // Paths and names in the message are untrusted.
            for line in failure.to_string().lines() {
                eprintln!("{}", escape::terminal(line));
            }
            failure.status()
        }
    }
}

//! The commands of a shell script, for the checks of `RUN`.
//!
//! This is not a shell: it finds the commands in a script and their words, regardless of whether
//! and when they are executed. The grammar is that of POSIX.1-2024, XCU 2.10, with bash's
//! extensions.

mod commands;
mod words;

pub(crate) use commands::commands;

//! The commands of a shell script, as the checks of `RUN` look at them.
//!
//! Not a shell: which commands stand in a script and what their words are, whatever runs them
//! and when. The grammar is that of POSIX.1-2024, XCU 2.10, with what bash adds to it.

mod commands;
mod words;

pub(crate) use commands::commands;

//! Messages to people. Those of the standard library end the program when nobody can read them:
//! when stderr is closed or its disk is full.

use std::fmt;
use std::io::{Write, stderr};

/// A line on stderr.
macro_rules! eprintln {
    ($($part:tt)*) => { $crate::complain::say(format_args!("{}\n", format_args!($($part)*))) };
}

/// A part of a line on stderr.
macro_rules! eprint {
    ($($part:tt)*) => { $crate::complain::say(format_args!($($part)*)) };
}

pub(crate) fn say(message: fmt::Arguments<'_>) {
    // A message that cannot be written decides nothing.
    let _ = stderr().write_fmt(message);
}

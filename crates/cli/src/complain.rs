//! Messages on stderr. The standard library's macros end the program when they cannot write: when
//! stderr is closed or its disk is full.

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
    // A message that cannot be written changes no outcome.
    let _ = stderr().write_fmt(message);
}

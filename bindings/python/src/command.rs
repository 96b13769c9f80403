//! The command, as `python -m sealift` and the console script run it.

use std::ffi::OsString;

use pyo3::prelude::*;
use sealift_cli::Environment;

/// Runs the command `sealift`: `args` are the program's name and its arguments. Returns the exit
/// status.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| sealift_cli::status(args.into_iter(), &Environment::of_process()))
}

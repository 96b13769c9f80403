//! The command as tests run it.

use std::path::Path;
use std::process::{Command, Stdio};

/// The command in a folder, with no variable but those that a test sets, and nothing on stdin.
pub(crate) fn sealift(folder: impl AsRef<Path>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
    command.args(arguments).env_clear().current_dir(folder).stdin(Stdio::null());
    command
}

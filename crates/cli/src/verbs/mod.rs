//! One function for each verb.

mod db;
mod scan;

use clap_complete::Shell;

use crate::failure::Failure;
use crate::{args, output};

pub(crate) use db::db;
pub(crate) use scan::{fs, image, rootfs, sbom};

/// `version`: the program's version.
pub(crate) fn version() -> Result<u8, Failure> {
    output::emit(format!("Version: {}\n", env!("CARGO_PKG_VERSION")).as_bytes(), None)?;
    Ok(0)
}

/// `completion`: a completion script for a shell.
pub(crate) fn completion(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "sealift", &mut script);
    output::emit(&script, None)?;
    Ok(0)
}

/// `man`: the manual page, in roff.
pub(crate) fn man() -> Result<u8, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(args::command())
        .render(&mut page)
        .map_err(|source| Failure::Output { path: None, source })?;
    output::emit(&page, None)?;
    Ok(0)
}

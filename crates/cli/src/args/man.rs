//! The flags of `man`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The verb, as gate or db build; without one the page is of the command.
    pub(crate) verb: Vec<String>,
    /// Write the pages of the command and of all its verbs into this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub(crate) folder: Option<PathBuf>,
}

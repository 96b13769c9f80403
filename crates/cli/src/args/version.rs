//! Flags of `version`.

use clap::{Args, ValueEnum};

/// `version`.
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// Format of what is printed.
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: VersionFormat,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}

/// A format of `version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VersionFormat {
    #[value(alias = "table")]
    Text,
    Json,
}

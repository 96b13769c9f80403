//! Flags about the layers of an image: its base, and what is hidden.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Base image and layers")]
pub(crate) struct LayerArgs {
    /// The image that this one was made from, named as the image itself; only its config is read.
    /// Without it the base is looked up in --bases, else guessed from the history.
    #[arg(long, value_name = "IMAGE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) base: Option<String>,
    /// File of known base images: {"bases": [{"name": ..., "diff_ids": [...], "created": ...}]};
    /// the longest that fits counts.
    #[arg(long, value_name = "FILE")]
    pub(crate) bases: Option<PathBuf>,
    /// List and match what upper layers hide, too, marked as hidden; it never counts for
    /// --exit-code.
    #[arg(long)]
    pub(crate) all_layers: bool,
    /// Which layers are listed: all-layers is the same as --all-layers.
    #[arg(long, value_name = "SCOPE", default_value = "squashed")]
    pub(crate) scope: LayerScope,
}

impl LayerArgs {
    /// Whether hidden packages are asked for.
    pub(crate) fn wants_hidden(&self) -> bool {
        self.all_layers || self.scope == LayerScope::AllLayers
    }
}

/// The values of Syft's `--scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LayerScope {
    Squashed,
    AllLayers,
}

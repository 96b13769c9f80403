//! Flags of `clean`.

use clap::Args;

use super::{CleanKind, OutArgs, RegistryArgs};

/// `clean`.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Remove what is kept of layers.
    #[arg(long)]
    pub(crate) scan_cache: bool,
    /// Remove the advisory database of the cache folder, and what it was made of.
    #[arg(long)]
    pub(crate) vuln_db: bool,
    /// Remove both.
    #[arg(short, long)]
    pub(crate) all: bool,
    /// Instead of caches: take away what is attached to this image in its registry.
    #[arg(value_name = "IMAGE", conflicts_with_all = ["scan_cache", "vuln_db", "all"])]
    pub(crate) image: Option<String>,
    /// What is taken away from the image.
    #[arg(long = "type", value_name = "TYPE", requires = "image")]
    pub(crate) kind: Option<CleanKind>,
    /// Take it away without asking.
    #[arg(short, long, requires = "image")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

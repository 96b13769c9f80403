//! Flags of the verbs that scan folders and documents.

use std::path::PathBuf;

use clap::Args;

use super::{CheckArgs, ScanArgs};

/// `fs`, `repo` and `rootfs`.
#[derive(Debug, Args)]
pub(crate) struct TreeArgs {
    /// The folder, or a single file of those that packages are read from.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
    #[command(flatten)]
    pub(crate) checks: CheckArgs,
}

/// `sbom`.
#[derive(Debug, Args)]
pub(crate) struct SbomArgs {
    /// The document: CycloneDX (JSON, XML), SPDX 2 (JSON, tags with values) or Syft's JSON; or an
    /// in-toto statement, DSSE envelope or Sigstore bundle that holds one, whose signature is not
    /// verified. `-` is standard input.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

//! The verbs that move images with what is attached to them: flags as cosign has them.

use std::path::PathBuf;

use clap::builder::{EnumValueParser, NonEmptyStringValueParser};
use clap::{Args, ValueEnum};
use sealift::Platform;

use super::values::Word;
use super::{OutArgs, RegistryArgs};

/// `copy`.
#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The image: a reference to a registry.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) from: String,
    /// Where it goes: a reference to a registry.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) to: String,
    /// What goes with it: sig, att, sbom; the image then goes by its digest, and the tag stays as it
    /// is there. Default: all.
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = Word(EnumValueParser::<Attached>::new()))]
    pub(crate) only: Vec<Attached>,
    /// The same as --only=sig.
    #[arg(long, conflicts_with = "only")]
    pub(crate) sig_only: bool,
    /// Copy the image for this platform alone, as linux/arm64, and not the index that lists it.
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<Platform>,
    /// Overwrite a tag that names another image.
    #[arg(short, long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// `save`.
#[derive(Debug, Args)]
pub(crate) struct SaveArgs {
    /// The image: a reference to a registry.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: String,
    /// The folder to write, an OCI layout.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// `load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Where the image goes: a reference to a registry.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: String,
    /// The folder that `save` wrote.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// What may go with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Attached {
    #[value(name = "sig", alias = "signature")]
    Signature,
    #[value(name = "att", alias = "attestation")]
    Attestation,
    Sbom,
}

/// What `clean` takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CleanKind {
    Signature,
    Attestation,
    Sbom,
    All,
}

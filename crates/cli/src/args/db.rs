//! The verbs of `db`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, StringValueParser};
use clap::{Args, Subcommand};

use super::values::Word;
use super::{RegistryArgs, SignedByArgs, SignerArgs};

#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    pub(crate) verb: DbVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbVerb {
    /// Build a database from OSV exports: <Ecosystem>/all.zip, folders of records, kev.json.
    Build {
        /// Folder of the exports.
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,
        /// The database to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Threads that read exports; default: one for each processor.
        #[arg(long, value_name = "N")]
        threads: Option<NonZeroUsize>,
    },
    /// Bring the database of the cache folder up to date: fetch what has changed in OSV's exports,
    /// CISA's catalogue (KEV) and FIRST's scores (EPSS).
    Update(UpdateArgs),
    /// Push the database to a registry, as an artifact, and sign it: by --key, in a log only where
    /// one is named, or by an identity that --identity-token or --oidc-provider names.
    Push(Box<PushArgs>),
    /// Pull a database from a registry. Who must have signed it has to be said, by --key or by an
    /// identity, or in sealift.toml, section [db].
    Pull(Box<PullArgs>),
    /// Show what a database holds, and who publishes it under which licence.
    Info {
        /// The database; default: db/sealift.db in the cache folder.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The same, by flag.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        db: Option<PathBuf>,
    },
    /// Check every block of a database.
    Verify {
        /// The database; default: db/sealift.db in the cache folder.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The same, by flag.
        #[arg(long, value_name = "FILE", conflicts_with = "file")]
        db: Option<PathBuf>,
    },
}

/// `db update`.
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Ecosystems whose advisories are fetched, as OSV names them: Debian,npm,PyPI. They are
    /// added to those that are in the database.
    #[arg(short, long, value_name = "NAMES", value_delimiter = ',',
          value_parser = Word(StringValueParser::new()))]
    pub(crate) ecosystem: Vec<String>,
    /// Where they are fetched from instead of their public places: a URL or a folder laid out as
    /// OSV's exports (<Ecosystem>/all.zip), with kev.json and epss_scores-current.csv.gz, or
    /// oci://REFERENCE of an artifact with these files.
    #[arg(long, alias = "db-mirror", value_name = "URL|DIR|REFERENCE")]
    pub(crate) mirror: Option<String>,
    /// Forget what was fetched before, and take what comes even when it is much less.
    #[arg(long)]
    pub(crate) reset: bool,
    /// Threads that read records; default: one for each processor.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// `db push`.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// Where to: registry.example/advisories:TAG.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reference: String,
    /// The database; default: that of the cache folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) by: SignedByArgs,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// `db pull`.
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// Where from: registry.example/advisories:TAG or @DIGEST.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

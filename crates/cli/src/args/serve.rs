//! Flags of servers.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::StringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::values::{Word, parse_duration};
use super::{ClusterArgs, JudgedArgs};

/// `admission serve`.
#[derive(Debug, Args)]
pub(crate) struct AdmissionServeArgs {
    #[command(flatten)]
    pub(crate) judged: JudgedArgs,
    /// Do not refresh the trusted root, and ask no transparency log.
    #[arg(long)]
    pub(crate) offline: bool,
    /// What is answered when there is no decision ahead of the API server's deadline.
    #[arg(long, value_name = "ANSWER", default_value = "deny")]
    pub(crate) on_timeout: OnTimeoutKind,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnTimeoutKind {
    Deny,
    Allow,
}

/// `harbor`.
#[derive(Debug, Args)]
pub(crate) struct HarborArgs {
    #[command(subcommand)]
    pub(crate) what: HarborVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HarborVerb {
    /// Scan for Harbor: its pluggable scanner API, 1.1 and 1.2.
    Serve(Box<HarborServeArgs>),
}

/// `harbor serve`.
#[derive(Debug, Args)]
pub(crate) struct HarborServeArgs {
    /// The advisory database, opened again when it is replaced; default: that of the cache folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// Advisories to fetch and keep up to date in the cache folder, as OSV names them; default:
    /// whoever else keeps the database there does.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "db",
          value_parser = Word(StringValueParser::new()))]
    pub(crate) ecosystem: Vec<String>,
    /// Where they are fetched from instead of their public places, as of `db update`.
    #[arg(long, value_name = "URL|DIR|REFERENCE", requires = "ecosystem")]
    pub(crate) db_mirror: Option<String>,
    /// How often they are fetched.
    #[arg(long, value_name = "DURATION", default_value = "12h", value_parser = parse_duration)]
    pub(crate) db_every: Duration,
    /// Where accepted scans and their reports are kept; default: harbor in the cache folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Scans at once.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) workers: usize,
    /// Scans that may wait; more are told when to come again.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_queued: usize,
    /// How long reports are kept.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = parse_duration)]
    pub(crate) keep: Duration,
    /// Name that Harbor must give with --client-password; default: anybody may ask.
    #[arg(long, value_name = "NAME", requires = "client_password", help_heading = "Clients")]
    pub(crate) client_user: Option<String>,
    /// Password of that name. Better: SEALIFT_CLIENT_PASSWORD.
    #[arg(long, value_name = "PASSWORD", requires = "client_user", help_heading = "Clients")]
    pub(crate) client_password: Option<String>,
    /// Token that Harbor must give instead. Better: SEALIFT_CLIENT_TOKEN.
    #[arg(long, value_name = "TOKEN", conflicts_with = "client_user", help_heading = "Clients")]
    pub(crate) client_token: Option<String>,
    /// Certificate authorities that are trusted beside the system's, in PEM.
    #[arg(long, value_name = "FILE", help_heading = "Registry")]
    pub(crate) cacert: Option<PathBuf>,
    /// Weaker: believe any certificate of this registry or token service, and ask it without TLS,
    /// too.
    #[arg(long, value_name = "HOST", value_delimiter = ',', help_heading = "Registry")]
    pub(crate) insecure_host: Vec<String>,
    /// Weaker: tell Harbor what was found where not all of an image was seen or matched; else such
    /// a scan fails.
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    /// Keep nothing of layers for the next scan.
    #[arg(long)]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

/// How a server is reached.
#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// Where to listen; [::]:8443 is all addresses of both kinds.
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8443", help_heading = "Server")]
    pub(crate) listen: SocketAddr,
    /// The server's certificate with its chain, in PEM; taken up when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Server")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its secret key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Server")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Weaker: speak plain HTTP, where something else brings TLS.
    #[arg(long, conflicts_with = "tls_cert", help_heading = "Server")]
    pub(crate) insecure_http: bool,
    /// Connections at once.
    #[arg(long, value_name = "N", default_value_t = 1024, help_heading = "Server")]
    pub(crate) max_connections: usize,
    /// How often certificates, policies and databases are looked at.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration,
          help_heading = "Server")]
    pub(crate) look_every: Duration,
    /// How long to go on accepting when told to end, until no more is sent here.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration,
          help_heading = "Server")]
    pub(crate) drain: Duration,
    /// How long what is being answered may take when told to end.
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = parse_duration,
          help_heading = "Server")]
    pub(crate) grace: Duration,
}

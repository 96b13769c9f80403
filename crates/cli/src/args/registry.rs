//! Flags for access to registries.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use sealift::Platform;
use sealift::http::Url;

use super::{ArtifactsArgs, OutArgs};

/// As Trivy names them.
#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// User name at the image's registry; default: what `docker login` or `sealift login` keeps.
    #[arg(long, value_name = "NAME", requires = "password", help_heading = "Registry")]
    username: Option<String>,
    /// Password at the image's registry. Better: SEALIFT_PASSWORD, TRIVY_PASSWORD, or log in.
    #[arg(long, value_name = "PASSWORD", requires = "username", help_heading = "Registry")]
    password: Option<String>,
    /// Certificate authorities that are trusted beside the system's, in PEM.
    #[arg(long, value_name = "FILE", help_heading = "Registry")]
    cacert: Option<PathBuf>,
    #[command(flatten)]
    reach: ReachArgs,
    /// Weaker: ask the image's registry without TLS, too, and believe any certificate of it.
    #[arg(long, help_heading = "Registry")]
    insecure: bool,
}

/// What both call the same.
#[derive(Clone, Debug, Args)]
struct ReachArgs {
    /// Token that the registry takes itself.
    #[arg(long, value_name = "TOKEN", help_heading = "Registry")]
    registry_token: Option<String>,
    /// Ask this mirror of a registry before it: HOST=URL, as docker.io=https://mirror.example.
    /// Digests are compared all the same; what the mirror cannot give is asked of the registry.
    #[arg(long, value_name = "HOST=URL", value_delimiter = ',', value_parser = parse_mirror,
          help_heading = "Registry")]
    registry_mirror: Vec<(String, Url)>,
    /// Certificate by which the client shows the image's registry who it is (mTLS), in PEM.
    #[arg(long, value_name = "FILE", requires = "registry_client_key", help_heading = "Registry")]
    registry_client_cert: Option<PathBuf>,
    /// Its secret key, in PEM.
    #[arg(long, value_name = "FILE", requires = "registry_client_cert", help_heading = "Registry")]
    registry_client_key: Option<PathBuf>,
}

/// As cosign names them.
#[derive(Debug, Args)]
pub(crate) struct RegistryArgs {
    /// User name at the image's registry; default: what `docker login` or `sealift login` keeps.
    #[arg(long, value_name = "NAME", requires = "registry_password", help_heading = "Registry")]
    registry_username: Option<String>,
    /// Password at the image's registry. Better: COSIGN_REGISTRY_PASSWORD, or log in.
    #[arg(
        long,
        value_name = "PASSWORD",
        requires = "registry_username",
        help_heading = "Registry"
    )]
    registry_password: Option<String>,
    /// Certificate authorities that are trusted beside the system's, in PEM.
    #[arg(long, value_name = "FILE", help_heading = "Registry")]
    registry_cacert: Option<PathBuf>,
    #[command(flatten)]
    reach: ReachArgs,
    /// Weaker: believe any certificate of the image's registry, and ask it without TLS, too.
    #[arg(long, help_heading = "Registry")]
    allow_insecure_registry: bool,
    /// Weaker: ask the image's registry without TLS, too; a certificate that it has must be good.
    #[arg(long, help_heading = "Registry")]
    allow_http_registry: bool,
}

/// The values of these flags, whatever their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    pub(crate) login: Option<(String, String)>,
    pub(crate) token: Option<String>,
    pub(crate) authorities: Option<PathBuf>,
    /// The client's certificate and its key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
    /// Mirrors, by the registry that they are asked before.
    pub(crate) mirrors: Vec<(String, Url)>,
    /// Whether any certificate is good enough, and none.
    pub(crate) is_insecure: bool,
    /// Whether it need not have TLS.
    pub(crate) is_plain: bool,
}

impl ReachArgs {
    fn identity(&self) -> Option<(PathBuf, PathBuf)> {
        self.registry_client_cert.clone().zip(self.registry_client_key.clone())
    }
}

impl From<&AccessArgs> for Access {
    fn from(args: &AccessArgs) -> Self {
        Self {
            login: args.username.clone().zip(args.password.clone()),
            token: args.reach.registry_token.clone(),
            authorities: args.cacert.clone(),
            identity: args.reach.identity(),
            mirrors: args.reach.registry_mirror.clone(),
            is_insecure: args.insecure,
            is_plain: false,
        }
    }
}

impl From<&RegistryArgs> for Access {
    fn from(args: &RegistryArgs) -> Self {
        Self {
            login: args.registry_username.clone().zip(args.registry_password.clone()),
            token: args.reach.registry_token.clone(),
            authorities: args.registry_cacert.clone(),
            identity: args.reach.identity(),
            mirrors: args.reach.registry_mirror.clone(),
            is_insecure: args.allow_insecure_registry,
            is_plain: args.allow_http_registry,
        }
    }
}

/// `login`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("secret").args(["password_stdin", "password"]).required(true))]
pub(crate) struct LoginArgs {
    /// The registry, as registry.example:5000; default: docker.io.
    #[arg(default_value = "docker.io", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) registry: String,
    /// User name.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) username: String,
    /// Password. Others on the machine may see it: --password-stdin is better.
    #[arg(short, long, value_name = "PASSWORD")]
    pub(crate) password: Option<String>,
    /// Read the password from stdin.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Certificate authorities that are trusted beside the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Weaker: ask the registry without TLS, too, and believe any certificate of it.
    #[arg(long)]
    pub(crate) insecure: bool,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// `logout`.
#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// The registry; default: docker.io.
    #[arg(default_value = "docker.io", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) registry: String,
}

/// `triangulate`.
#[derive(Debug, Args)]
pub(crate) struct TriangulateArgs {
    /// The image: a reference to a registry.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: String,
    /// Whose place is printed.
    #[arg(long = "type", value_name = "TYPE", default_value = "signature")]
    pub(crate) kind: AttachedKind,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// What may be attached to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AttachedKind {
    Signature,
    Attestation,
    Sbom,
    Digest,
}

/// `download`.
#[derive(Debug, Args)]
pub(crate) struct DownloadArgs {
    #[command(subcommand)]
    pub(crate) what: Downloaded,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Downloaded {
    /// Print the signatures of an image, one a line; nothing is verified.
    Signature(ArtifactsArgs),
    /// Print the attestations of an image, one a line; nothing is verified.
    Attestation(DownloadAttestationArgs),
    /// Print the SBOM that is attached to an image under the tag .sbom, as older programs do it.
    Sbom(DownloadSbomArgs),
}

/// `download attestation`.
#[derive(Debug, Args)]
pub(crate) struct DownloadAttestationArgs {
    #[command(flatten)]
    pub(crate) image: ArtifactsArgs,
    /// Print those with this type of predicate alone: a name as --type of `attest` has it, or a URI.
    #[arg(long, value_name = "TYPE")]
    pub(crate) predicate_type: Option<String>,
    #[command(flatten)]
    pub(crate) of: OfPlatformArgs,
}

/// `download sbom`.
#[derive(Debug, Args)]
pub(crate) struct DownloadSbomArgs {
    #[command(flatten)]
    pub(crate) image: ArtifactsArgs,
    #[command(flatten)]
    pub(crate) of: OfPlatformArgs,
}

/// Which image of an index.
#[derive(Debug, Args)]
pub(crate) struct OfPlatformArgs {
    /// What is attached to the image for this platform, as linux/arm64, and not to the index.
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<Platform>,
}

fn parse_mirror(text: &str) -> Result<(String, Url), String> {
    let (host, url) = text.split_once('=').ok_or("a mirror is written HOST=URL")?;
    let url: Url = url.parse().map_err(|error| format!("{error}"))?;
    Ok((host.to_ascii_lowercase(), url))
}

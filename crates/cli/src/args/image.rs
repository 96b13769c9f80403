//! Flags of verbs that scan an image.

use std::ffi::OsString;

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, StringValueParser};
use sealift::Platform;

use super::values::Word;
use super::{AccessArgs, LayerArgs, ScanArgs, ScannerKind};

/// `image` and `gate`: which image, and how it is read.
#[derive(Debug, Args)]
pub(crate) struct ImageArgs {
    /// The image: a name, as registry.example/shop:1.4, looked for as --image-src says;
    /// docker-daemon:NAME, podman:NAME, oci:DIR[:TAG|@DIGEST], oci-archive:FILE,
    /// docker-archive:FILE, or a path that starts with /, ./ or ../.
    #[arg(required_unless_present_any = ["input", "download_db_only"], value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: Option<String>,
    /// Read the image from this archive or layout; of several, add :TAG or @DIGEST.
    #[arg(long, value_name = "PATH", conflicts_with = "image")]
    pub(crate) input: Option<OsString>,
    /// Platform to choose from an image index, as linux/arm64.
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<Platform>,
    /// Where an image without a prefix is looked for, in this order; an engine that is not there
    /// is passed over.
    #[arg(
        long,
        value_name = "SOURCES",
        value_delimiter = ',',
        value_parser = Word(StringValueParser::new()),
        default_value = "docker,podman,remote"
    )]
    pub(crate) image_src: Vec<String>,
    /// Docker's engine: the path of its socket, unix://PATH, or tcp://HOST[:PORT], with TLS where
    /// DOCKER_CERT_PATH or DOCKER_TLS_VERIFY ask for it. Default: DOCKER_HOST, else
    /// /var/run/docker.sock.
    #[arg(long, value_name = "PLACE")]
    pub(crate) docker_host: Option<String>,
    /// Podman's service: the path of its socket, unix://PATH, or tcp://HOST[:PORT]. Default:
    /// CONTAINER_HOST, else the user's own, then the system's.
    #[arg(long, value_name = "PLACE")]
    pub(crate) podman_host: Option<String>,
    /// Accepted for Trivy's sake: sealift does not scan the image's config, and the report says so.
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        hide_possible_values = true,
        help_heading = "Scope"
    )]
    pub(crate) image_config_scanners: Vec<ScannerKind>,
    #[command(flatten)]
    pub(crate) access: AccessArgs,
    #[command(flatten)]
    pub(crate) layers: LayerArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

/// Flags of the layer cache.
#[derive(Debug, Args)]
#[command(next_help_heading = "Layer cache")]
pub(crate) struct CacheArgs {
    /// Read and verify all layers, and keep nothing of them for the next scan.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// What the layer cache may take up; the entries longest not used go. 0 is no cache.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(crate) cache_max_mib: u64,
}

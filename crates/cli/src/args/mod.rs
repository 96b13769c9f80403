//! The command line: verbs and flags as the peers have them.

mod admission;
mod attest;
mod cluster;
mod config;
mod db;
mod gate;
mod layers;
mod man;
pub(crate) mod peers;
mod registry;
mod serve;
mod sign;
mod suppress;
mod transfer;
pub(crate) mod trivy_config;
mod values;
pub(crate) mod variables;
mod verify;
mod version;

use std::any::TypeId;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{EnumValueParser, NonEmptyStringValueParser, StringValueParser};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use sealift::{Platform, Severity, Timestamp};

pub(crate) use admission::{
    AdmissionArgs, AdmissionReviewArgs, AdmissionVerb, JudgedArgs, OperationKind, ReviewFormat,
};
pub(crate) use attest::{AttestScanArgs, ImageVerbArgs};
pub(crate) use cluster::{ClusterArgs, ClusterKind};
pub(crate) use config::{CheckArgs, ConfigArgs, HelmArgs};
pub(crate) use db::{DbArgs, DbVerb, PullArgs, PushArgs, UpdateArgs};
pub(crate) use gate::{DecideArgs, GateArgs, SignedArgs};
pub(crate) use layers::LayerArgs;
pub(crate) use man::ManArgs;
pub(crate) use registry::{
    Access, AccessArgs, AttachedKind, DownloadArgs, DownloadAttestationArgs, DownloadSbomArgs,
    Downloaded, LoginArgs, LogoutArgs, RegistryArgs, TriangulateArgs,
};
pub(crate) use serve::{
    AdmissionServeArgs, HarborArgs, HarborServeArgs, HarborVerb, ListenArgs, OnTimeoutKind,
};
pub(crate) use sign::{
    AttestArgs, AttestBlobArgs, AttestedArgs, AuthFlow, GenerateArgs, ImportArgs, KeyArgs,
    PasswordArgs, PlaceArgs, PublicKeyArgs, SignArgs, SignBlobArgs, SignedByArgs, SigningArgs,
    StamperArgs,
};
pub(crate) use suppress::{SuppressArgs, VexSignerArgs};
pub(crate) use transfer::{Attached, CleanKind, CopyArgs, LoadArgs, SaveArgs};
use values::{Word, parse_bool, parse_duration, parse_report_path, parse_time};
pub(crate) use verify::{
    ArtifactsArgs, DigestAlgorithm, EvidenceArgs, ImagesArgs, InitializeArgs, OutArgs,
    OwnTrustArgs, PayloadFormat, SignerArgs, VerifyArgs, VerifyAttestationArgs, VerifyBlobArgs,
    VerifyBlobAttestationArgs,
};
pub(crate) use version::{VersionArgs, VersionFormat};

/// Scan container images: what is in them, and what of that is vulnerable. Sign, and verify who signed.
#[derive(Debug, Parser)]
#[command(
    name = "sealift",
    version,
    disable_version_flag = true,
    args_override_self = true,
    after_help = "Any flag can be set by a variable SEALIFT_<FLAG>; of verbs that scan also by \
                  TRIVY_<FLAG>, of verbs that sign or verify by COSIGN_<FLAG>.\n\
                  Exit status: 0 done, the --exit-on-eol value when the distribution is past its \
                  end of life, else the --exit-code value when findings remain, 2 wrong usage or \
                  unreadable input, 3 with --exit-code when the scan is incomplete. \
                  `verify`: 10 no signature on the image, 11 no such image, 12 no matching \
                  signature, 13 no certificate on the signature, 1 otherwise not verified."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Flags of all verbs.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalArgs {
    /// Print only the report, errors, and warnings about settings that have no effect.
    #[arg(short, long, global = true, help_heading = "Global")]
    pub(crate) quiet: bool,
    /// Say more on stderr.
    #[arg(short, long, alias = "verbose", global = true, help_heading = "Global")]
    pub(crate) debug: bool,
    /// Print the version.
    #[arg(short = 'v', long, action = ArgAction::Version, help_heading = "Global")]
    version: Option<bool>,
    /// Folder of databases and caches.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Give up after this time, as 5m0s; 0 is never.
    #[arg(long, global = true, value_name = "DURATION", default_value = "5m0s", value_parser = parse_duration, help_heading = "Global")]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Scan a container image.
    #[command(visible_alias = "i")]
    Image(Box<ImageVerbArgs>),
    /// Scan a source tree: what its lockfiles declare.
    #[command(visible_alias = "filesystem")]
    Fs(TreeArgs),
    /// Scan a repository that is checked out, as fs does.
    #[command(visible_alias = "repository")]
    Repo(TreeArgs),
    /// Scan an unpacked root file system: what is installed.
    Rootfs(TreeArgs),
    /// Check the configuration files of a folder: Dockerfiles, Kubernetes manifests, compose
    /// files, Terraform.
    #[command(visible_alias = "conf")]
    Config(ConfigArgs),
    /// Scan the packages that an SBOM lists: CycloneDX, SPDX, Syft's JSON, or an attestation of one.
    Sbom(SbomArgs),
    /// Decide whether an image may pass: scan it, verify it, apply the policy.
    #[command(after_help = gate::STATUSES)]
    Gate(Box<GateArgs>),
    /// Decide which objects a Kubernetes cluster admits.
    Admission(AdmissionArgs),
    /// Scan for a Harbor registry.
    Harbor(HarborArgs),
    /// Fetch, build and inspect advisory databases.
    Db(DbArgs),
    /// Verify the signatures of images.
    Verify(VerifyArgs),
    /// Verify the attestations of images.
    VerifyAttestation(VerifyAttestationArgs),
    /// Verify the signature of a file.
    VerifyBlob(VerifyBlobArgs),
    /// Verify the attestation of a file.
    VerifyBlobAttestation(VerifyBlobAttestationArgs),
    /// Make a key pair: cosign.key, encrypted, and cosign.pub.
    GenerateKeyPair(GenerateArgs),
    /// Make a key pair out of a secret key in PEM.
    ImportKeyPair(ImportArgs),
    /// Print the public half of a key.
    PublicKey(PublicKeyArgs),
    /// Sign images in registries.
    Sign(SignArgs),
    /// Attest something about an image in a registry.
    Attest(AttestArgs),
    /// Sign files.
    SignBlob(SignBlobArgs),
    /// Attest something about a file.
    AttestBlob(AttestBlobArgs),
    /// Fetch the trusted root of a Sigstore instance, and keep it for verifying.
    Initialize(InitializeArgs),
    /// List the signatures and attestations beside an image; nothing is verified.
    Tree(ArtifactsArgs),
    /// Print where the signatures of an image are kept.
    Triangulate(TriangulateArgs),
    /// Print the signatures or attestations of an image as they are kept; nothing is verified.
    Download(DownloadArgs),
    /// Keep the credentials for a registry.
    Login(LoginArgs),
    /// Forget the credentials for a registry.
    Logout(LogoutArgs),
    /// Copy an image with what is attached to it to another registry.
    Copy(CopyArgs),
    /// Save an image with what is attached to it as an OCI layout.
    Save(SaveArgs),
    /// Push an image that was saved, with what is attached to it.
    Load(LoadArgs),
    /// Remove caches, or what is attached to an image; without a flag, list the caches.
    Clean(CleanArgs),
    /// Print the version and the date of the advisory database.
    Version(VersionArgs),
    /// Print completions for a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the command or of a verb, in roff.
    Man(ManArgs),
}

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

#[derive(Debug, Args)]
pub(crate) struct TreeArgs {
    /// The folder, or a single file of those that packages are read from.
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
    #[command(flatten)]
    pub(crate) checks: CheckArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SbomArgs {
    /// The document: CycloneDX (JSON, XML), SPDX 2 (JSON, tags with values) or Syft's JSON; or an
    /// in-toto statement, DSSE envelope or Sigstore bundle that holds one, whose signature is not
    /// verified. `-` is standard input.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

/// What is reported, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub(crate) struct ShownArgs {
    /// Write the report to this file instead of stdout.
    #[arg(short, long, value_name = "FILE", value_parser = parse_report_path)]
    pub(crate) output: Option<PathBuf>,
    /// Severities to show and to gate on, an exact list.
    #[arg(
        short,
        long,
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(Severity::from_str),
        ignore_case = true,
        default_value = "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"
    )]
    pub(crate) severity: Vec<Severity>,
}

/// What is not looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub(crate) struct SkipArgs {
    /// Folders to leave out, as patterns relative to the target's root; of a folder also from the
    /// working directory or absolute.
    #[arg(long, value_name = "GLOBS", value_delimiter = ',')]
    pub(crate) skip_dirs: Vec<String>,
    /// Files to leave out, as patterns relative to the target's root; of a folder also from the
    /// working directory or absolute.
    #[arg(long, value_name = "GLOBS", value_delimiter = ',')]
    pub(crate) skip_files: Vec<String>,
}

/// Flags of all verbs that scan.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Format of the report; cyclonedx has vulnerabilities with --scanners vuln.
    #[arg(short, long, value_name = "FORMAT", default_value = "table", help_heading = "Report")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) shown: ShownArgs,
    /// Exit with this status when findings remain, and with 3 when the scan is incomplete. Default: 0
    /// whatever is found.
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub(crate) exit_code: Option<u8>,
    /// Exit with this status when the distribution is past its end of life.
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub(crate) exit_on_eol: Option<u8>,
    /// Judge ages and ends of life as of this day or time; default: SOURCE_DATE_EPOCH, else now.
    #[arg(long, value_name = "DAY", value_parser = parse_time, help_heading = "Exit status")]
    pub(crate) as_of: Option<Timestamp>,
    /// Leave out findings in packages of the base image; the report says how many.
    #[arg(long, help_heading = "Filters")]
    pub(crate) exclude_base: bool,
    /// Leave out what has no fix yet; a malicious package stays.
    #[arg(long, help_heading = "Filters")]
    pub(crate) ignore_unfixed: bool,
    /// Statuses to leave out: unknown, not_affected, affected, fixed, ...
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = Word(StringValueParser::new()), help_heading = "Filters")]
    pub(crate) ignore_status: Vec<String>,
    #[command(flatten)]
    pub(crate) suppress: SuppressArgs,
    /// What to look for: vuln (the default), and in a folder misconfig. Trivy's other scanners are
    /// accepted; sealift does not have them, and the report says so.
    #[arg(
        long,
        alias = "security-checks",
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(EnumValueParser::<ScannerKind>::new()),
        hide_possible_values = true,
        help_heading = "Scope"
    )]
    pub(crate) scanners: Option<Vec<ScannerKind>>,
    /// Kinds of packages to look for.
    #[arg(
        long,
        alias = "vuln-type",
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = Word(EnumValueParser::<PackageKind>::new()),
        default_value = "os,library",
        help_heading = "Scope"
    )]
    pub(crate) pkg_types: Vec<PackageKind>,
    /// List packages without findings in JSON, too.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool, help_heading = "Report")]
    pub(crate) list_all_pkgs: bool,
    #[command(flatten)]
    pub(crate) skip: SkipArgs,
    /// Packages to match. Default: installed ones of an image or root file system, declared ones of a
    /// source tree.
    #[arg(long = "match", value_name = "WHICH", help_heading = "Scope")]
    pub(crate) matching: Option<MatchKind>,
    /// Also match packages that lockfiles and manifests need only to build or test.
    #[arg(long, help_heading = "Scope")]
    pub(crate) include_dev_deps: bool,
    /// The advisory database; a file that is named here is never updated. Default: the database in
    /// the cache folder, which is fetched when it is missing, lacks an ecosystem of the target or
    /// is older than a day.
    #[arg(long, value_name = "FILE", help_heading = "Advisory database")]
    pub(crate) db: Option<PathBuf>,
    /// Where advisories are fetched from instead of their public places: a URL or a folder laid
    /// out as OSV's exports (<Ecosystem>/all.zip), with kev.json and epss_scores-current.csv.gz,
    /// or oci://REFERENCE of an artifact with these files.
    #[arg(long, value_name = "URL|DIR|REFERENCE", help_heading = "Advisory database")]
    pub(crate) db_mirror: Option<String>,
    /// Fetch no advisories; an image that is named is still asked of its registry.
    #[arg(long, alias = "offline-scan", help_heading = "Advisory database")]
    pub(crate) offline: bool,
    /// Use the database in the cache folder without updating it.
    #[arg(long, help_heading = "Advisory database")]
    pub(crate) skip_db_update: bool,
    /// Bring the database of the cache folder up to date and scan nothing; where there is none, it
    /// is made of the usual ecosystems.
    #[arg(long, help_heading = "Advisory database")]
    pub(crate) download_db_only: bool,
    /// Trivy's configuration file; what is in it counts after flags and variables. It is read only
    /// where it is named.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Show no progress.
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Also show advisories that are not about security, and those of other streams of an RPM
    /// module.
    #[arg(long, help_heading = "Filters")]
    pub(crate) all_records: bool,
    /// With --exit-code: do not fail because the scan is incomplete.
    #[arg(long, help_heading = "Exit status")]
    pub(crate) allow_incomplete: bool,
    /// Threads that read layers; default: one for each processor.
    #[arg(long, alias = "parallel", value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

impl ScanArgs {
    /// Whether the report lists packages without findings: SPDX and GitHub's snapshot cannot tell of
    /// them, and CycloneDX does, as in Trivy, only where `--scanners` asks for them.
    pub(crate) fn only_lists(&self) -> bool {
        match self.format {
            ReportFormat::SpdxJson | ReportFormat::Spdx | ReportFormat::GitHub => true,
            ReportFormat::CycloneDx => !self.lists_vulnerabilities(),
            _ => false,
        }
    }

    /// Whether `--scanners` names vulnerabilities.
    pub(crate) fn lists_vulnerabilities(&self) -> bool {
        self.scanners.as_ref().is_some_and(|list| list.contains(&ScannerKind::Vuln))
    }

    /// Whether configuration files are checked.
    pub(crate) fn looks_for_misconfigurations(&self) -> bool {
        self.scanners.as_ref().is_some_and(|list| list.contains(&ScannerKind::Misconfig))
    }
}

/// Formats of what checks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigFormat {
    Table,
    Json,
    Sarif,
    Junit,
    #[value(alias = "github-markdown")]
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Table,
    Json,
    #[value(name = "cyclonedx")]
    CycloneDx,
    SpdxJson,
    Spdx,
    Sarif,
    Junit,
    #[value(alias = "github-markdown")]
    Markdown,
    #[value(name = "gitlab", alias = "gitlab-container-scanning")]
    GitLab,
    #[value(name = "github")]
    GitHub,
    CosignVuln,
}

/// What Trivy's `--scanners` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum ScannerKind {
    Vuln,
    #[value(alias = "config")]
    Misconfig,
    Secret,
    License,
}

impl ScannerKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Vuln => "vuln",
            Self::Misconfig => "misconfig",
            Self::Secret => "secret",
            Self::License => "license",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackageKind {
    Os,
    Library,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatchKind {
    Installed,
    Declared,
    All,
}

/// The command with its flags in Go's style: `--flag`, `--flag=true` and `--flag=false`.
pub(crate) fn command() -> clap::Command {
    let mut command = go_flags(Cli::command().mut_subcommand("gate", gate::in_own_words));
    command.build();
    command
}

/// The command as its manual pages show it: what helps has no page of its own.
pub(crate) fn documented() -> clap::Command {
    fn without_help(command: clap::Command) -> clap::Command {
        command.disable_help_subcommand(true).mut_subcommands(without_help)
    }
    let command = Cli::command().mut_subcommand("gate", gate::in_own_words);
    let mut command = without_help(go_flags(command));
    command.build();
    command
}

fn go_flags(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| {
        if !matches!(arg.get_action(), ArgAction::SetTrue) {
            let is_bool = arg.get_value_parser().type_id() == TypeId::of::<bool>();
            return if is_bool { arg.value_name("BOOL") } else { arg };
        }
        arg.action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_value("false")
            .default_missing_value("true")
            .hide_default_value(true)
            .hide_possible_values(true)
            .value_name("BOOL")
            .value_parser(parse_bool)
    });
    command.mut_subcommands(go_flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_all_verbs_stand_together_and_truth_values_read_alike() {
        for verb in command().get_subcommands() {
            for arg in verb.get_arguments() {
                let place = format!("{} {}", verb.get_name(), arg.get_id());
                if ["quiet", "debug", "cache_dir", "timeout"].contains(&arg.get_id().as_str()) {
                    assert_eq!(arg.get_help_heading(), Some("Global"), "{place}");
                }
                if arg.get_value_parser().type_id() == TypeId::of::<bool>() {
                    assert_eq!(arg.get_value_names().map(<[_]>::len), Some(1), "{place}");
                    assert_eq!(arg.get_value_names().unwrap()[0], "BOOL", "{place}");
                }
            }
        }
    }

    #[test]
    fn lists_of_words_may_have_blanks() {
        let args = [
            "sealift",
            "image",
            "a",
            "--severity",
            "HIGH, critical",
            "--pkg-types=os, library",
            "--scanners",
            "vuln, misconfig",
            "--ignore-status",
            "affected, fixed",
        ];
        let matches = command().try_get_matches_from(args).unwrap();
        let (_, image) = matches.subcommand().unwrap();
        let severities: Vec<_> = image.get_many::<Severity>("severity").unwrap().collect();
        assert_eq!(severities, [&Severity::High, &Severity::Critical]);
        let kinds: Vec<_> = image.get_many::<PackageKind>("pkg_types").unwrap().collect();
        assert_eq!(kinds, [&PackageKind::Os, &PackageKind::Library]);
        let statuses: Vec<_> = image.get_many::<String>("ignore_status").unwrap().collect();
        assert_eq!(statuses, ["affected", "fixed"]);
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}

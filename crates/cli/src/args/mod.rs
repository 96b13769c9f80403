//! The command line: verbs and flags as the peers have them.

mod admission;
mod attest;
mod clean;
mod cluster;
mod config;
mod db;
mod formats;
mod gate;
mod image;
mod layers;
mod man;
pub(crate) mod peers;
mod registry;
mod scan;
mod serve;
mod sign;
mod suppress;
mod transfer;
mod tree;
pub(crate) mod trivy_config;
mod values;
pub(crate) mod variables;
mod verify;
mod version;

use std::any::TypeId;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

pub(crate) use admission::{
    AdmissionArgs, AdmissionReviewArgs, AdmissionVerb, JudgedArgs, OperationKind, ReviewFormat,
};
pub(crate) use attest::{AttestScanArgs, ImageVerbArgs};
pub(crate) use clean::CleanArgs;
pub(crate) use cluster::{ClusterArgs, ClusterKind};
pub(crate) use config::{CheckArgs, ConfigArgs, HelmArgs};
pub(crate) use db::{DbArgs, DbVerb, PullArgs, PushArgs, UpdateArgs};
pub(crate) use formats::{ConfigFormat, ReportFormat};
pub(crate) use gate::{DecideArgs, GateArgs, SignedArgs};
pub(crate) use image::{CacheArgs, ImageArgs};
pub(crate) use layers::LayerArgs;
pub(crate) use man::ManArgs;
pub(crate) use registry::{
    Access, AccessArgs, AttachedKind, DownloadArgs, DownloadAttestationArgs, DownloadSbomArgs,
    Downloaded, LoginArgs, LogoutArgs, RegistryArgs, TriangulateArgs,
};
pub(crate) use scan::{MatchKind, PackageKind, ScanArgs, ScannerKind, ShownArgs, SkipArgs};
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
pub(crate) use tree::{SbomArgs, TreeArgs};
use values::{parse_bool, parse_duration};
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
    /// Print only the report and errors, and which configuration file of the working directory is not
    /// read.
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

/// The command with its flags in Go's style: `--flag`, `--flag=true` and `--flag=false`.
pub(crate) fn command() -> clap::Command {
    let mut command = go_flags(Cli::command().mut_subcommand("gate", gate::in_own_words));
    command.build();
    command
}

/// The command as its manual pages show it: `help` has no page of its own.
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
    use sealift::Severity;

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

//! The verbs that verify: flags as cosign has them.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, ArgGroup, Args, ValueEnum};

use super::RegistryArgs;
use super::values::{parse_bool, parse_duration};

/// `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) images: ImagesArgs,
    /// What to print of each signature: all payloads as one JSON list, or one payload a line.
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    pub(crate) output: PayloadFormat,
    /// Claims that a signature must make, as key=value.
    #[arg(short, long, value_name = "CLAIMS", value_delimiter = ',', value_parser = parse_claim)]
    pub(crate) annotations: Vec<(String, String)>,
    /// Verify this signature, in base64 or in a file that holds it so or as it is, instead of those that are kept
    /// beside the image.
    #[arg(long, value_name = "FILE|BASE64", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) signature: Option<String>,
    /// With --signature: what was signed; default: what `cosign generate` prints of the image.
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub(crate) payload: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}

/// What speaks for a signature that lies in a file.
#[derive(Debug, Default, Args)]
pub(crate) struct EvidenceArgs {
    /// The signer's certificate in PEM, for a signature without a bundle. With an image: used instead
    /// of the certificate that is stored with each signature.
    #[arg(long, alias = "cert", value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// An RFC 3161 timestamp over the signature, which must count: as a response or token in DER, or
    /// in the JSON that cosign writes. With --signature or a --bundle of cosign 2.
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub(crate) rfc3161_timestamp: Option<PathBuf>,
}

/// `verify-attestation`.
#[derive(Debug, Args)]
pub(crate) struct VerifyAttestationArgs {
    #[command(flatten)]
    pub(crate) images: ImagesArgs,
    #[command(flatten)]
    pub(crate) predicate: PredicateArgs,
    /// What to print: the envelope of each attestation is JSON, one a line, either way.
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    pub(crate) output: PayloadFormat,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}

/// `verify-blob`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("proof").args(["bundle", "signature"]).required(true))]
pub(crate) struct VerifyBlobArgs {
    /// The file that was signed; - is stdin. With --bundle it may be its digest, as sha256:HEX.
    pub(crate) file: PathBuf,
    /// Sigstore bundle with the signature, or the JSON that `sign-blob --bundle` of cosign 1 and 2
    /// wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// The signature in base64, or a file that holds it so or as it is.
    #[arg(long, value_name = "FILE|BASE64", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) signature: Option<String>,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}

/// `verify-blob-attestation`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("proof").args(["bundle", "signature"]).required(true))]
pub(crate) struct VerifyBlobAttestationArgs {
    /// The file that the attestation is about; not needed with --digest or --check-claims=false.
    #[arg(required_unless_present_any = ["digest", "check_claims"])]
    pub(crate) file: Option<PathBuf>,
    /// The Sigstore bundle with the attestation, or the JSON that `attest-blob --bundle` of cosign 2
    /// wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// The attestation as an envelope (DSSE) in a file of its own.
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// The digest in hexadecimal, instead of the file that it is of.
    #[arg(long, value_name = "HEX", conflicts_with = "file", requires = "algorithm")]
    pub(crate) digest: Option<String>,
    /// Algorithm of --digest: sha256, sha384 or sha512.
    #[arg(long = "digestAlg", id = "algorithm", value_name = "NAME")]
    pub(crate) algorithm: Option<DigestAlgorithm>,
    /// Compare what the attestation is about with the file. Weaker: =false verifies only that the
    /// envelope is signed.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) check_claims: bool,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    #[command(flatten)]
    pub(crate) predicate: PredicateArgs,
    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}

/// `initialize`.
#[derive(Debug, Args)]
pub(crate) struct InitializeArgs {
    /// The TUF repository of the instance; default: the public-good instance's.
    #[arg(long, value_name = "URL")]
    pub(crate) mirror: Option<String>,
    /// The root metadata (root.json) with which trust begins; default: the public-good instance's,
    /// which is built in by its digest.
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,
    /// SHA-256 that --root must have, in hexadecimal.
    #[arg(long, value_name = "HEX", requires = "root")]
    pub(crate) root_checksum: Option<String>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// `tree`.
#[derive(Debug, Args)]
pub(crate) struct ArtifactsArgs {
    /// The image: a reference to a registry, oci:DIR[:TAG|@DIGEST] or oci-archive:FILE.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: String,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Which images, and how far they are read.
#[derive(Debug, Args)]
pub(crate) struct ImagesArgs {
    /// The images: references to registries, oci:DIR[:TAG|@DIGEST] or oci-archive:FILE.
    #[arg(required = true, value_name = "IMAGE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) images: Vec<String>,
    /// Take the images for paths: DIR[:TAG|@DIGEST], as `cosign save` writes them.
    #[arg(long)]
    pub(crate) local_image: bool,
    /// Read configs and layers, too, and compare them with their digests (always done for an
    /// image in a layout).
    #[arg(long)]
    pub(crate) check_content: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    /// Hash algorithm of the signature; it must be the key's own: sha384 with P-384, sha512 with
    /// P-521, else sha256.
    #[arg(long, value_name = "NAME")]
    pub(crate) signature_digest_algorithm: Option<DigestAlgorithm>,
    /// Compare what was signed with the image; only true is accepted.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) check_claims: bool,
}

/// What is attested.
#[derive(Debug, Args)]
pub(crate) struct PredicateArgs {
    /// Type of the predicate: slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln,
    /// openvex, link, custom, or a URI.
    #[arg(long = "type", value_name = "TYPE", default_value = "custom")]
    pub(crate) predicate: String,
}

/// Who must have signed, and what must speak for it.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignerArgs {
    /// Public key of the signer, PEM or DER: a file, env://VARIABLE, or https://URL.
    #[arg(long, value_name = "KEY", help_heading = "Signer")]
    pub(crate) key: Option<String>,
    /// Identity in the signer's certificate, exactly.
    #[arg(long, value_name = "IDENTITY", help_heading = "Signer")]
    pub(crate) certificate_identity: Option<String>,
    /// The same as an expression (RE2); it may match a part, unless it has ^ and $.
    #[arg(
        long,
        value_name = "REGEXP",
        help_heading = "Signer",
        conflicts_with = "certificate_identity"
    )]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// Issuer of the identity, exactly.
    #[arg(long, value_name = "URL", help_heading = "Signer")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// The same as an expression (RE2).
    #[arg(
        long,
        value_name = "REGEXP",
        help_heading = "Signer",
        conflicts_with = "certificate_oidc_issuer"
    )]
    pub(crate) certificate_oidc_issuer_regexp: Option<String>,
    /// Name of the GitHub workflow in the certificate.
    #[arg(long, value_name = "NAME", help_heading = "Signer")]
    pub(crate) certificate_github_workflow_name: Option<String>,
    /// Git reference of the workflow.
    #[arg(long, value_name = "REF", help_heading = "Signer")]
    pub(crate) certificate_github_workflow_ref: Option<String>,
    /// Repository of the workflow.
    #[arg(long, value_name = "OWNER/NAME", help_heading = "Signer")]
    pub(crate) certificate_github_workflow_repository: Option<String>,
    /// Commit of the workflow.
    #[arg(long, value_name = "SHA", help_heading = "Signer")]
    pub(crate) certificate_github_workflow_sha: Option<String>,
    /// Event that triggered the workflow.
    #[arg(long, value_name = "EVENT", help_heading = "Signer")]
    pub(crate) certificate_github_workflow_trigger: Option<String>,
    /// The trusted root: authorities, logs and timestamp authorities. Default: the one that is kept
    /// in the cache folder, refreshed when it is older than a day (see `initialize`).
    #[arg(long, value_name = "FILE", help_heading = "Trust")]
    pub(crate) trusted_root: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) own: OwnTrustArgs,
    /// For authorities of one's own in --trusted-root. Bundles of version 0.3 may have a chain of
    /// certificates. Any of several names in the signer's certificate may match. An issuer of
    /// identities may be missing there, where --certificate-oidc-issuer-regexp is '.*'.
    #[arg(long, help_heading = "Trust")]
    pub(crate) allow_certificate_chain: bool,
    /// Require an RFC 3161 timestamp of an authority in the trusted root.
    #[arg(long, help_heading = "Trust")]
    pub(crate) use_signed_timestamps: bool,
    /// Weaker: look at no transparency log.
    #[arg(long, alias = "private-infrastructure", help_heading = "Trust")]
    pub(crate) insecure_ignore_tlog: bool,
    /// Weaker: look at no log of certificates.
    #[arg(long, help_heading = "Trust")]
    pub(crate) insecure_ignore_sct: bool,
    /// The transparency log (Rekor, version 1) that is asked for the entry of a signature beside
    /// which none lies: a `.sig` tag without one, a signature in a file. Default: that of the
    /// public-good instance.
    #[arg(long, value_name = "URL", help_heading = "Trust")]
    pub(crate) rekor_url: Option<String>,
    /// Fetch no trusted root: the one that is kept counts, else the one that is built in. Ask no
    /// log. An image that is named is still asked of its registry.
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

impl SignerArgs {
    /// Whether a timestamp is required: naming the authority means relying on it, as in cosign.
    pub(crate) fn wants_timestamps(&self) -> bool {
        self.use_signed_timestamps || self.own.timestamp_certificate_chain.is_some()
    }
}

/// Authorities in the place of those of the trusted root, PEM.
#[derive(Clone, Debug, Args)]
pub(crate) struct OwnTrustArgs {
    /// Certificates of the authority that issued the signer's, from that to the root.
    #[arg(long, alias = "cert-chain", value_name = "FILE", help_heading = "Trust",
          conflicts_with_all = ["ca_roots", "trusted_root"])]
    pub(crate) certificate_chain: Option<PathBuf>,
    /// Roots of the authorities that may have issued the signer's certificate.
    #[arg(long, value_name = "FILE", help_heading = "Trust", conflicts_with = "trusted_root")]
    pub(crate) ca_roots: Option<PathBuf>,
    /// Certificates between those roots and the signer's.
    #[arg(long, value_name = "FILE", help_heading = "Trust", requires = "ca_roots")]
    pub(crate) ca_intermediates: Option<PathBuf>,
    /// Certificates of the authority that stamped the signature, from that to the root. A timestamp
    /// is required, as with --use-signed-timestamps.
    #[arg(long, value_name = "FILE", help_heading = "Trust", conflicts_with = "trusted_root")]
    pub(crate) timestamp_certificate_chain: Option<PathBuf>,
}

/// Flags that cosign has on all verbs.
#[derive(Clone, Debug, Args)]
pub(crate) struct OutArgs {
    /// Write what goes to stdout to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// The same as --timeout.
    #[arg(short = 't', id = "give_up", value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) give_up: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PayloadFormat {
    Json,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestAlgorithm {
    Sha256,
    Sha384,
    Sha512,
}

pub(super) fn parse_claim(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a claim is written key=value".to_owned()),
    }
}

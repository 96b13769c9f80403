//! The verbs that make keys and signatures: flags as cosign has them.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args, ValueEnum};
use sealift::verify::KeyAlgorithm;

use super::values::parse_bool;
use super::verify::parse_claim;
use super::{OutArgs, RegistryArgs};

/// Where the password of a secret key comes from.
#[derive(Clone, Debug, Args)]
pub(crate) struct PasswordArgs {
    /// File with the password of the key, without its line break. Without this flag it is
    /// SEALIFT_KEY_PASSWORD, SEALIFT_PASSWORD (but for `image`, where that is the registry's),
    /// COSIGN_PASSWORD, asked for on the terminal, or read from stdin.
    #[arg(long, value_name = "FILE", help_heading = "Signer")]
    pub(crate) password_file: Option<PathBuf>,
}

/// `generate-key-pair`.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Where cosign would keep the key instead of in files.
    #[arg(hide = true)]
    pub(crate) place: Option<String>,
    /// The files are this with .key and .pub behind it.
    #[arg(long, value_name = "PREFIX", default_value = "cosign")]
    pub(crate) output_key_prefix: PathBuf,
    /// What kind of key.
    #[arg(long, value_name = "NAME", default_value = "ecdsa-sha2-256-nistp256")]
    pub(crate) signing_algorithm: SigningAlgorithm,
    /// Overwrite files that are there.
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Kinds of keys, by the names of Sigstore's registry of algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SigningAlgorithm {
    #[value(name = "ecdsa-sha2-256-nistp256")]
    P256,
    #[value(name = "ecdsa-sha2-384-nistp384")]
    P384,
    #[value(name = "ecdsa-sha2-512-nistp521")]
    P521,
    #[value(name = "ed25519", alias = "ed25519-ph")]
    Ed25519,
    #[value(name = "rsa-sign-pkcs1-2048-sha256")]
    Rsa2048,
    #[value(name = "rsa-sign-pkcs1-3072-sha256")]
    Rsa3072,
    #[value(name = "rsa-sign-pkcs1-4096-sha256")]
    Rsa4096,
}

impl From<SigningAlgorithm> for KeyAlgorithm {
    fn from(named: SigningAlgorithm) -> Self {
        match named {
            SigningAlgorithm::P256 => Self::EcdsaP256,
            SigningAlgorithm::P384 => Self::EcdsaP384,
            SigningAlgorithm::P521 => Self::EcdsaP521,
            SigningAlgorithm::Ed25519 => Self::Ed25519,
            SigningAlgorithm::Rsa2048 => Self::Rsa { bits: 2048 },
            SigningAlgorithm::Rsa3072 => Self::Rsa { bits: 3072 },
            SigningAlgorithm::Rsa4096 => Self::Rsa { bits: 4096 },
        }
    }
}

/// `import-key-pair`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The secret key: PEM of PKCS#8, SEC 1 or PKCS#1.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The files are this with .key and .pub behind it.
    #[arg(short, long, value_name = "PREFIX", default_value = "import-cosign")]
    pub(crate) output_key_prefix: PathBuf,
    /// Overwrite files that are there.
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// `public-key`.
#[derive(Debug, Args)]
pub(crate) struct PublicKeyArgs {
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    /// Write the key to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) outfile: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// Which key signs.
#[derive(Clone, Debug, Args)]
pub(crate) struct KeyArgs {
    /// The secret key, PEM as cosign writes it, or of PKCS#8, SEC 1 or PKCS#1: a file, or
    /// env://VARIABLE.
    #[arg(long, value_name = "KEY", help_heading = "Signer")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
}

/// `sign-blob`.
#[derive(Debug, Args)]
pub(crate) struct SignBlobArgs {
    /// The files; - is stdin.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write the bundle to this file, and nothing to stdout: the signature with what speaks for it.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Write the signature alone to this file instead of stdout.
    #[arg(long, alias = "output", value_name = "FILE")]
    pub(crate) output_signature: Option<PathBuf>,
    /// Write the signer's certificate to this file, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_certificate: Option<PathBuf>,
    /// Write the timestamp over the signature to this file, in cosign's JSON.
    #[arg(long, alias = "rfc3161-timestamp-bundle", value_name = "FILE")]
    pub(crate) rfc3161_timestamp: Option<PathBuf>,
    /// Write the signature in base64.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) b64: bool,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
}

/// `attest-blob`.
#[derive(Debug, Args)]
pub(crate) struct AttestBlobArgs {
    /// The file that the attestation is about; not needed with --hash or --statement.
    #[arg(required_unless_present_any = ["hash", "statement"])]
    pub(crate) file: Option<PathBuf>,
    /// SHA-256 of the file in hexadecimal, instead of the file.
    #[arg(long, value_name = "HEX")]
    pub(crate) hash: Option<String>,
    #[command(flatten)]
    pub(crate) attested: AttestedArgs,
    /// Write the bundle to this file, and nothing to stdout: the attestation with what speaks for
    /// it.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Write the envelope (DSSE) to this file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_signature: Option<PathBuf>,
    /// Write the statement that was signed to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_attestation: Option<PathBuf>,
    /// Write the signer's certificate to this file, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_certificate: Option<PathBuf>,
    /// Write the timestamp over the envelope to this file, in cosign's JSON.
    #[arg(long, alias = "rfc3161-timestamp-bundle", value_name = "FILE")]
    pub(crate) rfc3161_timestamp: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
}

/// `sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The images: references to registries, best by digest.
    #[arg(required = true, value_name = "IMAGE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) images: Vec<String>,
    /// Claims to sign with the image, as key=value.
    #[arg(short, long, value_name = "CLAIMS", value_delimiter = ',', value_parser = parse_claim)]
    pub(crate) annotations: Vec<(String, String)>,
    /// Of an index, sign the images that it lists, too.
    #[arg(short, long)]
    pub(crate) recursive: bool,
    /// In the older form: the name that is signed with the image, instead of its own.
    #[arg(long, value_name = "NAME")]
    pub(crate) sign_container_identity: Option<String>,
    /// Write the signature alone to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_signature: Option<PathBuf>,
    /// Write what was signed to this file: the statement, in the older form the payload.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_payload: Option<PathBuf>,
    /// Write the signer's certificate to this file, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
}

/// `attest`.
#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The image: a reference to a registry, best by digest.
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) image: String,
    #[command(flatten)]
    pub(crate) attested: AttestedArgs,
    /// Attach nothing; the same as --upload=false.
    #[arg(long)]
    pub(crate) no_upload: bool,
    /// Take away the attestations of the same type that are there, once the new one is.
    #[arg(long, value_parser = parse_bool, action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_value = "false", default_missing_value = "true")]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) signing: SigningArgs,
}

/// Where a signature of an image goes.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Attach it to the image in its registry; =false prints it instead, or writes it to --bundle.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) upload: bool,
    /// Write the bundle to this file, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// What is attested.
#[derive(Debug, Args)]
pub(crate) struct AttestedArgs {
    /// The predicate: a file, or - for stdin.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present_any = ["from_ci", "statement"],
        conflicts_with_all = ["from_ci", "statement"]
    )]
    pub(crate) predicate: Option<PathBuf>,
    /// Type of the predicate: slsaprovenance, slsaprovenance1, spdx, spdxjson, cyclonedx, vuln,
    /// openvex, link, custom, or a URI.
    #[arg(long = "type", value_name = "TYPE", default_value = "custom")]
    pub(crate) predicate_type: String,
    /// Attest where this was built, from the environment of GitHub Actions or GitLab CI
    /// (--type slsaprovenance1).
    #[arg(long, conflicts_with = "statement")]
    pub(crate) from_ci: bool,
    /// A whole in-toto statement, to be signed as it is: a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) statement: Option<PathBuf>,
}

/// How it is signed.
#[derive(Debug, Args)]
pub(crate) struct SigningArgs {
    #[command(flatten)]
    pub(crate) by: SignedByArgs,
    /// Write the form of cosign 3; =false writes the older one, of files without a --bundle.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) new_bundle_format: bool,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

/// How a person logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthFlow {
    Normal,
    Device,
    Token,
}

/// Who signs, and who vouches for it.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignedByArgs {
    #[command(flatten)]
    pub(crate) key: KeyArgs,
    /// Algorithm of the signing key. With --key: the key must have it. Without: the key that is made
    /// for the signature has it; default: ecdsa-sha2-256-nistp256.
    #[arg(long, value_name = "NAME", help_heading = "Signer")]
    pub(crate) signing_algorithm: Option<SigningAlgorithm>,
    /// Without --key: an identity token, or a file with one. Without either, the environment of
    /// GitHub Actions, GitLab CI (SIGSTORE_ID_TOKEN) or Buildkite gives it.
    #[arg(long, value_name = "TOKEN", help_heading = "Signer", conflicts_with = "key")]
    pub(crate) identity_token: Option<String>,
    /// Where the identity token comes from: github-actions, buildkite-agent, google, envvar.
    #[arg(long, value_name = "NAME", help_heading = "Signer")]
    pub(crate) oidc_provider: Option<String>,
    /// Take no identity token from the environment.
    #[arg(long, help_heading = "Signer")]
    pub(crate) oidc_disable_ambient_providers: bool,
    /// How to get a token that neither a flag nor the environment gives: normal (by a browser on
    /// this machine), device (by a code, on any device) or token (not at all). Default: normal on
    /// a terminal, else token.
    #[arg(long, alias = "oidc-flow", value_name = "FLOW", help_heading = "Signer")]
    pub(crate) fulcio_auth_flow: Option<AuthFlow>,
    /// The issuer that is asked then; default: that of the signing configuration.
    #[arg(long, value_name = "URL", help_heading = "Signer")]
    pub(crate) oidc_issuer: Option<String>,
    /// Where on this machine the browser comes back to, as http://localhost:8080/auth/callback, where
    /// the issuer must know it; default: a free port.
    #[arg(long, value_name = "URL", help_heading = "Signer")]
    pub(crate) oidc_redirect_url: Option<String>,
    /// File with the OAuth client secret; few issuers need one.
    #[arg(long, value_name = "FILE", help_heading = "Signer")]
    pub(crate) oidc_client_secret_file: Option<PathBuf>,
    /// OAuth client id, which an identity token is for.
    #[arg(long, value_name = "NAME", default_value = "sigstore", help_heading = "Signer")]
    pub(crate) oidc_client_id: String,
    /// Which services vouch for signatures: a signing configuration of Sigstore.
    #[arg(long, value_name = "FILE", help_heading = "Signing services")]
    pub(crate) signing_config: Option<PathBuf>,
    /// Use a signing configuration; =false uses the URLs, by default those of the public instance
    /// with version 1 of the log.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool,
          help_heading = "Signing services")]
    pub(crate) use_signing_config: bool,
    /// What the services' answers are verified against: authorities, logs, timestamp authorities.
    #[arg(long, value_name = "FILE", help_heading = "Signing services")]
    pub(crate) trusted_root: Option<PathBuf>,
    /// Enter the signature into a transparency log.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool,
          help_heading = "Signing services")]
    pub(crate) tlog_upload: bool,
    /// URL of the certificate authority (Fulcio), instead of the signing configuration's.
    #[arg(long, value_name = "URL", help_heading = "Signing services")]
    pub(crate) fulcio_url: Option<String>,
    /// URL of the transparency log (Rekor), instead of the signing configuration's.
    #[arg(long, value_name = "URL", help_heading = "Signing services")]
    pub(crate) rekor_url: Option<String>,
    /// Version of the log at --rekor-url, 1 or 2.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2),
          help_heading = "Signing services")]
    pub(crate) rekor_version: u8,
    /// URL of an RFC 3161 timestamp authority, instead of the signing configuration's.
    #[arg(long, value_name = "URL", help_heading = "Signing services")]
    pub(crate) timestamp_server_url: Option<String>,
    #[command(flatten)]
    pub(crate) stamper: StamperArgs,
    /// Weaker: accept a certificate that is in no log.
    #[arg(long, help_heading = "Signing services")]
    pub(crate) insecure_skip_verify: bool,
    /// Do not ask before something is written to a public transparency log.
    #[arg(short, long, help_heading = "Signing services")]
    pub(crate) yes: bool,
}

/// TLS with the authority at --timestamp-server-url.
#[derive(Clone, Debug, Args)]
pub(crate) struct StamperArgs {
    /// Who certifies the timestamp authority's server, in the place of the system's authorities: PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "timestamp_server_url",
        help_heading = "Signing services"
    )]
    pub(crate) timestamp_client_cacert: Option<PathBuf>,
    /// Certificate by which the client shows the timestamp authority who it is (mTLS), in PEM.
    #[arg(long, value_name = "FILE", requires_all = ["timestamp_client_key", "timestamp_server_url"],
          help_heading = "Signing services")]
    pub(crate) timestamp_client_cert: Option<PathBuf>,
    /// Its secret key, in PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "timestamp_client_cert",
        help_heading = "Signing services"
    )]
    pub(crate) timestamp_client_key: Option<PathBuf>,
    /// Name that the server's certificate must have, where it is not that of the URL.
    #[arg(
        long,
        value_name = "NAME",
        requires = "timestamp_server_url",
        help_heading = "Signing services"
    )]
    pub(crate) timestamp_server_name: Option<String>,
}

//! Flags of `gate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sealift::Severity;
use sealift::policy::Action;

use super::ImageArgs;

#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) decide: DecideArgs,
    #[command(flatten)]
    pub(crate) signed: SignedArgs,
}

/// What decides; each flag comes before what sealift.toml says.
#[derive(Debug, Args)]
pub(crate) struct DecideArgs {
    /// Severities that fail, with the graver ones: HIGH,CRITICAL. Default: CRITICAL.
    #[arg(long, value_name = "LIST", value_delimiter = ',', ignore_case = true)]
    pub(crate) fail_on: Option<Vec<Severity>>,
    /// Severities that are warned of, and graver ones with them. Default: HIGH.
    #[arg(long, value_name = "LIST", value_delimiter = ',', ignore_case = true)]
    pub(crate) warn_on: Option<Vec<Severity>>,
    /// What follows from an unknown severity. Default: warn.
    #[arg(long, value_name = "ACTION")]
    pub(crate) unknown: Option<ActionArg>,
    /// Only findings with a fix decide (as --ignore-unfixed); a malicious package always does.
    #[arg(long)]
    pub(crate) fixed_only: bool,
    /// What follows from a vulnerability that CISA lists as exploited. Default: pass.
    #[arg(long, value_name = "ACTION")]
    pub(crate) kev: Option<ActionArg>,
    /// EPSS score, 0 to 1, from which on a finding fails.
    #[arg(long, value_name = "SCORE")]
    pub(crate) epss: Option<f64>,
    /// CVSS score, 0 to 10, from which on a finding fails.
    #[arg(long, value_name = "SCORE")]
    pub(crate) cvss: Option<f64>,
    /// Days that the image may be old.
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age_days: Option<u64>,
    /// Days that its base image may be old.
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_base_age_days: Option<u64>,
    /// Packages that must not be there, as pkg:npm/event-stream.
    #[arg(long, value_name = "PURLS", value_delimiter = ',')]
    pub(crate) forbid_package: Vec<String>,
    /// Licences that must not be there, as AGPL-3.0*.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub(crate) forbid_license: Vec<String>,
    /// A suppression without a justification fails.
    #[arg(long)]
    pub(crate) require_justification: bool,
}

/// Who must have signed; with a key or an identity a signature is required.
#[derive(Debug, Args)]
pub(crate) struct SignedArgs {
    /// Public key of the signer, PEM or DER.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// The signer in the certificate.
    #[arg(long, value_name = "IDENTITY")]
    pub(crate) certificate_identity: Option<String>,
    /// An expression for the signer.
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// Who vouches for the signer.
    #[arg(long, value_name = "URL")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// An expression for who vouches.
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_oidc_issuer_regexp: Option<String>,
    /// Attestations that the signer must have made, too: slsaprovenance1, vuln, a URI.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(crate) attestation: Vec<String>,
    /// The builder that a provenance must name.
    #[arg(long, value_name = "ID", requires = "attestation")]
    pub(crate) builder: Option<String>,
    /// The trusted root, JSON. Default: the one that is kept in the cache folder, refreshed when it
    /// is older than a day (see `initialize`).
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,
    /// The transparency log (Rekor, version 1) that is asked for the entry of a signature beside
    /// which none lies; with --offline none is. Default: that of the public-good instance.
    #[arg(long, value_name = "URL")]
    pub(crate) rekor_url: Option<String>,
    /// Weaker: signatures by a key need not be in a transparency log.
    #[arg(long)]
    pub(crate) insecure_ignore_tlog: bool,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ActionArg {
    Fail,
    Warn,
    Pass,
}

impl From<ActionArg> for Action {
    fn from(action: ActionArg) -> Self {
        match action {
            ActionArg::Fail => Self::Fail,
            ActionArg::Warn => Self::Warn,
            ActionArg::Pass => Self::Pass,
        }
    }
}

//! Flags of `gate`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Command, ValueEnum};
use sealift::Severity;
use sealift::policy::Action;

use super::ImageArgs;
use super::values::Word;

/// Exit statuses, in the help of the verb.
pub(super) const STATUSES: &str = "\
Exit status: 0 the image may pass, perhaps with warnings; 1 it may not (--exit-code sets another); \
2 wrong usage or unreadable input; 3 not decided, because the scan is incomplete; \
the --exit-on-eol value when the distribution is past its end of life.";

/// The help of scan flags that mean something else in the gate.
const OWN_WORDS: [(&str, &str); 7] = [
    (
        "format",
        "Format of the decision; in other formats than table and json the report of the scan is \
         written, and the decision goes to stderr",
    ),
    ("severity", "Severities to list, an exact list; what decides is --fail-on and --warn-on"),
    (
        "ignore_status",
        "Statuses not to list: fixed, affected, ...; such findings decide all the same",
    ),
    ("exit_code", "Exit with this status when the image may not pass; default, and for 0: 1"),
    (
        "exit_on_eol",
        "Fail, and exit with this status, when the distribution is past its end of life; default: \
         what end-of-life in sealift.toml says, else a warning",
    ),
    (
        "as_of",
        "Judge ages, ends of life and what expires as of this day or time; default: now, whatever \
         SOURCE_DATE_EPOCH says",
    ),
    ("allow_incomplete", "Decide by what was seen when the scan is incomplete"),
];

/// Flags of a scan that change nothing in the gate: it reads and verifies all layers, and always
/// reports what does not count. The last one is refused.
const WITHOUT_EFFECT: [&str; 5] =
    ["no_cache", "cache_max_mib", "list_all_pkgs", "show_suppressed", "download_db_only"];

/// The verb, with the scan flags explained as they work here.
pub(super) fn in_own_words(mut command: Command) -> Command {
    for (id, help) in OWN_WORDS {
        command = command.mut_arg(id, |arg| arg.help(help));
    }
    for id in WITHOUT_EFFECT {
        command = command.mut_arg(id, |arg| arg.hide(true));
    }
    command
}

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
#[command(next_help_heading = "Decision")]
pub(crate) struct DecideArgs {
    /// Severities that fail. A list names all from its lowest up: HIGH,CRITICAL. Default:
    /// CRITICAL.
    #[arg(long, value_name = "LIST", value_delimiter = ',', ignore_case = true,
          value_parser = Word(Severity::from_str))]
    pub(crate) fail_on: Option<Vec<Severity>>,
    /// Severities that are warned of, unless they fail. Default: HIGH.
    #[arg(long, value_name = "LIST", value_delimiter = ',', ignore_case = true,
          value_parser = Word(Severity::from_str))]
    pub(crate) warn_on: Option<Vec<Severity>>,
    /// Action for findings of unknown severity. Default: warn.
    #[arg(long, value_name = "ACTION")]
    pub(crate) unknown: Option<ActionArg>,
    /// Only findings with a fix decide (as --ignore-unfixed); a malicious package always does.
    #[arg(long)]
    pub(crate) fixed_only: bool,
    /// Action for vulnerabilities that CISA lists as exploited (KEV). Default: pass.
    #[arg(long, value_name = "ACTION")]
    pub(crate) kev: Option<ActionArg>,
    /// Fail findings with at least this EPSS score, from 0 to 1.
    #[arg(long, value_name = "SCORE")]
    pub(crate) epss: Option<f64>,
    /// Fail findings with at least this CVSS score, from 0 to 10.
    #[arg(long, value_name = "SCORE")]
    pub(crate) cvss: Option<f64>,
    /// Fail an image older than this many days.
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age_days: Option<u64>,
    /// Fail an image whose base image is older than this many days.
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_base_age_days: Option<u64>,
    /// Fail when one of these packages is there, as pkg:npm/event-stream.
    #[arg(long, value_name = "PURLS", value_delimiter = ',')]
    pub(crate) forbid_package: Vec<String>,
    /// Fail when a package has one of these licences, as AGPL-3.0*.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub(crate) forbid_license: Vec<String>,
    /// Fail when a finding is suppressed without a justification.
    #[arg(long)]
    pub(crate) require_justification: bool,
}

/// Who must have signed; with a key or an identity a signature is required.
#[derive(Debug, Args)]
#[command(next_help_heading = "Signer")]
pub(crate) struct SignedArgs {
    /// Public key of the signer, PEM or DER.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<String>,
    /// Identity in the signer's certificate, exactly.
    #[arg(long, value_name = "IDENTITY")]
    pub(crate) certificate_identity: Option<String>,
    /// The same as a regular expression (RE2).
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_identity_regexp: Option<String>,
    /// OIDC issuer in the signer's certificate, exactly.
    #[arg(long, value_name = "URL")]
    pub(crate) certificate_oidc_issuer: Option<String>,
    /// The same as a regular expression (RE2).
    #[arg(long, value_name = "REGEX")]
    pub(crate) certificate_oidc_issuer_regexp: Option<String>,
    /// Attestations that the signer must have made, too: slsaprovenance1, vuln, a URI.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub(crate) attestation: Vec<String>,
    /// Builder id that the SLSA provenance must name.
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

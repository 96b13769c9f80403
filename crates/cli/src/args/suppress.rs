//! Flags about suppressed findings.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct SuppressArgs {
    /// File of what does not count: ids in lines, else by its name .trivyignore.yaml, .grype.yaml
    /// or osv-scanner.toml. Default: .trivyignore in the working directory, if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignorefile: Option<PathBuf>,
    /// Policy in Rego whose rule data.trivy.ignore is true of each finding, in Trivy's JSON form,
    /// that does not count.
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore_policy: Option<PathBuf>,
    /// VEX documents that take findings out: OpenVEX, CSAF VEX, CycloneDX; oci: the attestations
    /// on the image, of the signer that --vex-key or --vex-certificate-identity names.
    #[arg(long, value_name = "FILES", value_delimiter = ',')]
    pub(crate) vex: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) vex_signer: VexSignerArgs,
    /// List what does not count, too, with the reasons.
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// The policy; default: sealift.toml in the working directory, if it is there. A scan takes
    /// its exceptions and the files that it names, the gate all of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_file: Option<PathBuf>,
}

/// Whose VEX attestations count.
#[derive(Debug, Default, Args)]
pub(crate) struct VexSignerArgs {
    /// Public key of the signer whose VEX attestations on the image count, PEM or DER.
    #[arg(long, value_name = "FILE", help_heading = "VEX attestations")]
    pub(crate) vex_key: Option<String>,
    /// Identity of the signer whose VEX attestations count, as in the certificate.
    #[arg(long, value_name = "IDENTITY", help_heading = "VEX attestations")]
    pub(crate) vex_certificate_identity: Option<String>,
    /// The same as a regular expression (RE2).
    #[arg(long, value_name = "REGEX", help_heading = "VEX attestations")]
    pub(crate) vex_certificate_identity_regexp: Option<String>,
    /// OIDC issuer in that certificate.
    #[arg(long, value_name = "URL", help_heading = "VEX attestations")]
    pub(crate) vex_certificate_oidc_issuer: Option<String>,
    /// The same as a regular expression (RE2).
    #[arg(long, value_name = "REGEX", help_heading = "VEX attestations")]
    pub(crate) vex_certificate_oidc_issuer_regexp: Option<String>,
    /// Weaker: VEX attestations by a key need not be in a transparency log.
    #[arg(long, help_heading = "VEX attestations")]
    pub(crate) insecure_ignore_vex_tlog: bool,
}

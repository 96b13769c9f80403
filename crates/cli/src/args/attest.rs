//! Flags by which `image` attests what it found.

use clap::{ArgAction, Args, ValueEnum};
use sealift::sign::SbomForm;

use super::values::parse_bool;
use super::{ImageArgs, SignedByArgs};

/// `image`.
#[derive(Debug, Args)]
pub(crate) struct ImageVerbArgs {
    #[command(flatten)]
    pub(crate) image: ImageArgs,
    #[command(flatten)]
    pub(crate) attest: AttestScanArgs,
}

/// What is attested of a scan, and who signs it.
#[derive(Debug, Args)]
pub(crate) struct AttestScanArgs {
    /// Attach the result to the image in its registry, as a signed attestation of the type vuln:
    /// all findings, whatever is left out of the report that is printed.
    #[arg(long, help_heading = "Attestation")]
    pub(crate) attest: bool,
    /// Attach what is in the image, as a signed attestation: cyclonedx (the default), spdx, or
    /// both.
    #[arg(
        long,
        value_name = "FORMS",
        value_delimiter = ',',
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "cyclonedx",
        help_heading = "Attestation"
    )]
    pub(crate) attest_sbom: Vec<SbomKind>,
    /// Attach in the form of cosign 3; =false attaches in the older one.
    #[arg(long, default_value = "true", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, default_missing_value = "true", value_parser = parse_bool,
          help_heading = "Attestation")]
    pub(crate) new_bundle_format: bool,
    #[command(flatten)]
    pub(crate) by: SignedByArgs,
}

impl AttestScanArgs {
    /// Whether anything is to be attested.
    pub(crate) fn is_wanted(&self) -> bool {
        self.attest || !self.attest_sbom.is_empty()
    }

    /// A flag that names the signer: without anything to sign, a user may take it for a check.
    pub(crate) fn signer(&self) -> Option<&'static str> {
        let by = &self.by;
        let named = [
            ("--key", by.key.key.is_some()),
            ("--identity-token", by.identity_token.is_some()),
            ("--signing-config", by.signing_config.is_some()),
            ("--trusted-root", by.trusted_root.is_some()),
        ];
        named.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}

/// A form of SBOM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SbomKind {
    #[value(name = "cyclonedx")]
    CycloneDx,
    #[value(alias = "spdx-json", alias = "spdxjson")]
    Spdx,
}

impl From<SbomKind> for SbomForm {
    fn from(kind: SbomKind) -> Self {
        match kind {
            SbomKind::CycloneDx => Self::CycloneDx,
            SbomKind::Spdx => Self::Spdx,
        }
    }
}

//! The plan of a scan: the flags, and what follows from the verb itself.

use std::borrow::Cow;

use crate::args::{ImageArgs, ScanArgs, ScannerKind};

/// The purpose of an image scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A report.
    Report,
    /// A report, and attestations on the image.
    Attest {
        /// Whether findings are attested; if so, they are looked up whatever is printed.
        findings: bool,
    },
    /// A decision.
    Gate {
        /// The exit status when the image may not pass.
        exit_code: u8,
        /// Whether signatures on the image are required.
        requires_signatures: bool,
    },
}

/// The flags of a scan and what follows from the verb.
#[derive(Debug)]
pub(crate) struct ScanPlan<'a> {
    /// The flags.
    pub(crate) args: &'a ScanArgs,
    /// Where an image without a prefix is looked for, in this order.
    pub(crate) sources: Cow<'a, [String]>,
    /// The exit status when findings remain.
    pub(crate) exit_code: Option<u8>,
    /// Trivy's scanners of an image's config that were asked for; none of them runs.
    pub(crate) image_config: &'a [ScannerKind],
    attests_findings: bool,
}

impl<'a> ScanPlan<'a> {
    /// The plan for a folder or a document.
    pub(crate) fn of(args: &'a ScanArgs) -> Self {
        Self {
            args,
            sources: Cow::Borrowed(&[]),
            exit_code: args.exit_code,
            image_config: &[],
            attests_findings: false,
        }
    }

    /// The plan for an image.
    pub(crate) fn of_image(args: &'a ImageArgs, purpose: Purpose) -> Self {
        let exit_code = match purpose {
            // Findings decide, whatever is written.
            Purpose::Gate { exit_code, .. } => Some(exit_code),
            Purpose::Report | Purpose::Attest { .. } => args.scan.exit_code,
        };
        let sources = match purpose {
            // Signatures are of the image in the registry, not of what an engine keeps under that
            // name.
            Purpose::Attest { .. } | Purpose::Gate { requires_signatures: true, .. } => {
                Cow::Owned(vec!["remote".to_owned()])
            }
            Purpose::Report | Purpose::Gate { .. } => Cow::Borrowed(&args.image_src[..]),
        };
        Self {
            sources,
            exit_code,
            image_config: &args.image_config_scanners,
            attests_findings: purpose == Purpose::Attest { findings: true },
            ..Self::of(&args.scan)
        }
    }

    /// Whether vulnerabilities are looked up. A list of packages needs no findings, but a gate and
    /// an attestation do.
    pub(crate) fn looks_for_vulnerabilities(&self) -> bool {
        let scanners = self.args.scanners.as_ref();
        let asked = scanners.is_none_or(|list| list.contains(&ScannerKind::Vuln));
        asked && (!self.args.only_lists() || self.gates() || self.attests_findings)
    }

    /// Whether findings decide the exit status.
    pub(crate) fn gates(&self) -> bool {
        self.exit_code.is_some_and(|code| code != 0)
    }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;
    use crate::args::{Cli, Verb, command};

    fn image(flags: &[&str]) -> ImageArgs {
        let args = ["sealift", "image", "shop"].iter().chain(flags);
        let matches = command().try_get_matches_from(args).unwrap();
        match Cli::from_arg_matches(&matches).unwrap().verb {
            Verb::Image(verb) => verb.image,
            verb => panic!("{verb:?}"),
        }
    }

    #[test]
    fn a_list_needs_findings_only_where_something_follows_from_them() {
        let looks = |flags: &[&str], purpose| {
            ScanPlan::of_image(&image(flags), purpose).looks_for_vulnerabilities()
        };
        let list = ["--format", "spdx-json"];
        let gate = Purpose::Gate { exit_code: 1, requires_signatures: false };
        assert!(looks(&[], Purpose::Report));
        assert!(!looks(&list, Purpose::Report));
        assert!(!looks(&list, Purpose::Attest { findings: false }));
        assert!(looks(&list, Purpose::Attest { findings: true }));
        assert!(looks(&list, gate));
        assert!(looks(&["--format", "spdx-json", "--exit-code", "1"], Purpose::Report));
        assert!(!looks(&["--scanners", "secret"], gate));
    }

    #[test]
    fn what_is_signed_is_taken_from_its_registry() {
        let image = image(&["--image-src", "podman"]);
        let sources = |purpose| ScanPlan::of_image(&image, purpose).sources.into_owned();
        let gate = |requires_signatures| Purpose::Gate { exit_code: 1, requires_signatures };
        assert_eq!(sources(Purpose::Report), ["podman"]);
        assert_eq!(sources(gate(false)), ["podman"]);
        assert_eq!(sources(gate(true)), ["remote"]);
        assert_eq!(sources(Purpose::Attest { findings: false }), ["remote"]);
    }

    #[test]
    fn a_gate_has_its_own_exit_status_and_everybody_names_what_is_not_scanned() {
        let image = image(&["--exit-code", "0", "--image-config-scanners", "secret"]);
        let gate = Purpose::Gate { exit_code: 7, requires_signatures: false };
        let plan = ScanPlan::of_image(&image, gate);
        assert_eq!((plan.exit_code, plan.gates()), (Some(7), true));
        let report = ScanPlan::of_image(&image, Purpose::Report);
        assert_eq!((report.exit_code, report.gates()), (Some(0), false));
        for plan in [plan, report] {
            assert_eq!(plan.image_config, [ScannerKind::Secret]);
        }
    }
}

//! VEX documents that are attested on the image that is scanned.

use std::path::Path;

use sealift::policy::{
    Identity, LocalVerification, Requirement, Signer, Sources, Suppressions, Wanted,
};
use sealift::verify::TrustedRoot;
use sealift::{Report, Silent, Target, escape};

use crate::args::{GlobalArgs, VexSignerArgs};
use crate::failure::{Chain, Failure};
use crate::{Environment, clock, trust};

/// Whose attestations count.
pub(crate) struct AttestedBy {
    signer: Signer,
    /// Whether a key's need not be in a transparency log.
    insecure_ignore_tlog: bool,
    /// The file of the trusted root, where one is named.
    trusted_root: Option<String>,
}

impl AttestedBy {
    /// Whom flags name, else the policy; `asked` says that the attestations are asked for even
    /// where nobody is named.
    pub(crate) fn new(
        args: &VexSignerArgs,
        sources: &Sources,
        asked: bool,
    ) -> Result<Option<Self>, Failure> {
        let signer = named(args)?.or_else(|| sources.vex_signer.clone());
        let Some(signer) = signer else {
            return match asked {
                false => Ok(None),
                true => Err(Failure::Signer {
                    sentence: "it is not said whose VEX attestations count",
                    hint: "name a public key with --vex-key, or an identity with \
                           --vex-certificate-identity and --vex-certificate-oidc-issuer",
                }),
            };
        };
        let requirement = Requirement::new(Wanted::Signature, signer.clone());
        let warnings = LocalVerification::check(&requirement).map_err(|error| {
            let what = "whose VEX attestations count".to_owned();
            Failure::Unusable { what, error: error.into(), hint: "" }
        })?;
        for warning in warnings {
            eprintln!("warning: VEX attestations: {}", escape::terminal(&warning));
        }
        Ok(Some(Self {
            signer,
            insecure_ignore_tlog: sources.insecure_ignore_tlog || args.insecure_ignore_vex_tlog,
            trusted_root: sources.trusted_root.clone(),
        }))
    }

    /// Adds what was attested on the image to what takes findings out, and tells of each document.
    /// What cannot be read takes nothing out, and that is told, too.
    pub(crate) fn add(
        &self,
        target: &Target,
        report: &Report,
        suppressions: &mut Suppressions,
        offline: bool,
        global: &GlobalArgs,
        environment: &Environment,
    ) -> Result<(), Failure> {
        if report.artifact.image.is_none() {
            return Ok(());
        }
        let root = self.root(offline, global, environment)?;
        let now = clock::now();
        let mut verification = LocalVerification::new(target, report, &root, now, &Silent);
        verification.insecure_ignore_tlog = self.insecure_ignore_tlog;
        let said = |line: String| {
            if !global.quiet {
                eprintln!("{}", escape::terminal(&line));
            }
        };
        match verification.attested_vex(&self.signer) {
            Err(error) => {
                said(format!("warning: VEX attestations are not read: {}", Chain(&error)))
            }
            Ok(attested) => {
                for document in &attested.documents {
                    let (form, count) = (document.format.name(), document.statements.len());
                    said(format!("{form}: {}: {count} statements", document.name));
                }
                for rejected in &attested.rejected {
                    said(format!("warning: a VEX attestation does not count: {rejected}"));
                }
                suppressions.vex.extend(attested.documents);
            }
        }
        Ok(())
    }

    fn root(
        &self,
        offline: bool,
        global: &GlobalArgs,
        environment: &Environment,
    ) -> Result<TrustedRoot, Failure> {
        match &self.trusted_root {
            Some(file) => trust::root_in(Path::new(file)),
            None if matches!(self.signer, Signer::Key(_)) && self.insecure_ignore_tlog => {
                Ok(TrustedRoot::default())
            }
            None => trust::root(offline, global, environment),
        }
    }
}

/// Whom flags name.
fn named(args: &VexSignerArgs) -> Result<Option<Signer>, Failure> {
    let mut identity = Identity::default();
    identity.subject.clone_from(&args.vex_certificate_identity);
    identity.subject_regexp.clone_from(&args.vex_certificate_identity_regexp);
    identity.issuer.clone_from(&args.vex_certificate_oidc_issuer);
    identity.issuer_regexp.clone_from(&args.vex_certificate_oidc_issuer_regexp);
    let has_subject = identity.subject.is_some() || identity.subject_regexp.is_some();
    let has_issuer = identity.issuer.is_some() || identity.issuer_regexp.is_some();
    match (&args.vex_key, has_subject, has_issuer) {
        (None, false, false) => Ok(None),
        (Some(key), false, false) => Ok(Some(Signer::Key(key.clone()))),
        (None, true, true) => Ok(Some(Signer::Identity(identity))),
        _ => Err(Failure::Signer {
            sentence: "whose VEX attestations count is either a key or an identity with its issuer",
            hint: "name a public key with --vex-key, or an identity with \
                   --vex-certificate-identity and --vex-certificate-oidc-issuer",
        }),
    }
}

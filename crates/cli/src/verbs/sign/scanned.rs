//! `image --attest` and `--attest-sbom`: attach the result of a scan to the image.

use std::collections::BTreeSet;

use sealift::sign::{Older, SbomForm, StatementDraft, sbom_statement, scan_statement};
use sealift::verify::StatementVersion;
use sealift::{Database, Descriptor, RegistryImage, Report, Target as Scanned, Timestamp, escape};

use super::image::{Found, Place, Target, hash};
use super::session::Session;
use crate::args::{AttestScanArgs, GlobalArgs, ScanArgs, ScannerKind};
use crate::clock::now;
use crate::failure::Failure;
use crate::{Context, Environment};

const NAME_HINT: &str =
    "only images in registries are attested: push it, and name it as REGISTRY/REPOSITORY:TAG";

/// What to attest of a scan, and who signs it.
pub(in crate::verbs) struct Attesting<'a> {
    args: &'a AttestScanArgs,
    global: &'a GlobalArgs,
    environment: Environment,
    image: RegistryImage,
    /// A key is opened before the scan. A certificate is requested after it, since it soon expires.
    session: Option<Session>,
    started: Timestamp,
}

impl<'a> Attesting<'a> {
    /// From the flags; `None` if nothing is to be attested.
    pub(in crate::verbs) fn new(
        args: &'a AttestScanArgs,
        scan: &ScanArgs,
        target: &Scanned,
        context: Context<'a>,
    ) -> Result<Option<Self>, Failure> {
        if !args.is_wanted() {
            if let Some(flag) = args.signer() {
                eprintln!(
                    "warning: {flag} has no effect without --attest or --attest-sbom: nothing is \
                     signed, and nothing is verified (see `sealift verify` and `sealift gate`)"
                );
            }
            return Ok(None);
        }
        let Scanned::Registry(image) = target else {
            return Err(Failure::NotYet {
                what: "attesting an image that is not in a registry".to_owned(),
                hint: NAME_HINT,
            });
        };
        let is_asked = scan.scanners.as_ref().is_none_or(|all| all.contains(&ScannerKind::Vuln));
        if args.attest && !is_asked {
            return Err(Failure::Signer {
                sentence: "--attest attests vulnerabilities, and --scanners leaves them out",
                hint: "add vuln to --scanners, or attest the SBOM alone with --attest-sbom",
            });
        }
        // Here as in Trivy, SEALIFT_PASSWORD sets the flag --password, which is the registry's.
        let environment = context.environment.without("SEALIFT_PASSWORD");
        let has_key = args.by.key.key.is_some();
        let global = context.global;
        let signing = Context { global, environment: &environment };
        let session = has_key.then(|| Session::open(&args.by, signing)).transpose()?;
        let image = image.clone();
        Ok(Some(Self { args, global, environment, image, session, started: now() }))
    }

    /// The statements about an image, made before anything is filtered out of the report.
    ///
    /// An incomplete scan gives no statements, unless that is accepted: what it did not see would
    /// count as absent.
    pub(in crate::verbs) fn statements(
        &self,
        report: &Report,
        database: Option<&Database>,
        scan: &ScanArgs,
    ) -> Result<Option<Statements>, Failure> {
        if report.inventory.is_incomplete() && !scan.allow_incomplete {
            return Ok(None);
        }
        let manifest = report.artifact.image.as_ref().and_then(|image| image.manifest.clone());
        let image = manifest.ok_or(Failure::NotYet {
            what: "attesting an image without a manifest".to_owned(),
            hint: NAME_HINT,
        })?;
        let name = super::image::name(self.image.reference());
        let digest = hash(&image)?;
        let mut drafts = Vec::new();
        if let Some(database) = database.filter(|_| self.args.attest) {
            let times = (self.started, now());
            let made = scan_statement((&name, digest), report, database, times);
            drafts.push(made.map_err(Failure::Render)?);
        }
        let forms: BTreeSet<SbomForm> =
            self.args.attest_sbom.iter().map(|kind| SbomForm::from(*kind)).collect();
        for form in forms {
            let made = sbom_statement((&name, digest), report, form);
            drafts.push(made.map_err(Failure::Render)?);
        }
        if !self.args.new_bundle_format {
            for draft in &mut drafts {
                // Readers of the older form may not know later versions.
                draft.version = StatementVersion::V01;
            }
        }
        Ok(Some(Statements { image, drafts }))
    }

    /// Signs the statements and attaches them to the image that was scanned.
    pub(in crate::verbs) fn attach(self, statements: Statements) -> Result<(), Failure> {
        let session = match self.session {
            Some(session) => session,
            None => {
                let (global, environment) = (self.global, &self.environment);
                Session::open(&self.args.by, Context { global, environment })?
            }
        };
        let Statements { image, drafts } = statements;
        let found = Found::scanned(&self.image, image.clone());
        let place = Place {
            bundle: None,
            output: None,
            is_new: self.args.new_bundle_format,
            older: Older::Stay,
        };
        let target = Target { found: &found, image, place };
        for draft in drafts {
            target.attest(&session, &draft.to_json(), &draft.predicate_type)?;
            target.say(
                &format!("Attested {} of", escape::terminal(&draft.predicate_type)),
                self.global,
            );
        }
        Ok(())
    }
}

/// Statements about the image that was scanned.
pub(in crate::verbs) struct Statements {
    image: Descriptor,
    drafts: Vec<StatementDraft>,
}

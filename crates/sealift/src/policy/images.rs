//! The image rules of admission, applied to images in registries.

use sealift_layers::{Error as LayersError, Image};
use sealift_model::{BlobError, Timestamp};
use sealift_policy::admission::{ImageRule, ImageRules};
use sealift_policy::{Action, Policy, Reason, Requirement, Suppressions, Verdict, Wanted};
use sealift_policy::{Signer, WithoutVerification};
use sealift_registry::ErrorKind;
use sealift_report::Report;

use super::gate::Gate;
use super::proof::{ProofError, required};
use crate::source::Opened;
use crate::verify::{
    LogSearch, OpenError, Policy as SignaturePolicy, TrustedRoot, Verifier, VerifyError,
    VerifyOptions,
};
use crate::{Chain, Error, Observer, RegistryImage, ScanOptions, Scanner, Target, base_image};

/// Judges images by the rules for them. One gate serves any number of threads.
#[derive(Clone, Debug)]
pub struct ImageGate {
    rules: ImageRules,
    suppressions: Suppressions,
    root: TrustedRoot,
    log: Option<LogSearch>,
    /// Who must have signed, for each requirement of each rule: keys are read once.
    signers: Vec<Vec<SignaturePolicy>>,
}

/// The verdict of one rule on an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleVerdict {
    /// The rule's place in [`ImageRules::rules`].
    pub rule: usize,
    /// Why the rule does not hold.
    pub failures: Vec<String>,
    /// What somebody should look at although the rule holds.
    pub warnings: Vec<String>,
    /// What was proved.
    pub proofs: Vec<String>,
    /// Whether the rule is undecided, so that another attempt may help.
    pub is_open: bool,
}

impl RuleVerdict {
    fn fail(&mut self, why: impl Into<String>, is_open: bool) {
        self.failures.push(why.into());
        self.is_open |= is_open;
    }
}

impl ImageGate {
    /// A gate with rules. Findings that `suppressions` take out have no part in the decision.
    ///
    /// # Errors
    /// When a key, an expression or a type cannot be used.
    pub fn new(rules: ImageRules, suppressions: Suppressions) -> Result<Self, ProofError> {
        let signers = rules.rules.iter().map(|rule| {
            let requirements = rule.gate.requirements.iter();
            requirements.map(|it| required(it, rule.insecure_ignore_tlog)).collect()
        });
        let signers = signers.collect::<Result<_, _>>()?;
        Ok(Self { rules, suppressions, root: TrustedRoot::default(), log: None, signers })
    }

    /// The same gate with a trusted root. Signatures by certificates, or with log entries, need
    /// one.
    #[must_use]
    pub fn with_trusted_root(self, root: TrustedRoot) -> Self {
        Self { root, ..self }
    }

    /// The same gate with a log in which missing entries of signatures are looked up.
    #[must_use]
    pub fn with_log(self, log: Option<LogSearch>) -> Self {
        Self { log, ..self }
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &ImageRules {
        &self.rules
    }

    /// The trusted root.
    #[must_use]
    pub fn trusted_root(&self) -> &TrustedRoot {
        &self.root
    }

    /// The verdicts of all rules about an image. The image should be named by its digest: a tag may
    /// name another image by the time of the next rule. The image is scanned at most once, without
    /// a cache, and only where a rule asks for its content.
    ///
    /// # Errors
    /// When the observer cancels. Facts about the image that cannot be had fail the rules that need
    /// them.
    pub fn judge(
        &self,
        image: &RegistryImage,
        scanner: &Scanner,
        options: &ScanOptions,
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<Vec<RuleVerdict>, Error> {
        let target = Target::Registry(image.clone());
        let mut options = ScanOptions { cache: None, ..options.clone() };
        options.judged_at = Some(now);
        let mut scanned = None;
        let mut verdicts = Vec::new();
        for (at, rule) in self.rules.about(image.reference()) {
            let mut verdict = RuleVerdict { rule: at, ..RuleVerdict::default() };
            let signers = self.signers.get(at).into_iter().flatten();
            for (requirement, signers) in rule.gate.requirements.iter().zip(signers) {
                let verifier = Verifier::new(self.root.clone(), signers.clone())
                    .with_options(asking(self.log.clone()));
                prove(&verifier, requirement, &target, now, observer, &mut verdict)?;
            }
            if rule.scans {
                let scan = || scanner.scan(&target, &options, observer);
                match scanned.get_or_insert_with(scan) {
                    Ok(report) => self.look_inside(rule, report.clone(), now, &mut verdict),
                    Err(Error::Cancelled) => return Err(Error::Cancelled),
                    Err(error) => verdict.fail(Chain(error).to_string(), is_open(error)),
                }
            } else if let Some(most) = rule.gate.max_age_days {
                match created(&target, &options) {
                    Ok(created) => check_age(created, most, now, &mut verdict),
                    Err(error) => verdict.fail(Chain(&error).to_string(), is_open(&error)),
                }
            }
            verdicts.push(verdict);
        }
        if observer.is_cancelled() { Err(Error::Cancelled) } else { Ok(verdicts) }
    }

    fn look_inside(
        &self,
        rule: &ImageRule,
        mut report: Report,
        now: Timestamp,
        verdict: &mut RuleVerdict,
    ) {
        let mut policy = Policy::default();
        policy.gate = rule.gate.clone();
        // They are proved already, on the registry itself.
        policy.gate.requirements.clear();
        let gate = Gate::new(policy, self.suppressions.clone(), now);
        let decision = gate.judge(&mut report, &WithoutVerification).decision;
        let texts = |action: Action| {
            let reasons = decision.reasons.iter().filter(move |it: &&Reason| it.action == action);
            reasons.map(|reason| reason.text.clone())
        };
        verdict.failures.extend(texts(Action::Fail));
        verdict.warnings.extend(texts(Action::Warn));
        if decision.verdict == Verdict::Incomplete {
            let reasons = decision.incomplete.join(", ");
            verdict.fail(format!("not everything was seen: {reasons}"), false);
        }
    }
}

/// The options of verifying, with the log to use.
pub(super) fn asking(log: Option<LogSearch>) -> VerifyOptions {
    VerifyOptions { log, ..VerifyOptions::default() }
}

fn prove(
    verifier: &Verifier,
    requirement: &Requirement,
    target: &Target,
    now: Timestamp,
    observer: &dyn Observer,
    verdict: &mut RuleVerdict,
) -> Result<(), Error> {
    let (proved, what) = match &requirement.wanted {
        Wanted::Signature => (verifier.verify_image(target, &[], now, observer), "signature"),
        Wanted::Attestation { predicate, .. } => {
            (verifier.verify_attestation(target, now, observer), predicate.as_str())
        }
        _ => {
            verdict.fail("a requirement is not known", false);
            return Ok(());
        }
    };
    match proved {
        Ok(proof) => {
            let by = proof.signatures.first().map(|it| it.signer.to_string());
            let by = by.unwrap_or_default();
            verdict.proofs.push(format!("{what} by {by}"));
        }
        Err(VerifyError::Cancelled) => return Err(Error::Cancelled),
        Err(VerifyError::Open(error)) => {
            let text = format!("{}: {}", wanted(what, requirement), Chain(error.as_ref()));
            verdict.fail(text, is_unanswered(&error));
        }
        Err(error @ VerifyError::Log(_)) => {
            verdict.fail(format!("{}: {}", wanted(what, requirement), Chain(&error)), true);
        }
        Err(error) => {
            let why = error.rejected().first().map(|rejected| rejected.reason.clone());
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            verdict.fail(format!("{}: {error}{why}", wanted(what, requirement)), false);
        }
    }
    Ok(())
}

fn wanted(what: &str, requirement: &Requirement) -> String {
    let by = match &requirement.signer {
        Signer::Key(file) => format!("the key {file}"),
        Signer::Identity(who) => {
            let subject = who.subject.as_ref().or(who.subject_regexp.as_ref());
            subject.cloned().unwrap_or_default()
        }
        _ => "the signer".to_owned(),
    };
    format!("no {what} by {by}")
}

/// When an image was made, as its config or history says.
fn created(target: &Target, options: &ScanOptions) -> Result<Option<Timestamp>, Error> {
    let opened = Opened::find(target, &options.limits)?;
    let platform = options.platform.as_ref();
    let image = Image::open(&opened, &opened.root, platform, &options.limits)
        .map_err(|error| Error::layers(target.path(), error))?;
    let layers = image.config.diff_ids.len();
    Ok(image.config.created.or_else(|| base_image::creation(&image.config, layers)))
}

fn check_age(created: Option<Timestamp>, most: u64, now: Timestamp, verdict: &mut RuleVerdict) {
    let days = created.map(|created| now.days_since(created));
    match days.map(u64::try_from) {
        Some(Ok(days)) if days <= most => {}
        Some(Ok(days)) => {
            verdict.fail(format!("the image is {days} days old, more than {most}"), false);
        }
        // Clocks differ by a little; what was made tomorrow or never has no age.
        Some(Err(_)) if days >= Some(-1) => {}
        _ => verdict.fail("the image does not say when it was made", false),
    }
}

/// Whether to ask again may help.
fn is_open(error: &Error) -> bool {
    match error {
        Error::Registry(error) => is_transient(&error.kind),
        Error::NotInRegistry(_) => false,
        Error::Layers { source, .. } => match source {
            LayersError::Blob(error) => !matches!(error, BlobError::Missing(_)),
            source => matches!(source, LayersError::BlobRead { .. }),
        },
        _ => false,
    }
}

pub(super) fn is_unanswered(error: &OpenError) -> bool {
    match error {
        OpenError::Unreadable(error) => is_open(error),
        OpenError::Attached(_) => true,
        _ => false,
    }
}

fn is_transient(kind: &ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::NotFound { .. } | ErrorKind::WrongDigest { .. } | ErrorKind::WrongSize { .. }
    )
}

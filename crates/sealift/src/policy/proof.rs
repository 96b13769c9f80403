//! Proving the signatures and attestations that a gate requires.

use std::borrow::Cow;
use std::path::PathBuf;

use sealift_policy::{Identity, NotProved, Proof, Requirement, Signer, Verification, Wanted};
use sealift_report::Report;

use crate::verify::{
    Attachment, BundleVerifier, Identities, IdentityMatcher, Policy, PredicateType, PublicKey,
    SignedImage, TextMatcher, TrustedKey, TrustedRoot, Unverified, VerifiedSigner, VerifyError,
    VerifyOptions, provider, public_key,
};
use crate::{Chain, Digest, Observer, Target, Timestamp};

const ANY_IDENTITY: &str = "ANY IDENTITY is accepted: the expressions match everything";

/// Proves the requirements for a scanned image, its content included, wherever it lies.
pub struct ImageVerification<'v> {
    pub(super) target: Cow<'v, Target>,
    pub(super) root: &'v TrustedRoot,
    pub(super) now: Timestamp,
    observer: &'v dyn Observer,
    /// The digests that were scanned: a signature must be of one of them.
    scanned: Vec<Digest>,
    /// Whether signatures by a key need not be in a transparency log.
    pub insecure_ignore_tlog: bool,
    /// Whether VEX attestations by a key need not be in a transparency log.
    pub insecure_ignore_vex_tlog: bool,
    /// Bounds and options of verifying.
    pub options: VerifyOptions,
}

impl std::fmt::Debug for ImageVerification<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageVerification").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Why a requirement cannot be checked at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// A key cannot be read.
    #[error("{}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The image or its attachments cannot be read.
    #[error("the attestations on the image")]
    Image(#[source] Box<crate::verify::OpenError>),
    /// The image that was found is not the one that was scanned.
    #[error("{0} is not what was scanned")]
    OtherImage(Digest),
    /// An expression or a type is invalid.
    #[error("{what} cannot be used")]
    Text {
        /// Its purpose.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl<'v> ImageVerification<'v> {
    /// A verification for the image of a target and its report, against a trusted root, at the time
    /// `now`.
    #[must_use]
    pub fn new(
        target: &'v Target,
        report: &Report,
        root: &'v TrustedRoot,
        now: Timestamp,
        observer: &'v dyn Observer,
    ) -> Self {
        let image = report.artifact.image.as_ref();
        let manifest = image.and_then(|image| image.manifest.as_ref());
        let index = image.and_then(|image| image.index.clone());
        let manifest = manifest.map(|manifest| manifest.digest.clone());
        // A tag may have moved since.
        let target = match (target, index.as_ref().or(manifest.as_ref())) {
            (Target::Registry(image), Some(digest)) => {
                Cow::Owned(Target::Registry(image.at_digest(digest.clone())))
            }
            _ => Cow::Borrowed(target),
        };
        let scanned = manifest.into_iter().chain(index);
        Self {
            target,
            root,
            now,
            observer,
            scanned: scanned.collect(),
            insecure_ignore_tlog: false,
            insecure_ignore_vex_tlog: false,
            options: VerifyOptions::default(),
        }
    }

    pub(super) fn is_scanned(&self, digest: &Digest) -> bool {
        self.scanned.contains(digest)
    }

    /// Reads the keys and expressions of a requirement, so that their errors are known before a
    /// scan. Returns warnings about a requirement that is weaker than it looks.
    ///
    /// # Errors
    /// When a key, an expression or a type cannot be used.
    pub fn check(requirement: &Requirement) -> Result<Vec<String>, ProofError> {
        required(requirement, false)?;
        let Signer::Identity(who) = &requirement.signer else { return Ok(Vec::new()) };
        let matcher = identity(who)?;
        if matcher.matches_anything() {
            return Ok(vec![ANY_IDENTITY.to_owned()]);
        }
        let expressions = [matcher.subject(), matcher.issuer()];
        let loose =
            expressions.into_iter().filter(|it| !it.is_anchored() && !it.matches_anything());
        let told = loose.map(|expression| {
            format!(
                "{} also matches a part of a text; write ^ and $ around it",
                expression.as_str()
            )
        });
        Ok(told.collect())
    }
}

impl Verification for ImageVerification<'_> {
    fn prove(&self, requirement: &Requirement) -> Result<Proof, NotProved> {
        let told = |error: &dyn std::error::Error| NotProved::new(Chain(error).to_string());
        let policy = required(requirement, self.insecure_ignore_tlog).map_err(|it| told(&it))?;
        let attachment = match requirement.wanted {
            Wanted::Signature => Attachment::Signatures,
            _ => Attachment::Attestations,
        };
        let mut image =
            SignedImage::open(&self.target, attachment, policy.signer_kind(), &self.options)
                .map_err(|error| told(&error))?;
        if !self.is_scanned(image.digest()) {
            let digest = image.digest();
            return Err(NotProved::new(format!("{digest} is there, and is not what was scanned")));
        }
        let verifier = BundleVerifier::with_provider(self.root, provider());
        image
            .look_up(&verifier, &policy, &[], self.now)
            .map_err(|error| told(&VerifyError::from(error)))?;
        let verified = image
            .verify(&verifier, &policy, &[], self.now, self.observer)
            .map_err(|error| unverified(&error))?;
        let signer = verified.signatures.first().map(|it| signer(it.verified().signer()));
        let mut by = signer.unwrap_or_default();
        if accepts_anybody(requirement) {
            by.push_str(" (ANY IDENTITY)");
        }
        if self.insecure_ignore_tlog && matches!(requirement.signer, Signer::Key(_)) {
            by.push_str(" (a transparency log is not required)");
        }
        Ok(Proof::new(match &requirement.wanted {
            Wanted::Signature => format!("{} is signed by {by}", verified.image),
            Wanted::Attestation { predicate, builder: Some(builder) } => {
                format!(
                    "{} has {predicate} of the builder {builder}, signed by {by}",
                    verified.image
                )
            }
            Wanted::Attestation { predicate, .. } => {
                format!("{} has {predicate}, signed by {by}", verified.image)
            }
            _ => return Err(NotProved::new("this requirement is not known")),
        }))
    }
}

/// The policy of a requirement, for a [`Verifier`](crate::verify::Verifier): who must have signed
/// what. With `insecure_ignore_tlog` a signature by a key needs no entry in a transparency log.
///
/// # Errors
/// When a key, an expression or a type cannot be used.
pub fn required(
    requirement: &Requirement,
    insecure_ignore_tlog: bool,
) -> Result<Policy, ProofError> {
    let mut policy = signed_by(&requirement.signer, insecure_ignore_tlog)?;
    if let Wanted::Attestation { predicate, builder } = &requirement.wanted {
        let predicate = PredicateType::new(predicate.as_str());
        policy = policy.require_predicate_type(
            predicate.map_err(|error| unusable("the type of an attestation", error))?,
        );
        if let Some(builder) = builder {
            let builder = TextMatcher::exact(builder.as_str());
            let builder = builder.map_err(|error| unusable("the builder", error))?;
            policy = policy.require_builder(builder);
        }
    }
    Ok(policy)
}

/// Who must have signed.
pub(super) fn signed_by(signer: &Signer, insecure_ignore_tlog: bool) -> Result<Policy, ProofError> {
    match signer {
        Signer::Key(file) => {
            let policy = Policy::keys([TrustedKey::new(key(file)?)]);
            Ok(if insecure_ignore_tlog { policy.insecure_ignore_tlog() } else { policy })
        }
        Signer::Identity(who) => Ok(Policy::identities(Identities::from(identity(who)?))),
        _ => Err(unusable("the signer", "it is of a kind that is not known")),
    }
}

fn accepts_anybody(requirement: &Requirement) -> bool {
    let Signer::Identity(who) = &requirement.signer else { return false };
    identity(who).is_ok_and(|matcher| matcher.matches_anything())
}

/// Why no signature counts, with why the first does not.
fn unverified(error: &Unverified<'_>) -> NotProved {
    let first = error.rejected.first().map(|rejected| format!(": {}", rejected.why));
    NotProved::new(format!("{}{}", Chain(error), first.unwrap_or_default()))
}

fn key(file: &str) -> Result<PublicKey, ProofError> {
    let path = PathBuf::from(file);
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| ProofError::Key {
        path: path.clone(),
        source,
    };
    let bytes = std::fs::read(&path).map_err(|error| failed(error.into()))?;
    public_key(&bytes).map_err(|error| failed(error.into()))
}

fn identity(identity: &Identity) -> Result<IdentityMatcher, ProofError> {
    let subject = matcher("the identity", &identity.subject, &identity.subject_regexp)?;
    let issuer = matcher("the issuer", &identity.issuer, &identity.issuer_regexp)?;
    Ok(IdentityMatcher::new(subject, issuer))
}

fn matcher(
    what: &'static str,
    text: &Option<String>,
    expression: &Option<String>,
) -> Result<TextMatcher, ProofError> {
    let matcher = match (text, expression) {
        (Some(text), _) => TextMatcher::exact(text.as_str()),
        (None, Some(text)) => TextMatcher::expression(text),
        (None, None) => return Err(unusable(what, "it is missing")),
    };
    matcher.map_err(|error| unusable(what, error))
}

pub(super) fn unusable(
    what: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ProofError {
    ProofError::Text { what, source: source.into() }
}

fn signer(signer: &VerifiedSigner<'_>) -> String {
    match signer {
        VerifiedSigner::Certificate { identity, .. } => {
            let issuer = identity.issuer.as_deref().unwrap_or("nobody");
            format!("{} of {issuer}", identity.subject)
        }
        _ => "the key".to_owned(),
    }
}

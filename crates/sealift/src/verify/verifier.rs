//! Verifying in one call, with the results as data.

use sealift_layers::Error as LayersError;
use sealift_model::{Digest, Timestamp};
use sealift_sigstore_sign::ServiceError;
use sealift_sigstore_verify::{
    Artifact, Attachment, Bundle, Error as CheckError, KeyError, Limits, Policy, Provider,
    PublicKey, Refusal, Rejection, TrustError, TrustedRoot, Verified, Verifier as BundleVerifier,
};

use super::error::{OpenError, Unverified, UnverifiedReason};
use super::image::{SignedImage, VerifyOptions};
use super::log::look_up;
use super::proof::{ImageProof, Origin, RejectedProof, SignatureProof};
use crate::{Chain, Error, Observer, Target};

/// Verifies images and files against a trusted root and a policy. One verifier serves any number of
/// threads.
///
/// ```no_run
/// use sealift::verify::{Policy, TrustedKey, TrustedRoot, Verifier, public_key};
/// use sealift::{NoProgress, Target, Timestamp};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = public_key(&std::fs::read("cosign.pub")?)?;
/// let policy = Policy::keys([TrustedKey::new(key)]).insecure_ignore_tlog();
/// let verifier = Verifier::new(TrustedRoot::default(), policy);
/// let target = Target::image_layout("images/", Some("shop:1.4"));
/// let now = Timestamp::from(std::time::SystemTime::now());
/// let proof = verifier.verify_image(&target, &[], now, &NoProgress)?;
/// println!("{} is signed by {}", proof.digest, proof.signatures[0].signer);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    root: TrustedRoot,
    policy: Policy,
    options: VerifyOptions,
}

impl Verifier {
    /// A verifier for a policy. The trusted root decides which certificates and logs count.
    #[must_use]
    pub fn new(root: TrustedRoot, policy: Policy) -> Self {
        Self { root, policy, options: VerifyOptions::default() }
    }

    /// The same verifier with other bounds and threads.
    #[must_use]
    pub fn with_options(self, options: VerifyOptions) -> Self {
        Self { options, ..self }
    }

    /// The verifier's policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The verifier of single bundles, for callers who need more detail.
    #[must_use]
    pub fn bundles(&self) -> BundleVerifier<'_> {
        BundleVerifier::with_provider(&self.root, provider())
    }

    /// Verifies that an image is signed as the policy requires, with these claims (`--annotations`
    /// of cosign), and, unless it lies in a registry, that every byte of it is what was signed.
    ///
    /// # Errors
    /// When there is no such image, no signature counts, a byte has been changed, or the observer
    /// cancels.
    pub fn verify_image(
        &self,
        target: &Target,
        claims: &[(String, String)],
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<ImageProof, VerifyError> {
        self.verify_attached(target, (Attachment::Signatures, claims), now, observer)
    }

    /// Verifies that the image has an attestation as the policy requires, and the image itself as
    /// [`Verifier::verify_image`] does.
    ///
    /// # Errors
    /// Those of [`Verifier::verify_image`].
    pub fn verify_attestation(
        &self,
        target: &Target,
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<ImageProof, VerifyError> {
        self.verify_attached(target, (Attachment::Attestations, &[]), now, observer)
    }

    fn verify_attached(
        &self,
        target: &Target,
        (attachment, claims): (Attachment, &[(String, String)]),
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<ImageProof, VerifyError> {
        if observer.is_cancelled() {
            return Err(VerifyError::Cancelled);
        }
        let kind = self.policy.signer_kind();
        let mut image = SignedImage::open(target, attachment, kind, &self.options)?;
        image.look_up(&self.bundles(), &self.policy, claims, now)?;
        if observer.is_cancelled() {
            return Err(VerifyError::Cancelled);
        }
        let verified = image.verify(&self.bundles(), &self.policy, claims, now, observer)?;
        Ok(ImageProof::new(&verified))
    }

    /// Verifies that a bundle is a signature of a file, or an attestation about it, as the policy
    /// requires.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn verify_bundle(
        &self,
        bundle: &Bundle,
        artifact: Artifact<'_>,
        now: Timestamp,
    ) -> Result<SignatureProof, VerifyError> {
        let verified = self.check(bundle, artifact, now)?;
        Ok(SignatureProof::new(&verified, Origin::default(), verified.payload()))
    }

    /// The same for a signature in a file of its own, as [`detached`](super::detached) reads it.
    /// Its log entry is looked up in [`VerifyOptions::log`], where that is set.
    ///
    /// # Errors
    /// Those of [`Verifier::verify_bundle`]; and when the log's answer is wrong or missing.
    pub fn verify_detached(
        &self,
        mut bundle: Bundle,
        artifact: Artifact<'_>,
        now: Timestamp,
    ) -> Result<SignatureProof, VerifyError> {
        let log = self.options.log.as_ref();
        look_up(&mut bundle, artifact, log, &self.bundles(), &self.policy, now)?;
        self.verify_bundle(&bundle, artifact, now)
    }

    /// The same, with all that was proved; the result borrows from the bundle.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn check<'v>(
        &'v self,
        bundle: &'v Bundle,
        artifact: Artifact<'_>,
        now: Timestamp,
    ) -> Result<Verified<'v>, CheckError> {
        self.bundles().verify(bundle, artifact, &self.policy, now)
    }
}

/// The provider of signature checks: the faster one where the feature `aws-lc` is on, else
/// RustCrypto.
#[must_use]
pub fn provider() -> &'static dyn Provider {
    #[cfg(feature = "aws-lc")]
    return &sealift_sigstore_verify::AwsLc;
    #[cfg(not(feature = "aws-lc"))]
    return &sealift_sigstore_verify::RustCrypto;
}

/// Reads a public key, in PEM or DER.
///
/// # Errors
/// When it is no public key, or of an unknown kind.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let is_pem = bytes.trim_ascii_start().starts_with(b"-----");
    if is_pem { PublicKey::from_pem(bytes) } else { PublicKey::from_der(bytes) }
}

/// Reads a trusted root of Sigstore.
///
/// # Errors
/// When it has another form, or its content cannot be used.
pub fn trusted_root(json: &[u8]) -> Result<TrustedRoot, TrustError> {
    TrustedRoot::from_json(json, provider(), &Limits::default())
}

/// Why something is not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The image, or its signatures, could not be read.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// No signature of the image counts, or the image is not what was signed.
    #[error("{sentence}")]
    Unverified {
        /// The image.
        digest: Digest,
        /// The check that failed: `signature-present`, `content`, or the one that rejected a
        /// signature.
        check: &'static str,
        /// What is wrong.
        sentence: String,
        /// Attachments that were found and do not count.
        rejected: Vec<RejectedProof>,
        /// Why the image is not whole, where that is the reason.
        source: Option<Box<Error>>,
    },
    /// No signature counts without a log entry, and the log did not give one.
    #[error("no log entry lies beside the signature")]
    Log(#[source] Box<ServiceError>),
    /// A check of a bundle failed.
    #[error(transparent)]
    Refused(#[from] CheckError),
    /// The observer cancelled; nothing is proved.
    #[error("cancelled")]
    Cancelled,
}

impl VerifyError {
    /// The name of the check that failed, as `identity` or `certificate`; none where no check was
    /// reached.
    #[must_use]
    pub fn check(&self) -> Option<&'static str> {
        match self {
            Self::Unverified { check, .. } => Some(check),
            Self::Refused(error) => Some(check_of(error)),
            Self::Log(_) => Some("transparency-log"),
            Self::Open(_) | Self::Cancelled => None,
        }
    }

    /// Attachments that were found and do not count.
    #[must_use]
    pub fn rejected(&self) -> &[RejectedProof] {
        match self {
            Self::Unverified { rejected, .. } => rejected,
            _ => &[],
        }
    }
}

impl From<OpenError> for VerifyError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unreadable(Error::Cancelled) => Self::Cancelled,
            error => Self::Open(Box::new(error)),
        }
    }
}

impl From<ServiceError> for VerifyError {
    fn from(error: ServiceError) -> Self {
        Self::Log(Box::new(error))
    }
}

impl From<Unverified<'_>> for VerifyError {
    fn from(error: Unverified<'_>) -> Self {
        let sentence = error.to_string();
        let why = error.rejected.iter().map(|rejected| &rejected.why);
        let check = match &error.reason {
            UnverifiedReason::Unsigned => "signature-present",
            UnverifiedReason::NoCertificate => "certificate-present",
            UnverifiedReason::Content(_) => "content",
            UnverifiedReason::NoMatch => why.map(check_of_rejection).next().unwrap_or("signature"),
        };
        let rejected = error.rejected.iter().map(RejectedProof::new).collect();
        let source = match error.reason {
            UnverifiedReason::Content(source) if is_cancelled(&source) => return Self::Cancelled,
            UnverifiedReason::Content(source) => Some(source),
            _ => None,
        };
        Self::Unverified { digest: error.image.clone(), check, sentence, rejected, source }
    }
}

fn is_cancelled(error: &Error) -> bool {
    matches!(error, Error::Cancelled | Error::Layers { source: LayersError::Cancelled, .. })
}

/// The check that an attached signature did not pass.
pub(super) fn check_of_rejection(why: &Rejection<'_>) -> &'static str {
    match why {
        Rejection::Failed(error) => check_of(error),
        Rejection::OtherImage { .. } => "artifact-digest",
        Rejection::Claim { .. } => "claims",
        Rejection::OtherKind { .. } => "predicate-type",
        Rejection::NoStatement => "statement",
        _ => "signature",
    }
}

/// The check that failed.
fn check_of(error: &CheckError) -> &'static str {
    match error {
        CheckError::Bundle(_) => "bundle",
        CheckError::Trust(_) => "trusted-root",
        CheckError::Certificate(_) => "certificate",
        CheckError::Sct(_) => "certificate-timestamps",
        CheckError::Log(_) => "transparency-log",
        CheckError::Timestamp(_) => "signed-timestamps",
        CheckError::Statement(_) => "statement",
        CheckError::Refused(refusal) => match refusal {
            Refusal::CertificateRequired => "certificate-present",
            Refusal::KeyRequired | Refusal::KeyHint { .. } => "key",
            Refusal::LogEntries { .. } | Refusal::RepeatedLogEntry { .. } => "transparency-log",
            Refusal::SignedTimestamps { .. }
            | Refusal::RepeatedTimestamp { .. }
            | Refusal::SigningTimes { .. } => "signed-timestamps",
            Refusal::CertificateTimestamps { .. } => "certificate-timestamps",
            Refusal::Identity(_) => "identity",
            Refusal::KeyNotValid { .. } => "key-validity",
            Refusal::ArtifactDigest(_)
            | Refusal::DigestNeeded(_)
            | Refusal::NotASubject
            | Refusal::ArtifactNeeded => "artifact-digest",
            Refusal::PredicateType { .. } | Refusal::NoStatement => "predicate-type",
            Refusal::Builder { .. } => "builder",
            _ => "signature",
        },
        _ => "signature",
    }
}

impl RejectedProof {
    pub(super) fn new(rejected: &sealift_sigstore_verify::Rejected<'_>) -> Self {
        Self {
            origin: Origin::of(rejected.origin),
            check: check_of_rejection(&rejected.why).to_owned(),
            reason: Chain(&rejected.why).to_string(),
        }
    }
}

//! Verifying as one call: who signed, told as data.

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

/// Verifies images and files against a trusted root and a policy: one serves any number of
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
    /// A verifier that accepts what satisfies a policy; certificates and logs are those of a
    /// trusted root.
    #[must_use]
    pub fn new(root: TrustedRoot, policy: Policy) -> Self {
        Self { root, policy, options: VerifyOptions::default() }
    }

    /// The same with other bounds and threads.
    #[must_use]
    pub fn with_options(self, options: VerifyOptions) -> Self {
        Self { options, ..self }
    }

    /// Its policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What verifies bundles one by one, for those who need more than is told here.
    #[must_use]
    pub fn bundles(&self) -> BundleVerifier<'_> {
        BundleVerifier::with_provider(&self.root, provider())
    }

    /// Verifies that an image is signed as the policy asks, with these claims (`--annotations` of
    /// cosign), and, unless it lies in a registry, that every byte of it is what was signed.
    ///
    /// # Errors
    /// When there is no such image, no signature counts, a byte has been changed, or the observer
    /// wants no more.
    pub fn verify_image(
        &self,
        target: &Target,
        claims: &[(String, String)],
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<ImageProof, VerifyError> {
        self.verify_attached(target, (Attachment::Signatures, claims), now, observer)
    }

    /// Verifies that an attestation of the image is as the policy asks, and the image whole as
    /// [`Verifier::verify_image`] does.
    ///
    /// # Errors
    /// As of [`Verifier::verify_image`].
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
    /// asks.
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

    /// The same of a signature that stands alone, as [`detached`](super::detached) makes it: its
    /// log entry is looked up where [`VerifyOptions::log`] may be asked.
    ///
    /// # Errors
    /// As of [`Verifier::verify_bundle`]; and when the log does not answer as it must.
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

    /// The same with all that was proved, as long as the bundle lives.
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

/// Who does the arithmetic: the faster provider where the feature `aws-lc` is on, else RustCrypto.
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
/// When it is no public key, or of a kind that is not known.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let is_pem = bytes.trim_ascii_start().starts_with(b"-----");
    if is_pem { PublicKey::from_pem(bytes) } else { PublicKey::from_der(bytes) }
}

/// Reads a trusted root of Sigstore.
///
/// # Errors
/// When it is no such JSON, or what it holds cannot be used.
pub fn trusted_root(json: &[u8]) -> Result<TrustedRoot, TrustError> {
    TrustedRoot::from_json(json, provider(), &Limits::default())
}

/// Why something is not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The image, or its signatures, could not be looked at.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// No signature of the image counts, or it is not what was signed.
    #[error("{sentence}")]
    Unverified {
        /// The image.
        digest: Digest,
        /// The check that failed: `signature-present`, `content`, or that of what was rejected.
        check: &'static str,
        /// What is wrong.
        sentence: String,
        /// What was found and does not count.
        rejected: Vec<RejectedProof>,
        /// Why the image is not whole, where that is what is wrong.
        source: Option<Box<Error>>,
    },
    /// No signature counts without an entry of the log, and the log cannot be asked for it.
    #[error("no log entry lies beside the signature")]
    Log(#[source] Box<ServiceError>),
    /// A check of a bundle failed.
    #[error(transparent)]
    Refused(#[from] CheckError),
    /// The observer wants no more; nothing is proved.
    #[error("cancelled")]
    Cancelled,
}

impl VerifyError {
    /// The name of the check that failed, as `identity` or `certificate`; none where it was not
    /// come to.
    #[must_use]
    pub fn check(&self) -> Option<&'static str> {
        match self {
            Self::Unverified { check, .. } => Some(check),
            Self::Refused(error) => Some(check_of(error)),
            Self::Log(_) => Some("transparency-log"),
            Self::Open(_) | Self::Cancelled => None,
        }
    }

    /// What was found and does not count.
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
            Refusal::LogEntries { .. } => "transparency-log",
            Refusal::SignedTimestamps { .. } | Refusal::SigningTimes { .. } => "signed-timestamps",
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

//! Images in layouts, archives and registries.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use sealift_layers::{
    CheckedContent, Error as LayersError, Limits as ImageLimits, ReadOptions, check_content,
};
use sealift_model::{Digest, Timestamp};
use sealift_sigstore_sign::{LogSearch, simple_signing};
use sealift_sigstore_verify::{
    Attached, Attachment, Bundle, Certificate, Limits, Outcome, Policy, Rejected, SignerKind,
    VerifiedAttached, Verifier,
};

use super::error::{OpenError, Unverified, UnverifiedReason};
use crate::source::Opened;
use crate::{Error, Observer, Target};

/// Bounds and options of verifying an image.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Threads that read layers. Default: one for each processor.
    pub threads: NonZeroUsize,
    /// Bounds on reading the image.
    pub image_limits: ImageLimits,
    /// Bounds on reading its signatures.
    pub limits: Limits,
    /// Whether configs and layers of an image in a registry are read, too. Default: no. Those of an
    /// image on this machine are always read.
    pub check_content: bool,
    /// The log in which missing entries of signatures are looked up. Default: none.
    pub log: Option<LogSearch>,
    /// Whether only Sigstore bundles count as signatures. Default: no; every form that cosign
    /// writes or wrote counts.
    pub bundles_only: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            image_limits: ImageLimits::default(),
            limits: Limits::default(),
            check_content: false,
            log: None,
            bundles_only: false,
        }
    }
}

/// An image with its attachments: found and read, not verified.
#[derive(Debug)]
pub struct SignedImage {
    path: PathBuf,
    source: Opened,
    pub(super) attached: Attached,
    pub(super) options: VerifyOptions,
}

impl SignedImage {
    /// Finds an image and reads its signatures, or its attestations.
    ///
    /// When the target names an index, the image is the index and not one of its images.
    ///
    /// # Errors
    /// When the target cannot be read, or holds no such image or no manifest, and when the
    /// attachments pass a limit.
    pub fn open(
        target: &Target,
        attachment: Attachment,
        signer: SignerKind,
        options: &VerifyOptions,
    ) -> Result<Self, OpenError> {
        let source = find(target, &options.image_limits)?;
        let image = &source.root.digest;
        let attached =
            Attached::read(&source.signatures(), image, attachment, signer, &options.limits)?;
        let attached = if options.bundles_only { attached.bundles_only() } else { attached };
        let (path, options) = (target.path().to_owned(), options.clone());
        Ok(Self { path, source, attached, options })
    }

    /// The same image, with the signer's certificate in place of those beside the signatures.
    #[must_use]
    pub fn with_certificate(self, certificate: &Certificate) -> Self {
        Self { attached: self.attached.with_certificate(certificate), ..self }
    }

    /// Finds an image whose signature is in a file: `signature` over `payload`, a simple signing
    /// document. Without a payload it is the one that cosign signs for an image of the name
    /// `reference`.
    ///
    /// # Errors
    /// When the target cannot be read, or holds no such image or no manifest.
    pub fn open_detached(
        target: &Target,
        signature: Bundle,
        payload: Option<Vec<u8>>,
        reference: &str,
        options: &VerifyOptions,
    ) -> Result<Self, OpenError> {
        let source = find(target, &options.image_limits)?;
        let image = &source.root.digest;
        let payload = payload.unwrap_or_else(|| simple_signing(reference, image, &BTreeMap::new()));
        let attached = Attached::detached(image, payload, signature, &options.limits);
        let (path, options) = (target.path().to_owned(), options.clone());
        Ok(Self { path, source, attached, options })
    }

    /// The digest of the image's manifest or index.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.source.root.digest
    }

    /// Verifies the signatures, then that every byte of the image is what was signed. For an image
    /// in a registry the second is done only with [`VerifyOptions::check_content`].
    ///
    /// # Errors
    /// When no signature counts, and when a blob of the image is missing or has been changed.
    pub fn verify<'a>(
        &'a self,
        verifier: &Verifier<'a>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
        observer: &dyn Observer,
    ) -> Result<VerifiedImage<'a>, Unverified<'a>> {
        let image = self.digest();
        let outcome = self.outcome(verifier, policy, claims, now);
        if let Some(reason) = not_signed(&outcome) {
            return Err(Unverified { image, reason, rejected: outcome.rejected });
        }
        let Outcome { verified: signatures, rejected, .. } = outcome;
        let is_read = self.source.is_local() || self.options.check_content;
        match is_read.then(|| self.check_content(observer)).transpose() {
            Ok(content) => Ok(VerifiedImage { image, signatures, rejected, content }),
            Err(error) => {
                let reason = UnverifiedReason::Content(Box::new(error));
                Err(Unverified { image, reason, rejected })
            }
        }
    }

    /// The attachments that count, whatever the bytes of the image are.
    pub(crate) fn outcome<'a>(
        &'a self,
        verifier: &Verifier<'a>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
    ) -> Outcome<'a> {
        self.attached.verify(verifier, policy, claims, now)
    }

    fn check_content(&self, observer: &dyn Observer) -> Result<CheckedContent, Error> {
        let progress = |progress| observer.progress(progress);
        let cancelled = || observer.is_cancelled();
        let how = ReadOptions::new(&self.options.image_limits)
            .with_threads(self.options.threads)
            .with_progress(&progress)
            .with_cancelled(&cancelled);
        check_content(&self.source, &self.source.root, &how)
            .map_err(|error| Error::layers(&self.path, error))
    }
}

fn not_signed(outcome: &Outcome<'_>) -> Option<UnverifiedReason> {
    if !outcome.verified.is_empty() {
        None
    } else if outcome.is_unsigned() {
        Some(UnverifiedReason::Unsigned)
    } else if outcome.lacks_certificates() {
        Some(UnverifiedReason::NoCertificate)
    } else {
        Some(UnverifiedReason::NoMatch)
    }
}

/// An image with at least one signature or attestation that counts, and whose content is whole as
/// far as it was read. Only [`SignedImage::verify`] makes one.
#[derive(Debug)]
#[non_exhaustive]
pub struct VerifiedImage<'a> {
    /// The digest of its manifest or index.
    pub image: &'a Digest,
    /// The signatures or attestations that count; at least one.
    pub signatures: Vec<VerifiedAttached<'a>>,
    /// Attachments that were found and do not count.
    pub rejected: Vec<Rejected<'a>>,
    /// The content that was read; none where only the manifest was.
    pub content: Option<CheckedContent>,
}

/// The image that a target names.
pub(super) fn find(target: &Target, limits: &ImageLimits) -> Result<Opened, OpenError> {
    let source = Opened::find(target, limits).map_err(|error| match error {
        Error::Layers { path, source: source @ LayersError::NoSuchImage { .. } } => {
            OpenError::NoSuchImage { path, source }
        }
        Error::NotInRegistry(reference) => OpenError::NotInRegistry(reference),
        Error::NotAnImage { path } => OpenError::NoManifest { path },
        error => OpenError::Unreadable(error),
    })?;
    if !source.has_manifests() {
        return Err(OpenError::NoManifest { path: target.path().to_owned() });
    }
    Ok(source)
}

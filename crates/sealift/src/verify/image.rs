//! Images in layouts and archives.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sealift_layers::{
    CheckedContent, Error as LayersError, ImageSource, Limits as ImageLimits, ReadOptions,
    SourceKind, check_content,
};
use sealift_model::{Descriptor, Digest, Timestamp};
use sealift_sigstore_verify::{
    Attached, Attachment, Limits, Outcome, Policy, Rejected, SignerKind, VerifiedAttached, Verifier,
};

use super::error::{OpenError, Unverified, UnverifiedReason};
use super::source::Local;
use crate::{Error, Observer, Target};

/// What looking at an image and its signatures may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Threads that read layers. Default: one for each processor.
    pub threads: NonZeroUsize,
    /// Bounds on reading the image.
    pub image_limits: ImageLimits,
    /// Bounds on reading its signatures.
    pub limits: Limits,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            image_limits: ImageLimits::default(),
            limits: Limits::default(),
        }
    }
}

/// An image with what is attached to it: found and read, not verified.
#[derive(Debug)]
pub struct SignedImage {
    path: PathBuf,
    source: Local,
    image: Descriptor,
    attached: Attached,
    options: VerifyOptions,
}

impl SignedImage {
    /// Finds an image and reads its signatures, or its attestations.
    ///
    /// The image is what the target names: for an index, the index and not one of its images.
    ///
    /// # Errors
    /// When the target cannot be read, holds no such image or no manifest, and when there is
    /// more attached to it than the limits allow.
    pub fn open(
        target: &Target,
        attachment: Attachment,
        signer: SignerKind,
        options: &VerifyOptions,
    ) -> Result<Self, OpenError> {
        let (source, image) = find(target, &options.image_limits)?;
        let attached = Attached::read(&source, &image.digest, attachment, signer, &options.limits)?;
        let (path, options) = (target.path().to_owned(), options.clone());
        Ok(Self { path, source, image, attached, options })
    }

    /// The digest of its manifest or index.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.image.digest
    }

    /// Verifies the signatures, then that every byte of the image is what was signed.
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
        let outcome = self.attached.verify(verifier, policy, claims, now);
        if let Some(reason) = not_signed(&outcome) {
            return Err(Unverified { image, reason, rejected: outcome.rejected });
        }
        let Outcome { verified: signatures, rejected, .. } = outcome;
        match self.check_content(observer) {
            Ok(content) => Ok(VerifiedImage { image, signatures, rejected, content }),
            Err(error) => {
                let reason = UnverifiedReason::Content(Box::new(error));
                Err(Unverified { image, reason, rejected })
            }
        }
    }

    fn check_content(&self, observer: &dyn Observer) -> Result<CheckedContent, Error> {
        let progress = |progress| observer.progress(progress);
        let how = ReadOptions::new(&self.options.image_limits)
            .with_threads(self.options.threads)
            .with_progress(&progress);
        check_content(&self.source, &self.image, &how)
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

/// An image with at least one signature or attestation that counts, and whose content is whole.
/// Only [`SignedImage::verify`] makes one.
#[derive(Debug)]
#[non_exhaustive]
pub struct VerifiedImage<'a> {
    /// The digest of its manifest or index.
    pub image: &'a Digest,
    /// The signatures or attestations that count; at least one.
    pub signatures: Vec<VerifiedAttached<'a>>,
    /// What was found and does not count.
    pub rejected: Vec<Rejected<'a>>,
    /// What was read of the image.
    pub content: CheckedContent,
}

/// The image that a target names, with its source.
pub(super) fn find(
    target: &Target,
    limits: &ImageLimits,
) -> Result<(Local, Descriptor), OpenError> {
    let (path, source, selector) = match target {
        Target::ImageLayout { folder, selector } => {
            (folder, ImageSource::open_layout(folder, limits), selector)
        }
        Target::ImageArchive { file, selector } => {
            (file, ImageSource::open_archive(file, limits), selector)
        }
        Target::Rootfs(path) | Target::Filesystem(path) | Target::Sbom(path) => {
            return Err(OpenError::NoManifest { path: path.clone() });
        }
    };
    let source = source.map_err(|error| unreadable(path, error))?;
    if source.kind() == SourceKind::DockerArchive {
        return Err(OpenError::NoManifest { path: path.clone() });
    }
    let image = source.select(selector.as_ref()).map_err(|error| unreadable(path, error))?;
    Ok((Local(source), image))
}

fn unreadable(path: &Path, error: LayersError) -> OpenError {
    match error {
        source @ LayersError::NoSuchImage { .. } => {
            OpenError::NoSuchImage { path: path.to_owned(), source }
        }
        error => OpenError::Unreadable(Error::layers(path, error)),
    }
}

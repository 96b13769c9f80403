//! Why an image could not be opened for verifying, and why it is not verified.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use sealift_model::{Digest, Reference};
use sealift_sigstore_verify::{CosignError, Rejected};

/// Why the signatures of an image could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no image of that tag or digest.
    #[error("{}", path.display())]
    NoSuchImage {
        /// The layout or archive.
        path: PathBuf,
        /// The images that are there instead.
        source: sealift_layers::Error,
    },
    /// The registry has no image of that name.
    #[error("{0} is not in the registry")]
    NotInRegistry(Box<Reference>),
    /// The layout or archive cannot be read, or the registry refuses.
    #[error(transparent)]
    Unreadable(crate::Error),
    /// The target has no manifest whose digest could be signed: an archive of `docker save`, or no
    /// image at all.
    #[error("{} has no manifest that could be signed", path.display())]
    NoManifest {
        /// The target.
        path: PathBuf,
    },
    /// The attachments of the image cannot be listed, or pass a limit.
    #[error(transparent)]
    Attached(#[from] CosignError),
}

/// Why an image is not verified.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unverified<'a> {
    /// The image.
    pub image: &'a Digest,
    /// Why.
    pub reason: UnverifiedReason,
    /// Signatures that were found and do not count, with the reasons.
    pub rejected: Vec<Rejected<'a>>,
}

/// Why an image is not verified.
#[derive(Debug)]
#[non_exhaustive]
pub enum UnverifiedReason {
    /// The image has no signature, or no attestation.
    Unsigned,
    /// The image has some, but none that counts.
    NoMatch,
    /// An identity is required, and no signature has a certificate.
    NoCertificate,
    /// The image is signed, but its content is not what was signed.
    Content(Box<crate::Error>),
}

impl fmt::Display for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let image = self.image;
        match &self.reason {
            UnverifiedReason::Unsigned => write!(f, "{image} has none that could be verified"),
            UnverifiedReason::NoMatch => {
                write!(f, "{image}: none of {} counts", self.rejected.len())
            }
            UnverifiedReason::NoCertificate => {
                write!(f, "{image} is signed without a certificate")
            }
            UnverifiedReason::Content(_) => {
                write!(f, "{image} is signed, but its content is not whole")
            }
        }
    }
}

impl StdError for Unverified<'_> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.reason {
            UnverifiedReason::Content(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}

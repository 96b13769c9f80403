//! Why signatures could not be found, and why one of them could not be read.

use sealift_model::{BlobError, Digest, DigestError};

use super::SourceError;
use crate::bundle::BundleError;
use crate::certificate::CertificateError;
use crate::dsse::EnvelopeError;
use crate::json::{FieldError, JsonError};

/// Why the signatures of an image could not be looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CosignError {
    /// The source could not list what is attached to the image.
    #[error("what is attached to {image} cannot be listed")]
    Source {
        /// The image.
        image: Digest,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// All of them together exceed the limit of bytes.
    #[error(
        "the signatures of {image} have {bytes} bytes, at most {max} are read (max_attached_bytes)"
    )]
    TooLarge {
        /// The image.
        image: Digest,
        /// Bytes of all of them.
        bytes: u64,
        /// The limit.
        max: usize,
    },
    /// There are more than the limit allows.
    #[error("{image} has more than {max} signatures or referrers (max_attached)")]
    TooMany {
        /// The image.
        image: Digest,
        /// The limit.
        max: usize,
    },
}

/// Why a signature or attestation could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CandidateError {
    /// The blob could not be opened.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The blob could be opened but not read to its end.
    #[error("blob {digest} cannot be read: {reason}")]
    Read {
        /// The blob.
        digest: Digest,
        /// What the system said.
        reason: String,
    },
    /// The blob is not what its digest names.
    #[error("blob {expected} has been changed: its digest is {actual}")]
    Digest {
        /// The digest in the descriptor.
        expected: Digest,
        /// The digest of the bytes.
        actual: Digest,
    },
    /// The blob is not as long as its descriptor says.
    #[error("blob {digest} has not the {expected} bytes that its descriptor names")]
    Size {
        /// The blob.
        digest: Digest,
        /// Bytes that the descriptor names.
        expected: u64,
    },
    /// The blob is longer than allowed.
    #[error("blob {digest} has {bytes} bytes, at most {max} are read ({limit})")]
    TooLarge {
        /// The blob.
        digest: Digest,
        /// Its bytes.
        bytes: u64,
        /// Name of the limit.
        limit: &'static str,
        /// Its value.
        max: u64,
    },
    /// A document that may be a referrer or a list of referrers could not be read.
    #[error("it cannot be read whether this refers to the image")]
    Unlisted(#[source] SourceError),
    /// The manifest is not as its specification says.
    #[error("manifest of the signature")]
    Manifest(#[from] ManifestError),
    /// The media type of the layer is not that of a signature.
    #[error("`{media_type}` is no signature")]
    MediaType {
        /// The media type.
        media_type: String,
    },
    /// An annotation is missing.
    #[error("the annotation {name} is missing")]
    AnnotationMissing {
        /// Its name.
        name: &'static str,
    },
    /// An annotation cannot be read.
    #[error("annotation {name}")]
    Annotation {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        source: AnnotationError,
    },
    /// A member of the older file of cosign, from before bundles, cannot be read.
    #[error("{name}")]
    Member {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        source: AnnotationError,
    },
    /// An annotation is no certificate.
    #[error("annotation {name}")]
    Certificate {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        source: CertificateError,
    },
    /// The blob is no bundle.
    #[error("bundle")]
    Bundle(#[from] BundleError),
    /// The blob is no envelope.
    #[error("envelope")]
    Envelope(#[from] EnvelopeError),
    /// An attestation has more signatures than its size allows.
    #[error("{count} signatures in an envelope of this size, at most {max} are allowed")]
    SignatureCount {
        /// Signatures that are there.
        count: usize,
        /// Signatures allowed.
        max: usize,
    },
    /// The signed payload is no simple signing document.
    #[error("signed payload")]
    Payload(#[from] PayloadError),
}

/// What is wrong with the manifest of a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is missing or of the wrong form.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// It is an index, which has no signatures of its own.
    #[error("an index, no manifest")]
    Index,
}

/// What is wrong with the annotation of a signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotationError {
    /// It is no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is not as it should be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// It is not base64.
    #[error(transparent)]
    Base64(#[from] crate::base64::Base64Error),
    /// It is no certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// It is empty.
    #[error("empty")]
    Empty,
}

/// Why a payload is not a simple signing document of the image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is missing or of the wrong form.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// `critical.type` is not that of a container image signature.
    #[error("critical.type is {found:?}, not `cosign container image signature`")]
    Type {
        /// What it is.
        found: String,
    },
    /// `critical.image.docker-manifest-digest` is no digest.
    #[error("critical.image.docker-manifest-digest")]
    Digest(#[from] DigestError),
}

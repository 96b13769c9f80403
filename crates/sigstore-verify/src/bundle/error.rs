use super::BundleVersion;
use crate::certificate::CertificateError;
use crate::crypto::HashAlgorithm;
use crate::json::{FieldError, JsonError};

/// Why bytes are no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// More bytes than allowed.
    #[error("a bundle of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is missing, malformed or unknown.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The media type is not that of a bundle, or its version is not known.
    #[error("{media_type:?} is not a known media type of a bundle")]
    MediaType {
        /// The media type, shortened where it is long.
        media_type: String,
    },
    /// A certificate cannot be read.
    #[error("{path}: not a certificate that can be read")]
    Certificate {
        /// The path of the field.
        path: String,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// A certificate chain in a bundle of version 0.3, or a single certificate in an older one.
    #[error("{path}: not in a bundle of version {version}")]
    MaterialOfOtherVersion {
        /// The path of the field.
        path: String,
        /// Version of the bundle.
        version: BundleVersion,
    },
    /// A root certificate inside the chain. Old producers put one at the end, where it is ignored;
    /// at any other place the chain is invalid.
    #[error("{path}: a root certificate inside the chain")]
    RootCertificate {
        /// The path of the field.
        path: String,
    },
    /// A log entry of a bundle of version 0.1 without inclusion promise.
    #[error("{path}: no inclusion promise, which version 0.1 requires")]
    MissingPromise {
        /// The entry.
        path: String,
    },
    /// A log entry without inclusion proof.
    #[error("{path}: no inclusion proof, which version {version} requires")]
    MissingProof {
        /// The entry.
        path: String,
        /// Version of the bundle.
        version: BundleVersion,
    },
    /// An inclusion proof without checkpoint: nothing then shows that its root is the log's.
    #[error("{path}: no checkpoint")]
    MissingCheckpoint {
        /// The inclusion proof.
        path: String,
    },
    /// The envelope of a bundle has exactly one signature.
    #[error("{count} signatures in the envelope, there must be one")]
    SignatureCount {
        /// Signatures that are there.
        count: usize,
    },
    /// The length of the message digest does not fit its algorithm.
    #[error("a digest of {bytes} bytes is none of {algorithm}")]
    DigestLength {
        /// The algorithm that the bundle names.
        algorithm: HashAlgorithm,
        /// Bytes of the digest.
        bytes: usize,
    },
}

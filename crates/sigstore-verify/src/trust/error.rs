use crate::certificate::CertificateError;
use crate::crypto::{KeyAlgorithm, KeyError};
use crate::json::{FieldError, JsonError};

use super::EmptyWindow;

/// Why bytes are not a trusted root. Paths are those of the JSON fields: `tlogs[0].publicKey`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// More bytes than allowed.
    #[error("a trusted root of {bytes} bytes, at most {max} are allowed")]
    TooLarge {
        /// Bytes that are there.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not one JSON document, or one with a repeated key.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A field is missing or of another type.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The media type is not that of a trusted root, or its version is not known.
    #[error("{found:?} is not a known media type of a trusted root")]
    MediaType {
        /// The media type in the document, shortened where it is long.
        found: String,
    },
    /// A time is not in the form of RFC 3339.
    #[error("{path}: not a time as RFC 3339 has it")]
    Time {
        /// The field.
        path: String,
    },
    /// A validity that is empty or reversed.
    #[error("{path}: not a span of time")]
    Window {
        /// The field.
        path: String,
        /// Start and end.
        source: EmptyWindow,
    },
    /// A key is malformed.
    #[error("{path}: not a public key that is accepted")]
    Key {
        /// The field.
        path: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// The details do not fit the key.
    #[error("{path}: the details {details} do not fit a key {key}")]
    KeyDetails {
        /// The field.
        path: String,
        /// The `keyDetails`.
        details: &'static str,
        /// The algorithm of the key.
        key: KeyAlgorithm,
    },
    /// The id of a certificate transparency log is not the SHA-256 of its key (RFC 6962 3.2).
    #[error("{path}: not the SHA-256 of the log's key")]
    LogId {
        /// The field.
        path: String,
    },
    /// Two logs have the same id and different keys.
    #[error("{path}: another log with a different key has this id")]
    AmbiguousLogId {
        /// The field of the second.
        path: String,
    },
    /// A certificate is malformed.
    #[error("{path}: not a certificate that can be read")]
    Certificate {
        /// The field.
        path: String,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// The last certificate of an authority is not a root: its subject and issuer differ.
    #[error("{path}: the last certificate is not a root")]
    NoRootCertificate {
        /// The field.
        path: String,
    },
    /// The certificates do not form a chain of an authority.
    #[error("{path}: not the chain of an authority")]
    Authority {
        /// The field.
        path: String,
        /// What is wrong with them.
        source: CertificateError,
    },
}

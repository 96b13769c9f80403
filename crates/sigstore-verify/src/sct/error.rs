//! Why a certificate is not known to have been logged.

use sealift_model::Timestamp;

use crate::crypto::SignatureError;
use crate::trust::Window;

/// Why no signed certificate timestamp in a certificate counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SctError {
    /// The certificate has no extension for signed certificate timestamps, or an empty one.
    #[error("the certificate has no signed certificate timestamp")]
    None,
    /// The extension does not follow RFC 6962 3.3, or bytes follow it.
    #[error("the list of signed certificate timestamps is malformed")]
    MalformedList,
    /// The certificate has too many timestamps.
    #[error("more than {max} signed certificate timestamps")]
    TooMany {
        /// The limit.
        max: usize,
    },
    /// A timestamp does not follow RFC 6962 3.2, or bytes follow it.
    #[error("a signed certificate timestamp is malformed")]
    Malformed,
    /// A timestamp has a version other than v1.
    #[error("a signed certificate timestamp is of version {version}, not v1")]
    Version {
        /// The version as encoded: 0 is v1.
        version: u8,
    },
    /// No trusted log has the id that a timestamp names.
    #[error("the signed certificate timestamp is by a log that is not trusted")]
    UnknownLog,
    /// A timestamp is outside the time in which its log is trusted.
    #[error("at {time} the log of the signed certificate timestamp is not trusted, but {window}")]
    OutsideWindow {
        /// The time of the timestamp.
        time: Timestamp,
        /// When the log is trusted.
        window: Window,
    },
    /// A timestamp is signed by an algorithm that is not accepted.
    #[error("the signed certificate timestamp is signed by algorithm {hash}, {signature}")]
    UnsupportedAlgorithm {
        /// `HashAlgorithm` of RFC 5246 7.4.1.4.1.
        hash: u8,
        /// `SignatureAlgorithm` of the same.
        signature: u8,
    },
    /// The precertificate that was logged cannot be derived from the certificate.
    #[error("the certificate has no form in which it was logged")]
    Precertificate,
    /// The log's signature does not hold.
    #[error("the log's signature on the certificate timestamp does not hold")]
    Signature(#[source] SignatureError),
}

impl SctError {
    /// How close a timestamp came: if none counts, the reason with the highest weight is reported.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Version { .. } => 1,
            Self::UnknownLog => 2,
            Self::OutsideWindow { .. } => 3,
            Self::UnsupportedAlgorithm { .. } => 4,
            _ => 5,
        }
    }
}

//! The crate's error, which wraps the error of the step that failed.

use crate::bundle::BundleError;
use crate::certificate::CertificateError;
use crate::crypto::SignatureError;
use crate::log::LogError;
use crate::sct::SctError;
use crate::statement::StatementError;
use crate::timestamp::TimestampError;
use crate::trust::TrustError;
use crate::verify::Refusal;

/// The check that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bundle cannot be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The trusted root cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The signature is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The certificate is not trusted.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A certificate timestamp is invalid.
    #[error(transparent)]
    Sct(#[from] SctError),
    /// A log entry is invalid.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An RFC 3161 timestamp is invalid.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// The signed statement cannot be read.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// All evidence is valid, but does not satisfy the policy.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

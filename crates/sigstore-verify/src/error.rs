//! The crate's error: the error of the step that failed.

use crate::bundle::BundleError;
use crate::certificate::CertificateError;
use crate::crypto::SignatureError;
use crate::log::LogError;
use crate::sct::SctError;
use crate::statement::StatementError;
use crate::timestamp::TimestampError;
use crate::trust::TrustError;
use crate::verify::Refusal;

/// Which check failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bundle cannot be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The trusted root cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The signature is not right.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The certificate is not trusted.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A certificate timestamp is not right.
    #[error(transparent)]
    Sct(#[from] SctError),
    /// A log entry is not right.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An RFC 3161 timestamp is not right.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// The signed statement cannot be read.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// What is there is right, but does not satisfy the policy.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

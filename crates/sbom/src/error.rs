//! Why nothing of a file or document was usable.

use sealift_layers::{FileError, LimitExceeded};

/// Why nothing of a file was usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Its bytes could not be read, or are more than allowed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A bound was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// It is not of its format.
    #[error("not a valid {format}: {reason}")]
    Malformed {
        /// The format, `package-lock.json`.
        format: &'static str,
        /// What is wrong, from the parser.
        reason: String,
        /// 1-based line, where the parser tells.
        line: Option<u64>,
    },
}

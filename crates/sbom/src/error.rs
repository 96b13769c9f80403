//! Why nothing of a file or document was usable.

use sealift_layers::{FileError, LimitExceeded};

/// Why nothing of a file was usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read, or is too large.
    #[error(transparent)]
    File(#[from] FileError),
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The file does not have the expected format.
    #[error("not a valid {format}: {reason}")]
    Malformed {
        /// The format, `package-lock.json`.
        format: &'static str,
        /// The fault, from the parser.
        reason: String,
        /// 1-based line, if the parser reports it.
        line: Option<u64>,
    },
}

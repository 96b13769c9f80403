//! Why the rest of a tar archive cannot be read.

use std::io;

/// The archive cannot be read beyond this point.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TarError {
    /// The bytes cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The bytes are not a tar archive (any more).
    #[error("{what} (at byte {at})")]
    Malformed {
        /// Position of the header.
        at: u64,
        /// The fault.
        what: Malformed,
    },
}

/// The fault of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the archive ends within an entry")]
    Cut,
    #[error("wrong checksum of a header")]
    Checksum,
    #[error("a header follows the first half of the end mark")]
    HalfEnd,
    #[error("invalid number in the field `{0}` of a header")]
    Number(&'static str),
    #[error("invalid pax record")]
    PaxRecord,
    #[error("pax, long-name or sparse header of more than {0} bytes")]
    TooLong(u64),
    #[error("invalid map of a sparse file")]
    SparseMap,
}

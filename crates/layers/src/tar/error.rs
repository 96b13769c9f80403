//! Why a tar archive cannot be read on.

use std::io;

/// The archive cannot be read on from here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TarError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The bytes are no tar archive (any more).
    #[error("{what} (at byte {at})")]
    Malformed {
        /// Where the header stands.
        at: u64,
        /// What is wrong with it.
        what: Malformed,
    },
}

/// What is wrong with an entry.
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

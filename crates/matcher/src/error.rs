//! Why a database could not be read or built.

use std::io;
use std::path::PathBuf;

/// Why a database could not be read or built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with the header of a database.
    #[error("not an advisory database of sealift")]
    NotADatabase,
    /// The bytes end inside the header.
    #[error("the advisory database is cut off: {bytes} bytes are not even its header")]
    TooShort {
        /// Bytes found.
        bytes: u64,
    },
    /// The file is truncated, or bytes were appended to it.
    #[error("the advisory database has {actual} bytes where its header says {expected}")]
    WrongLength {
        /// Bytes according to its header.
        expected: u64,
        /// Bytes found.
        actual: u64,
    },
    /// The format of the database is not the one that this program reads.
    #[error(
        "the advisory database has format {found} and this program reads format {known}: \
         {}", foreign_format_advice(*.found, *.known)
    )]
    ForeignFormat {
        /// Format of the database.
        found: u32,
        /// Format that this program reads.
        known: u32,
    },
    /// Some bytes were changed.
    #[error("the advisory database is damaged: the block at byte {offset} fails its checksum")]
    Damaged {
        /// Position of the block.
        offset: u64,
    },
    /// The bytes are unchanged, but do not form a database.
    #[error("the advisory database is malformed in the block at byte {offset}")]
    Malformed {
        /// Position of the block; 0 for the header.
        offset: u64,
    },
    /// A value of the database is malformed.
    #[error("the advisory database has a malformed value under {key}")]
    MalformedValue {
        /// The key, with control characters escaped.
        key: String,
    },
    /// The build folder contains no sources.
    #[error(
        "no advisories in {}: expected <Ecosystem>/all.zip or folders of OSV records (*.json)",
        .folder.display()
    )]
    NoRecords {
        /// The folder.
        folder: PathBuf,
    },
    /// A limit on building was exceeded.
    #[error("{limit} over the limit of {max}")]
    LimitExceeded {
        /// Name of the limit, a field of [`Limits`](crate::Limits).
        limit: &'static str,
        /// Its value.
        max: u64,
    },
    /// An export or catalogue that must be complete is not.
    #[error("{name}: {unreadable} of its parts cannot be read, the first: {first}")]
    NotWhole {
        /// The export, `Debian/all.zip`.
        name: String,
        /// Number of records or files that cannot be read.
        unreadable: u64,
        /// The fault of the first one.
        first: String,
    },
    /// A record cannot be read.
    #[error("{reason}")]
    Record {
        /// The fault.
        reason: String,
    },
    /// The operation was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The operating system could not read or write a file.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

fn foreign_format_advice(found: u32, known: u32) -> &'static str {
    match found < known {
        true => "it is too old, build or fetch a new one",
        false => "it is newer, update sealift or fetch a database of the older format",
    }
}

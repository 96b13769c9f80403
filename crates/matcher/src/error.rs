//! Why a database could not be read or built.

use std::io;
use std::path::PathBuf;

/// Why a database could not be read or built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin as a database does.
    #[error("not an advisory database of sealift")]
    NotADatabase,
    /// The bytes end inside the header.
    #[error("the advisory database is cut off: {bytes} bytes are not even its header")]
    TooShort {
        /// Bytes found.
        bytes: u64,
    },
    /// The file was cut off, or something was added behind it.
    #[error("the advisory database has {actual} bytes where its header says {expected}")]
    WrongLength {
        /// Bytes by its own header.
        expected: u64,
        /// Bytes found.
        actual: u64,
    },
    /// The database is of another format than this program reads.
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
    /// Some bytes are not those that were written.
    #[error("the advisory database is damaged: the block at byte {offset} fails its checksum")]
    Damaged {
        /// Where the block begins.
        offset: u64,
    },
    /// The bytes are those that were written, but not formed as a database is.
    #[error("the advisory database is malformed in the block at byte {offset}")]
    Malformed {
        /// Where the block begins; 0 for the header.
        offset: u64,
    },
    /// A value of the database is not formed as it should be.
    #[error("the advisory database has a malformed value under {key}")]
    MalformedValue {
        /// The key, with control characters escaped.
        key: String,
    },
    /// A folder to build from has nothing to build from.
    #[error(
        "no advisories in {}: expected <Ecosystem>/all.zip or folders of OSV records (*.json)",
        .folder.display()
    )]
    NoRecords {
        /// The folder.
        folder: PathBuf,
    },
    /// Building would cost more than allowed.
    #[error("{limit} over the limit of {max}")]
    LimitExceeded {
        /// Name of the limit, a field of [`Limits`](crate::Limits).
        limit: &'static str,
        /// Its value.
        max: u64,
    },
    /// An export, or a catalogue, that must be whole is not.
    #[error("{name}: {unreadable} of its parts cannot be read, the first: {first}")]
    NotWhole {
        /// The export, `Debian/all.zip`.
        name: String,
        /// How many records or files cannot be read.
        unreadable: u64,
        /// What is wrong with the first.
        first: String,
    },
    /// A record cannot be read.
    #[error("{reason}")]
    Record {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody wants the rest of the work any more.
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

//! Why an update failed, or a part of it was refused.

use std::io;
use std::path::{Path, PathBuf};

use super::{ListingError, TransportError};

/// Why an update failed. The database is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// A file of the cache could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else may write to the folder, and so decide what is found.
    #[error("{}: it is somebody else's, or others may write to it", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has been updating for too long.
    #[error("another update is still running")]
    Busy,
    /// The name is not that of an export.
    #[error("{name}: not the name of an ecosystem")]
    NoSuchName {
        /// The name.
        name: String,
    },
    /// Nothing is wanted and nothing is there.
    #[error("no ecosystem is named, and none is in the database")]
    NothingWanted,
    /// Nothing could be had, and nothing is there.
    #[error("{name}: {why}")]
    NothingThere {
        /// The first export that was refused.
        name: String,
        /// Why.
        why: Refusal,
    },
    /// None of the exports exists where it was asked for.
    #[error("{from} has none of the exports {names}")]
    NoSuchExports {
        /// Where they were asked for.
        from: String,
        /// Their names.
        names: String,
    },
    /// The database could not be built.
    #[error("the advisory database cannot be built")]
    Build(#[source] sealift_matcher::Error),
}

impl UpdateError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Why an export was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It could not be fetched.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It broke off while it arrived; what is there is kept for the next time.
    #[error("{from}: broke off after {bytes} bytes: {source}")]
    BrokeOff {
        /// Where it comes from.
        from: String,
        /// Bytes that are there.
        bytes: u64,
        /// Why.
        source: io::Error,
    },
    /// It has another length than was announced.
    #[error("{from}: {actual} bytes where {expected} were announced")]
    Length {
        /// Where it comes from.
        from: String,
        /// Bytes announced.
        expected: u64,
        /// Bytes that came.
        actual: u64,
    },
    /// It is larger than is allowed.
    #[error("{from}: more than {max} bytes")]
    TooLarge {
        /// Where it comes from.
        from: String,
        /// The most that is read.
        max: u64,
    },
    /// The list of changes cannot be read.
    #[error("{from}: {source}")]
    Listing {
        /// Where it comes from.
        from: String,
        /// Why.
        source: ListingError,
    },
    /// It was there before.
    #[error("{from}: it is no longer there")]
    Gone {
        /// Where it was asked for.
        from: String,
    },
    /// It has lost so many records that this is more likely a mistake.
    #[error("it has {now} records where there were {before}")]
    Shrunk {
        /// Records of the last good state, or by the list of changes.
        before: u64,
        /// Records now.
        now: u64,
    },
    /// A record that was fetched alone cannot be read.
    #[error("{from}: {source}")]
    Record {
        /// Where it was asked for.
        from: String,
        /// Why.
        source: sealift_matcher::Error,
    },
    /// A record that was fetched is another one.
    #[error("{from}: the record {found}")]
    OtherRecord {
        /// Where it was asked for.
        from: String,
        /// The id that it has.
        found: String,
    },
    /// Not all of it can be read.
    #[error("{0}")]
    Unreadable(#[from] sealift_matcher::Error),
    /// A file of the cache could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Refusal {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

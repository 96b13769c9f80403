//! Why an update failed, or refused a part.

use std::io;
use std::path::{Path, PathBuf};

use super::{ListingError, TransportError};

/// Why an update failed. The database is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// A file of the cache could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// Other users may write to the folder, and so decide what is found.
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
    /// No export was named, and the folder has none.
    #[error("no ecosystem is named, and none is in the database")]
    NothingWanted,
    /// No export could be fetched, and the folder has none.
    #[error("{name}: {why}")]
    NothingThere {
        /// The first export that was refused.
        name: String,
        /// Why.
        why: Refusal,
    },
    /// None of the exports exists at this place.
    #[error("{from} has none of the exports {names}")]
    NoSuchExports {
        /// The place.
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
    /// The download broke off; its beginning is kept for the next time.
    #[error("{from}: broke off after {bytes} bytes: {source}")]
    BrokeOff {
        /// Its source.
        from: String,
        /// Bytes that arrived.
        bytes: u64,
        /// Why.
        source: io::Error,
    },
    /// The length is not the one that was announced.
    #[error("{from}: {actual} bytes where {expected} were announced")]
    Length {
        /// Its source.
        from: String,
        /// Bytes announced.
        expected: u64,
        /// Bytes that came.
        actual: u64,
    },
    /// The export is larger than is allowed.
    #[error("{from}: more than {max} bytes")]
    TooLarge {
        /// Its source.
        from: String,
        /// The most that is read.
        max: u64,
    },
    /// The list of changes cannot be read.
    #[error("{from}: {source}")]
    Listing {
        /// Its source.
        from: String,
        /// Why.
        source: ListingError,
    },
    /// The export no longer exists.
    #[error("{from}: it is no longer there")]
    Gone {
        /// Where it was.
        from: String,
    },
    /// The export has lost so many records that a mistake is more likely.
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
        /// Its source.
        from: String,
        /// Why.
        source: sealift_matcher::Error,
    },
    /// A fetched record has another id than the one that was asked for.
    #[error("{from}: the record {found}")]
    OtherRecord {
        /// Its source.
        from: String,
        /// Its id.
        found: String,
    },
    /// The export cannot be read whole.
    #[error("{0}")]
    Unreadable(#[from] sealift_matcher::Error),
    /// A file of the cache could not be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl Refusal {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

//! Why trust material could not be had.

use std::io;
use std::path::{Path, PathBuf};

/// Why trust material could not be had. What is kept is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The mirror is no URL of `http` or `https`.
    #[error("{url}: {source}")]
    Url {
        /// What is named.
        url: String,
        /// Why.
        source: sealift_http::UrlError,
    },
    /// The initial root could not be fetched.
    #[error("the initial root {name} cannot be fetched")]
    InitialRoot {
        /// Its name.
        name: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The initial root is another one than trust begins with.
    #[error("the initial root has the digest {found}, and trust begins with {expected}")]
    OtherRoot {
        /// The SHA-256 that is pinned.
        expected: String,
        /// The SHA-256 of what came.
        found: String,
    },
    /// The repository does not prove what it offers, or cannot be asked.
    #[error("the repository of trusted roots {mirror} cannot be used")]
    Repository {
        /// Its address.
        mirror: String,
        /// Why.
        source: Box<sigstore_tuf::Error>,
    },
    /// A file could not be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than this user may write to a place where trust is kept.
    #[error("{}: it is another's, or others may write to it", path.display())]
    NotOurs {
        /// The folder or file.
        path: PathBuf,
    },
    /// What is kept is not what was written.
    #[error("{}: not what was kept", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

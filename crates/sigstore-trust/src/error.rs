//! Why trust material could not be obtained.

use std::io;
use std::path::{Path, PathBuf};

/// Why trust material could not be obtained. The kept material is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The mirror is no URL of `http` or `https`.
    #[error("{url}: {source}")]
    Url {
        /// The given text.
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
    /// The digest of the initial root is not the pinned one.
    #[error("the initial root has the digest {found}, and trust begins with {expected}")]
    OtherRoot {
        /// The pinned SHA-256.
        expected: String,
        /// The SHA-256 of the fetched root.
        found: String,
    },
    /// The repository could not be reached, or its material does not verify.
    #[error("the repository of trusted roots {mirror} cannot be used")]
    Repository {
        /// Its URL.
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
    /// Users other than this one may write to a place where trust material is kept.
    #[error("{}: it is another's, or others may write to it", path.display())]
    NotOurs {
        /// The folder or file.
        path: PathBuf,
    },
    /// The kept material is damaged.
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

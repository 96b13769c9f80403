//! Where blobs come from.

use std::fmt;
use std::io::{self, Read};

use crate::{Descriptor, Digest};

/// Blobs by digest: an OCI layout, an archive, a registry, an engine's socket.
///
/// A source hands out bytes and promises nothing about them: whoever reads a blob compares its
/// digest before trusting it.
pub trait BlobSource: Send + Sync + fmt::Debug {
    /// Opens a blob at its first byte.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when the source has no such blob, [`BlobError::Io`] when it cannot
    /// be opened.
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError>;

    /// Hears that the bytes which it gave are not those of the blob, and tells whether to open it
    /// again may give others: a source with several places asks the next.
    fn refuse(&self, _blob: &Descriptor) -> bool {
        false
    }
}

/// Why a blob could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The source does not have it.
    #[error("blob {0} is missing")]
    Missing(Digest),
    /// The source has it but it cannot be opened.
    #[error("blob {digest} cannot be opened")]
    Io {
        /// The blob.
        digest: Digest,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

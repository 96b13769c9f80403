//! Sources of blobs.

use std::fmt;
use std::io::{self, Read};

use crate::{Descriptor, Digest};

/// Blobs by digest: an OCI layout, an archive, a registry, an engine's socket.
///
/// A source promises nothing about the bytes: the reader of a blob compares its digest before
/// trusting it.
pub trait BlobSource: Send + Sync + fmt::Debug {
    /// Opens a blob at its first byte.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when the source has no such blob, [`BlobError::Io`] when it cannot
    /// be opened.
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError>;

    /// Reports that the bytes of a blob did not have its digest. Returns whether opening it again
    /// may give other bytes: a source with several places then uses the next.
    fn refuse(&self, _blob: &Descriptor) -> bool {
        false
    }
}

/// Why a blob could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The source does not have the blob.
    #[error("blob {0} is missing")]
    Missing(Digest),
    /// The source has the blob but cannot open it.
    #[error("blob {digest} cannot be opened")]
    Io {
        /// The blob.
        digest: Digest,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
}

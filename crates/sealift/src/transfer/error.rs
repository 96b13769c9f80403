use std::io;
use std::path::PathBuf;

use sealift_model::Digest;

use crate::sign::AttachError;

/// Why an image, or what is attached to it, was not moved or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A registry refuses, or does not answer as it must.
    #[error(transparent)]
    Registry(#[from] sealift_registry::Error),
    /// The images of an index cannot be told.
    #[error(transparent)]
    Images(#[from] AttachError),
    /// There is no image for the platform.
    #[error(transparent)]
    Platform(#[from] sealift_layers::Error),
    /// Something is no manifest.
    #[error("{0}: not a manifest")]
    Manifest(Digest),
    /// Indexes in indexes without end.
    #[error("more than {max} indexes in each other")]
    TooDeep {
        /// How many may be.
        max: usize,
    },
    /// A file cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A layout is there already.
    #[error("{} has a layout already", .0.display())]
    Occupied(PathBuf),
    /// The folder is no layout that was saved.
    #[error("{}: not a layout with an image", .0.display())]
    NoLayout(PathBuf),
    /// A blob of a layout is not what its digest says.
    #[error("{}: its content is not that of its digest", .0.display())]
    Changed(PathBuf),
    /// There is another image already, and nobody said that it may go.
    #[error("there is another image already: {0}")]
    Exists(Digest),
}

use std::io;
use std::path::PathBuf;

use sealift_model::Digest;

use crate::sign::AttachError;

/// Why an image, or an attachment, was not moved or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A registry refuses, or its answer is wrong.
    #[error(transparent)]
    Registry(#[from] sealift_registry::Error),
    /// The images of an index cannot be listed.
    #[error(transparent)]
    Images(#[from] AttachError),
    /// There is no image for the platform.
    #[error(transparent)]
    Platform(#[from] sealift_layers::Error),
    /// The content of this digest is no manifest.
    #[error("{0}: not a manifest")]
    Manifest(Digest),
    /// Indexes in indexes, too deep.
    #[error("more than {max} indexes in each other")]
    TooDeep {
        /// The most levels.
        max: usize,
    },
    /// A file cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The folder already holds a layout.
    #[error("{} has a layout already", .0.display())]
    Occupied(PathBuf),
    /// The folder holds no saved layout.
    #[error("{}: not a layout with an image", .0.display())]
    NoLayout(PathBuf),
    /// A blob of a layout does not have its digest.
    #[error("{}: its content is not that of its digest", .0.display())]
    Changed(PathBuf),
    /// The tag names another image already, and overwriting it was not allowed.
    #[error("there is another image already: {0}")]
    Exists(Digest),
}

//! Why a scan failed.

use std::io;
use std::path::{Path, PathBuf};

use sealift_model::Reference;

/// Why a scan, or a step before it, failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened or read.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The image or tree could not be read.
    #[error("{}", path.display())]
    Layers {
        /// The layout, archive or folder.
        path: PathBuf,
        /// Why.
        source: sealift_layers::Error,
    },
    /// The file or folder holds no image.
    #[error(transparent)]
    NoImage(sealift_layers::Error),
    /// The SBOM could not be read.
    #[error("{}", path.display())]
    Sbom {
        /// The document.
        path: PathBuf,
        /// Why.
        source: sealift_sbom::Error,
    },
    /// The list of known base images could not be read.
    #[error("{}: not a list of base images", path.display())]
    Bases {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A file that was named by itself is not one that packages are read from.
    #[error("{}: not a file that packages are read from, by its name and how it begins", path.display())]
    NotRead {
        /// The file.
        path: PathBuf,
    },
    /// The named base is no image.
    #[error("{}: not an image", path.display())]
    NotAnImage {
        /// The path of the named base.
        path: PathBuf,
    },
    /// The registry did not answer, or not with what was asked for.
    #[error(transparent)]
    Registry(#[from] Box<sealift_registry::Error>),
    /// The registry has no such image.
    #[error("{0} is not in the registry")]
    NotInRegistry(Box<Reference>),
    /// The advisory database could not be opened.
    #[error("{}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: sealift_matcher::Error,
    },
    /// The advisory database could not be built.
    #[error("the advisory database cannot be built")]
    Build(#[source] sealift_matcher::Error),
    /// The advisory database turned out damaged while it was used.
    #[error("the advisory database cannot be used")]
    Matching(#[source] sealift_matcher::Error),
    /// The observer cancelled; there is no result.
    #[error("cancelled")]
    Cancelled,
    /// A pattern of configuration files is invalid.
    #[error("{pattern}: {reason}")]
    FilePattern {
        /// The pattern, as given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A document cannot be data for checks in Rego.
    #[error("{}", path.display())]
    RegoData {
        /// The file, or the name of its text.
        path: PathBuf,
        /// What is wrong with it.
        source: sealift_misconfig::RegoDataError,
    },
    /// A pattern of files to skip is no glob.
    #[error("{pattern}: not a pattern of files")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: globset::Error,
    },
}

impl Error {
    /// An error of the layers; about a file, it names that file alone.
    pub(crate) fn layers(path: &Path, source: sealift_layers::Error) -> Self {
        match source {
            sealift_layers::Error::File { path, source } => Self::Io { path, source },
            sealift_layers::Error::Cancelled => Self::Cancelled,
            source @ sealift_layers::Error::NoImage { .. } => Self::NoImage(source),
            source => Self::Layers { path: path.to_owned(), source },
        }
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

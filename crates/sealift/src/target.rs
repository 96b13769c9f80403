//! What can be scanned.

use std::path::{Path, PathBuf};

use sealift_layers::Selector;

/// Something to scan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// An image in an OCI layout folder.
    ImageLayout {
        /// The folder that holds `index.json`.
        folder: PathBuf,
        /// Which of its images; the only one when none is given.
        selector: Option<Selector>,
    },
    /// An image in one file: an OCI layout as tar, or what `docker save` writes.
    ImageArchive {
        /// The file.
        file: PathBuf,
        /// Which of its images; the only one when none is given.
        selector: Option<Selector>,
    },
    /// An unpacked root file system: what is installed is matched.
    Rootfs(PathBuf),
    /// A source tree, or one file of it: what is declared is matched.
    Filesystem(PathBuf),
    /// A CycloneDX or SPDX document.
    Sbom(PathBuf),
}

impl Target {
    /// An image in an OCI layout folder, by its tag.
    #[must_use]
    pub fn image_layout(folder: impl Into<PathBuf>, tag: Option<&str>) -> Self {
        Self::ImageLayout {
            folder: folder.into(),
            selector: tag.map(|tag| Selector::Name(tag.to_owned())),
        }
    }

    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::ImageLayout { folder: path, .. }
            | Self::ImageArchive { file: path, .. }
            | Self::Rootfs(path)
            | Self::Filesystem(path)
            | Self::Sbom(path) => path,
        }
    }
}

//! Files and folders that contain images.

mod archive;
mod attached;
mod both;
mod docker;
mod files;
mod layout;
mod select;

use std::io::{self, Read};
use std::path::Path;

use sealift_model::{Algorithm, BlobError, BlobSource, Descriptor, Digest, Platform};

use crate::{Error, Limits};

pub use attached::Referrers;
use docker::DockerArchive;
pub(crate) use files::open_regular;
use layout::{LayoutArchive, LayoutFolder};
pub use select::{Selector, SelectorError};

/// Annotations with the name of an image: the tag or any name, and the full name (containerd's).
const REF_NAME: &str = "org.opencontainers.image.ref.name";
const FULL_NAME: &str = "io.containerd.image.name";

/// A file or folder that contains images.
#[derive(Debug)]
pub struct ImageSource {
    roots: Vec<Descriptor>,
    place: Place,
    limits: Limits,
}

#[derive(Debug)]
enum Place {
    Folder(LayoutFolder),
    Archive(LayoutArchive),
    Docker(DockerArchive),
}

impl Place {
    /// Blobs with their sizes in bytes, ordered by digest, at most `max`.
    fn blobs(&self, max: usize) -> Result<Vec<(Digest, u64)>, Error> {
        let mut blobs = match self {
            Self::Folder(folder) => folder.blobs(max)?,
            Self::Archive(archive) => archive.blobs(max),
            Self::Docker(_) => Vec::new(),
        };
        blobs.sort();
        Ok(blobs)
    }
}

/// The form of an [`ImageSource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// A folder in the OCI image layout.
    Layout,
    /// A tar archive of such a folder.
    OciArchive,
    /// An archive of `docker save`. It has no manifests: they are generated, so their digests
    /// differ from those in a registry.
    DockerArchive,
}

impl ImageSource {
    /// Opens a folder in the OCI image layout (`image-spec image-layout.md`, version 1.1).
    ///
    /// # Errors
    /// When the folder cannot be read or is not such a layout.
    pub fn open_layout(folder: &Path, limits: &Limits) -> Result<Self, Error> {
        let (folder, roots) = LayoutFolder::open(folder, limits)?;
        Ok(Self { roots, place: Place::Folder(folder), limits: limits.clone() })
    }

    /// Opens an archive of an OCI image layout, or of `docker save` in either of its forms. An
    /// archive that is both is read as a layout, which has the true digests; it is refused if the
    /// two forms do not name the same images.
    ///
    /// # Errors
    /// When the file cannot be read or has neither form; when it is compressed as a whole, since
    /// blobs could not be found in it without unpacking.
    pub fn open_archive(file: &Path, limits: &Limits) -> Result<Self, Error> {
        let archive = archive::Archive::open(file, limits)?;
        let (roots, place) = if archive.has("index.json") && archive.has("oci-layout") {
            let (archive, roots) = LayoutArchive::open(archive, limits)?;
            (roots, Place::Archive(archive))
        } else {
            let (archive, roots) = DockerArchive::open(archive, limits)?;
            (roots, Place::Docker(archive))
        };
        Ok(Self { roots, place, limits: limits.clone() })
    }

    /// Its form.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self.place {
            Place::Folder(_) => SourceKind::Layout,
            Place::Archive(_) => SourceKind::OciArchive,
            Place::Docker(_) => SourceKind::DockerArchive,
        }
    }

    /// The listed manifests and indexes in order, each with its annotations. An image with several
    /// names occurs several times.
    #[must_use]
    pub fn roots(&self) -> &[Descriptor] {
        &self.roots
    }

    /// The full names, `registry/repository:tag`, of an image or index.
    #[must_use]
    pub fn full_names(&self, image: &Digest) -> Vec<&str> {
        let named = self.roots.iter().filter(|root| root.digest == *image);
        named.filter_map(|root| root.annotations.get(FULL_NAME)).map(String::as_str).collect()
    }

    /// Finds the requested image; without a selector, the only one. Signatures and other
    /// attachments do not count as images.
    ///
    /// # Errors
    /// When there is no such image, or several; the error lists the available ones. When an index
    /// that has to be searched for a digest cannot be read.
    pub fn select(&self, selector: Option<&Selector>) -> Result<Descriptor, Error> {
        select::select(self, &self.roots, selector, &self.limits, select::ambiguous)
    }

    /// Finds an image like [`ImageSource::select`]. If the source lists one image's platforms side
    /// by side, not in an index, the one for `platform` is chosen, or `linux/amd64` by default.
    ///
    /// # Errors
    /// Those of [`ImageSource::select`], and when there is no image for the platform.
    pub fn select_for(
        &self,
        selector: Option<&Selector>,
        platform: Option<&Platform>,
    ) -> Result<Descriptor, Error> {
        let choose = |several: &[&Descriptor]| select::by_platform(several, platform);
        select::select(self, &self.roots, selector, &self.limits, choose)
    }
}

impl BlobSource for ImageSource {
    fn open(&self, blob: &Descriptor) -> Result<Box<dyn Read + Send + '_>, BlobError> {
        match &self.place {
            Place::Folder(folder) => folder.blob(&blob.digest),
            Place::Archive(archive) => archive.blob(&blob.digest),
            Place::Docker(archive) => archive.blob(&blob.digest),
        }
    }
}

/// The error that a blob could not be opened.
fn blob_error(digest: &Digest, error: io::Error) -> BlobError {
    let digest = digest.clone();
    match error.kind() {
        io::ErrorKind::NotFound => BlobError::Missing(digest),
        _ => BlobError::Io { digest, source: error },
    }
}

/// The algorithms whose folders a layout may have.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Sha512];

/// The path of a blob in a layout.
fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}

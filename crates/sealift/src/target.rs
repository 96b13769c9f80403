//! Targets: what can be scanned.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sealift_layers::Selector;
use sealift_model::{Digest, Reference};
use sealift_registry::{Engine, EngineError, Registries, Repository};
use tempfile::{NamedTempFile, TempPath};

/// The target of a scan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Target {
    /// An image in an OCI layout folder.
    ImageLayout {
        /// The folder that holds `index.json`.
        folder: PathBuf,
        /// Selects one of the images; not needed when there is only one.
        selector: Option<Selector>,
    },
    /// An image in one file: an OCI layout as tar, or what `docker save` writes.
    ImageArchive {
        /// The file.
        file: PathBuf,
        /// Selects one of the images; not needed when there is only one.
        selector: Option<Selector>,
    },
    /// An image in a registry. Its layers are read as they arrive, and nothing is stored.
    Registry(RegistryImage),
    /// An image that a container engine has.
    Engine(EngineImage),
    /// An unpacked root file system: its installed packages are matched.
    Rootfs(PathBuf),
    /// A source tree, or one file of it: its declared packages are matched.
    Filesystem(PathBuf),
    /// A CycloneDX or SPDX document, or another one that [`sealift_sbom::read_document`] reads.
    Sbom(PathBuf),
    /// The same, already read.
    SbomText {
        /// Its name in the report.
        name: PathBuf,
        /// The document.
        bytes: Arc<[u8]>,
    },
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

    /// An image by its path, `PATH[:TAG|@DIGEST]`: a folder is an OCI layout, anything else an
    /// archive.
    #[must_use]
    pub fn image_at(written: impl AsRef<OsStr>) -> Self {
        let written = written.as_ref();
        let (path, selector) = match written.to_str() {
            Some(text) => {
                let (path, selector) = split_selector(text);
                // When nothing is there, the path as written is what a person looks for.
                if path.exists() { (path, selector) } else { (text.into(), None) }
            }
            None => (written.into(), None),
        };
        if path.is_dir() {
            Self::ImageLayout { folder: path, selector }
        } else {
            Self::ImageArchive { file: path, selector }
        }
    }

    /// Reads the name of an image on this machine: `oci:DIR[:TAG|@DIGEST]`,
    /// `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:TAG]`, or a path that starts with `/`, `./`
    /// or `../`. None for any other text, which names an image elsewhere: a folder named `nginx`
    /// never stands in for the image `nginx`.
    #[must_use]
    pub fn local_image(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("oci", rest)) => {
                let (folder, selector) = split_selector(rest);
                Some(Self::ImageLayout { folder, selector })
            }
            Some(("oci-archive" | "docker-archive", rest)) => {
                let (file, selector) = split_selector(rest);
                Some(Self::ImageArchive { file, selector })
            }
            _ => is_path(text).then(|| Self::image_at(text)),
        }
    }

    /// Fetches an image from an engine, by `docker-daemon:NAME` or `podman:NAME`. The engine is
    /// reached at the system's socket. None for any other text.
    ///
    /// # Errors
    /// When no engine listens there, or it does not have the image.
    #[must_use]
    pub fn engine_image(text: &str) -> Option<Result<Self, EngineError>> {
        let (engine, name) = match text.split_once(':')? {
            ("docker-daemon", name) => (Engine::docker(), name),
            ("podman", name) => (Engine::podman(), name),
            _ => return None,
        };
        Some(EngineImage::fetch(&engine, name).map(Self::Engine))
    }

    /// The target's name in a report: the path, and where there are several images also which one.
    #[must_use]
    pub fn name(&self) -> String {
        let path = self.path().display();
        let (Self::ImageLayout { selector, .. } | Self::ImageArchive { selector, .. }) = self
        else {
            return path.to_string();
        };
        match selector {
            Some(Selector::Name(tag)) => format!("{path}:{tag}"),
            Some(Selector::Digest(digest)) => format!("{path}@{digest}"),
            None => path.to_string(),
        }
    }

    /// The file or folder; for an image elsewhere, its name.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::ImageLayout { folder: path, .. }
            | Self::ImageArchive { file: path, .. }
            | Self::Rootfs(path)
            | Self::Filesystem(path)
            | Self::Sbom(path)
            | Self::SbomText { name: path, .. } => path,
            Self::Registry(image) => &image.name,
            Self::Engine(image) => &image.name,
        }
    }
}

/// Whether a target is written as a path.
fn is_path(text: &str) -> bool {
    ["/", "./", "../"].iter().any(|start| text.starts_with(start)) || [".", ".."].contains(&text)
}

/// Splits `PATH[:TAG|@DIGEST]`. What is there as a whole is a path, colons and all.
fn split_selector(text: &str) -> (PathBuf, Option<Selector>) {
    if Path::new(text).exists() {
        return (text.into(), None);
    }
    if let Some((path, digest)) = text.rsplit_once('@')
        && let Ok(digest) = digest.parse()
    {
        return (path.into(), Some(Selector::Digest(digest)));
    }
    // A tag may itself be a whole reference (`example.org/shop:1.4`): the path is what exists.
    let mut colons = text.match_indices(':').map(|(at, _)| text.split_at(at));
    let known = colons.clone().find(|(path, _)| Path::new(path).exists());
    match known.or_else(|| colons.next_back()) {
        Some((path, tag)) => {
            let tag = tag.trim_start_matches(':').to_owned();
            (path.into(), Some(Selector::Name(tag)))
        }
        None => (text.into(), None),
    }
}

/// An image in a registry.
#[derive(Clone, Debug)]
pub struct RegistryImage {
    registries: Registries,
    reference: Reference,
    name: PathBuf,
    /// Where signatures are when they are not beside the image.
    signatures: Option<Repository>,
}

impl RegistryImage {
    /// An image in a registry, and the client that reads it.
    #[must_use]
    pub fn new(registries: Registries, reference: Reference) -> Self {
        let name = reference.to_string().into();
        Self { registries, reference, name, signatures: None }
    }

    /// The same image, whose signatures and attestations are in another repository.
    #[must_use]
    pub fn with_signatures_in(self, repository: Repository) -> Self {
        Self { signatures: Some(repository), ..self }
    }

    /// The same image by its digest: a tag may move.
    #[must_use]
    pub fn at_digest(&self, digest: Digest) -> Self {
        Self { reference: self.reference.at_digest(digest), ..self.clone() }
    }

    /// The image's name.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The image's repository.
    #[must_use]
    pub fn repository(&self) -> Repository {
        self.registries.repository(&self.reference)
    }

    /// The repository with its signatures and attestations: its own, unless another is named.
    #[must_use]
    pub fn signatures(&self) -> Repository {
        self.signatures.clone().unwrap_or_else(|| self.repository())
    }
}

/// An image from a container engine, kept as an archive that is removed with the last clone of this
/// value: the layers in it have no order in which they could be read as they arrive.
#[derive(Clone, Debug)]
pub struct EngineImage {
    archive: Arc<TempPath>,
    name: PathBuf,
}

impl EngineImage {
    /// Fetches an image from an engine.
    ///
    /// # Errors
    /// When no engine listens there, when the engine does not have the image, and when the archive
    /// cannot be stored.
    pub fn fetch(engine: &Engine, image: &str) -> Result<Self, EngineError> {
        let mut stream = engine.save(image)?;
        let failed = |source| EngineError::Io { engine: engine.to_string(), source };
        let mut archive = NamedTempFile::new().map_err(failed)?;
        io::copy(&mut stream, &mut archive).map_err(failed)?;
        Ok(Self { archive: Arc::new(archive.into_temp_path()), name: image.into() })
    }

    pub(crate) fn archive(&self) -> &Path {
        &self.archive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_one_layout_have_names_of_their_own() {
        let digest = format!("images@{}", Digest::sha256_of(b"x"));
        for name in ["images:1.4", "images:example.org/shop:1.4", &digest, "images"] {
            let target = Target::local_image(&format!("oci:{name}")).unwrap();
            assert_eq!(target.name(), name);
            assert_eq!(Target::local_image(&format!("oci-archive:{name}")).unwrap().name(), name);
        }
        assert_eq!(Target::Filesystem("shop:1".into()).name(), "shop:1");
    }
}

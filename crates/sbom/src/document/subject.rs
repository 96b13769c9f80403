//! What an SBOM is about.

use sealift_model::{Digest, Purl};

/// What an SBOM is about: the image or tree whose packages it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// The name that people know it by, `nginx:latest` or a path.
    pub name: String,
    /// What it is.
    pub kind: SubjectKind,
    /// Its version, for people.
    pub version: Option<String>,
    /// Its package URL, `pkg:oci/nginx@sha256%3A...?repository_url=...`.
    pub purl: Option<Purl>,
    /// Digest of an image's config, known as the image id.
    pub image_id: Option<Digest>,
    /// Digest of an image's manifest.
    pub digest: Option<Digest>,
    /// The layers of an image, lowest first.
    pub layers: Vec<SubjectLayer>,
}

impl Subject {
    /// A subject of which only kind and name are known.
    #[must_use]
    pub fn new(kind: SubjectKind, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            version: None,
            purl: None,
            image_id: None,
            digest: None,
            layers: Vec::new(),
        }
    }
}

/// What the subject of an SBOM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SubjectKind {
    /// A container image.
    Container,
    /// A directory tree, or software described as such.
    FileSystem,
}

/// One layer of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubjectLayer {
    /// Digest of the uncompressed layer.
    pub diff_id: Digest,
    /// Digest of the layer as stored.
    pub digest: Option<Digest>,
}

impl SubjectLayer {
    /// A layer.
    #[must_use]
    pub fn new(diff_id: Digest, digest: Option<Digest>) -> Self {
        Self { diff_id, digest }
    }
}

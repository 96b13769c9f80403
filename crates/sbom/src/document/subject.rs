//! The subject of an SBOM.

use sealift_model::{Digest, Purl};

/// The subject of an SBOM: the image or tree whose packages it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// A name for people, `nginx:latest` or a path.
    pub name: String,
    /// Its kind.
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
    /// A subject with only a kind and a name.
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

/// The kind of an SBOM's subject.
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

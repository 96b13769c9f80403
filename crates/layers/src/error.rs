//! Why an image could not be read.

use std::io;
use std::path::PathBuf;

use sealift_model::{BlobError, Digest, Platform};

use crate::Coding;

/// A limit of [`Limits`](crate::Limits) was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("limit exceeded: {limit} ({max})")]
#[non_exhaustive]
pub struct LimitExceeded {
    /// Name of the field of [`Limits`](crate::Limits).
    pub limit: &'static str,
    /// Its value.
    pub max: u64,
}

impl LimitExceeded {
    /// The limit named `limit`, whose value is `max`, was exceeded.
    #[must_use]
    pub fn new(limit: &'static str, max: u64) -> Self {
        Self { limit, max }
    }
}

/// Why an image or tree could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A limit was exceeded.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// A blob could not be opened.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A blob could be opened but not read to its end.
    #[error("blob {digest} cannot be read")]
    BlobRead {
        /// The blob.
        digest: Digest,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A blob is longer or shorter than its descriptor says.
    #[error("blob {digest} has {} bytes instead of {expected}", Bytes { actual: *actual, expected: *expected })]
    BlobSize {
        /// The blob.
        digest: Digest,
        /// The size in the descriptor.
        expected: u64,
        /// Bytes found; reading stops at the first beyond those expected.
        actual: u64,
    },
    /// A blob's content does not match its digest.
    #[error("blob {expected} has been changed: its digest is {actual}")]
    BlobDigest {
        /// The digest in the descriptor.
        expected: Digest,
        /// The digest of the bytes found.
        actual: Digest,
    },
    /// A decompressed layer does not match the diff-id in the image's config.
    #[error("layer {blob} unpacks to {actual}, not to {expected} as the image config says")]
    DiffId {
        /// The layer's blob.
        blob: Digest,
        /// The diff-id in the config.
        expected: Digest,
        /// The digest of the decompressed bytes.
        actual: Digest,
    },
    /// Manifest and config disagree about the number of layers.
    #[error("image {manifest} has {layers} layers but {diff_ids} diff-ids")]
    LayerCount {
        /// The image manifest.
        manifest: Digest,
        /// Layers in the manifest.
        layers: usize,
        /// Diff-ids in the config.
        diff_ids: usize,
    },
    /// A layer's compressed data is corrupt, although its digest matches.
    #[error("layer {blob} is no valid {coding} data: {reason}")]
    LayerCoding {
        /// The layer's blob.
        blob: Digest,
        /// Its compression.
        coding: Coding,
        /// The fault.
        reason: String,
    },
    /// A blob's media type is not supported.
    #[error("blob {blob} has the unsupported media type `{media_type}`")]
    MediaType {
        /// The blob.
        blob: Digest,
        /// Its media type.
        media_type: String,
    },
    /// A manifest is that of an artifact (a chart, a signature), not of an image.
    #[error("{manifest} is no container image but an artifact of type `{media_type}`")]
    NotAnImage {
        /// The manifest.
        manifest: Digest,
        /// Media type of its config.
        media_type: String,
    },
    /// A document (index, manifest, config or other) does not follow its specification.
    #[error("{document}: {problem}")]
    Document {
        /// The document: a digest or a file name.
        document: String,
        /// The fault.
        problem: DocumentProblem,
    },
    /// An image index has no image for the requested platform.
    #[error("no image for {} (there are: {})", Asked(asked.as_ref()), Listed(available))]
    NoPlatform {
        /// The requested platform; none if none was requested and the choice is ambiguous.
        asked: Option<Platform>,
        /// The available platforms.
        available: Vec<Platform>,
    },
    /// The source has no image with that name.
    #[error("no image `{asked}` (there are: {})", Listed(available))]
    NoSuchImage {
        /// The requested tag or digest.
        asked: String,
        /// The available names; digests if there are no names.
        available: Vec<String>,
    },
    /// The source has several images, and the request names none of them or fits several.
    #[error("choose one of the images: {}", Listed(available))]
    Ambiguous {
        /// The available names; digests if names do not distinguish the images.
        available: Vec<String>,
    },
    /// A file or folder named by the caller cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file or folder named by the caller holds no image.
    #[error("{} {problem}", path.display())]
    NoImage {
        /// The file or folder.
        path: PathBuf,
        /// The fault.
        problem: SourceProblem,
    },
    /// The caller cancelled the operation.
    #[error("cancelled")]
    Cancelled,
}

/// Why a document (index, manifest, config or other) is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentProblem {
    /// It is not JSON of the expected form; the text names the place.
    #[error("{0}")]
    Json(String),
    /// It has the fields of a manifest and those of an index, so readers may interpret it
    /// differently (`image-spec manifest.md`).
    #[error("has both `layers` and `manifests`")]
    LayersAndManifests,
    /// Two of its member names differ only in case, or one differs only in case from a name of the
    /// specification. Readers that ignore case, as Go's do, then read a different document.
    #[error("is ambiguous: `{0}` and `{1}` are the same name for some readers")]
    AmbiguousName(String, String),
    /// It has neither of the two.
    #[error("has neither `layers` nor `manifests`")]
    NeitherLayersNorManifests,
    /// It lacks a required field.
    #[error("has no `{0}`")]
    Lacks(&'static str),
    /// Its own media type contradicts the descriptor or its content.
    #[error("says that it is `{0}`, which it is not")]
    MediaType(String),
    /// Its schema version is not 2.
    #[error("has schema version {0} instead of 2")]
    SchemaVersion(u64),
    /// An index lists an index that contains it.
    #[error("lists an index that it is part of")]
    Cycle,
}

/// Why a file or folder cannot be used as a source of images.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceProblem {
    /// A folder without `oci-layout` or `index.json`.
    #[error("is no OCI image layout: it has no `{0}`")]
    NoLayout(&'static str),
    /// A layout of an unknown version.
    #[error("is an OCI image layout of version `{0}`; known is 1.0.0")]
    LayoutVersion(String),
    /// An archive with neither `index.json` nor `manifest.json`.
    #[error("is neither an OCI archive nor a docker-archive: no `index.json`, no `manifest.json`")]
    NoManifest,
    /// An archive that is compressed as a whole.
    #[error("is compressed ({0}); unpack it first")]
    Compressed(Coding),
    /// The file is not a tar archive, or a broken one; the text names the place.
    #[error("is no intact tar archive: {0}")]
    Archive(String),
    /// The archive can be read in both forms, but its two lists of images contradict each other:
    /// names the config of an image that only `manifest.json` lists.
    #[error(
        "is another image for each reader: `manifest.json` names the image {0}, `index.json` not"
    )]
    ManifestsDiffer(Digest),
    /// The archive's manifest names a file that the archive does not have.
    #[error("lacks the file `{0}` that its manifest names")]
    LacksFile(String),
}

struct Bytes {
    actual: u64,
    expected: u64,
}

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at_least = if self.actual > self.expected { "at least " } else { "" };
        write!(f, "{at_least}{}", self.actual)
    }
}

struct Asked<'a>(Option<&'a Platform>);

impl std::fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(platform) => std::fmt::Display::fmt(platform, f),
            None => f.write_str("linux/amd64, the default"),
        }
    }
}

struct Listed<'a, T>(&'a [T]);

impl<T: std::fmt::Display> std::fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (at, item) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{item}")?;
        }
        Ok(())
    }
}

impl Error {
    /// Whether only the bytes of a blob are wrong, so that another copy may be right.
    pub(crate) fn is_of_bytes(&self) -> bool {
        matches!(
            self,
            Self::BlobDigest { .. }
                | Self::BlobSize { .. }
                | Self::BlobRead { .. }
                | Self::DiffId { .. }
                | Self::LayerCoding { .. }
        )
    }
}

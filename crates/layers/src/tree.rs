//! The files that remain after all layers are merged.

use std::sync::Arc;

use sealift_model::{Diagnostic, Digest};
use serde::{Deserialize, Serialize};

use crate::Metadata;

/// The merged view of an image or directory, reduced to the files with extracted facts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tree<F> {
    /// The remaining files, ordered by path.
    pub files: Vec<TreeFile<F>>,
    /// The files of a layer that a later one removes or replaces, ordered by path. A running
    /// container does not see them, but they are in the pulled image.
    pub removed: Vec<RemovedFile<F>>,
    /// What could not be read, layer by layer.
    pub diagnostics: Vec<Diagnostic>,
    /// The layers from the lowest up; one without digests for a directory.
    pub layers: Vec<LayerSummary>,
}

impl<F> Tree<F> {
    /// Diff-id of the layer that added the file.
    #[must_use]
    pub fn diff_id(&self, file: &TreeFile<F>) -> Option<&Digest> {
        self.layers.get(file.layer?)?.diff_id.as_ref()
    }
}

/// A remaining file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TreeFile<F> {
    /// Its path: the real one if it was wanted under it, else the first link under which it was.
    /// Bytes that are not UTF-8 are written as `\xNN`.
    pub path: String,
    /// Other wanted names of the same content, hard and symbolic links, sorted.
    pub aliases: Vec<String>,
    /// Index in [`Tree::layers`] of the layer that added it; none in a directory.
    pub layer: Option<usize>,
    /// Its size and mode.
    pub metadata: Metadata,
    /// The extracted facts. They are shared, since the same layer may occur in an image twice.
    pub facts: Arc<F>,
}

/// A file of a lower layer that was removed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RemovedFile<F> {
    /// Its path.
    pub path: String,
    /// Index in [`Tree::layers`] of the layer that added it.
    pub layer: usize,
    /// Index in [`Tree::layers`] of the layer that removed it.
    pub removed_by: usize,
    /// How it was removed.
    pub removal: Removal,
    /// The extracted facts.
    pub facts: Arc<F>,
}

/// How a layer removes a file of a lower one (`image-spec layer.md, Applying Changesets`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Removal {
    /// By a whiteout of the file or a folder above it.
    Whiteout,
    /// By an opaque mark in a folder above it.
    Opaque,
    /// By an entry with the same path, or one in place of a folder above it.
    Replaced,
}

/// A layer that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerSummary {
    /// Digest of the blob.
    pub digest: Option<Digest>,
    /// Digest of the decompressed bytes.
    pub diff_id: Option<Digest>,
    /// Decompressed bytes read; for a directory the bytes of all files seen.
    pub size_bytes: u64,
    /// Entries read.
    pub entries: u64,
}

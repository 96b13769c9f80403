//! What is left of the files once all layers lie upon each other.

use std::sync::Arc;

use sealift_model::{Diagnostic, Digest};
use serde::{Deserialize, Serialize};

use crate::Metadata;

/// The merged view of an image or directory, reduced to the files that facts were taken from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tree<F> {
    /// The files that are there, by path.
    pub files: Vec<TreeFile<F>>,
    /// The files that a layer has and a later one takes away or replaces, by path. A running
    /// container does not see them; whoever pulls the image has them.
    pub removed: Vec<RemovedFile<F>>,
    /// What could not be read, layer by layer.
    pub diagnostics: Vec<Diagnostic>,
    /// The layers from the lowest up; one without digests for a directory.
    pub layers: Vec<LayerSummary>,
}

impl<F> Tree<F> {
    /// Diff-id of the layer that put the file there.
    #[must_use]
    pub fn diff_id(&self, file: &TreeFile<F>) -> Option<&Digest> {
        self.layers.get(file.layer?)?.diff_id.as_ref()
    }
}

/// A file that is there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TreeFile<F> {
    /// Its path: the real one where a file was wanted by that, else the first link by which it
    /// was. Bytes that are no UTF-8 are written `\xNN`.
    pub path: String,
    /// Other wanted names that lead to the same content, hard and symbolic links, sorted.
    pub aliases: Vec<String>,
    /// Which of [`Tree::layers`] put it there; none in a directory.
    pub layer: Option<usize>,
    /// Its size and mode.
    pub metadata: Metadata,
    /// What was taken out of it. The same layer may lie in an image twice, so facts are shared.
    pub facts: Arc<F>,
}

/// A file that was there in a lower layer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RemovedFile<F> {
    /// Its path.
    pub path: String,
    /// Which of [`Tree::layers`] put it there.
    pub layer: usize,
    /// Which of [`Tree::layers`] took it away.
    pub removed_by: usize,
    /// How.
    pub removal: Removal,
    /// What was taken out of it.
    pub facts: Arc<F>,
}

/// How a layer takes away a file of a lower one (`image-spec layer.md, Applying Changesets`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Removal {
    /// By a whiteout of the file or a folder above it.
    Whiteout,
    /// By an opaque mark in a folder above it.
    Opaque,
    /// By an entry of the same path, or one in place of a folder above it.
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

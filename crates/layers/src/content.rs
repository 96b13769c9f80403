//! The content of one layer, or of a directory.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::Metadata;
use crate::entry_log::{ChangeLog, Position};
use crate::notes::Notes;

/// The content of one layer. It only depends on the layer, the extractor and the limits.
#[derive(Debug)]
pub(crate) struct LayerContent<F> {
    pub(crate) log: ChangeLog,
    /// The wanted files, by their positions in the log.
    pub(crate) files: HashMap<Position, ReadFile<F>>,
    pub(crate) notes: Notes,
    /// Decompressed bytes.
    pub(crate) bytes: u64,
    pub(crate) entries: u64,
    /// Whether some of it depends on the blob or on where reading stopped, and not on the layer
    /// alone, so that it cannot be used for other images with this layer.
    pub(crate) is_of_blob: bool,
}

impl<F> Default for LayerContent<F> {
    fn default() -> Self {
        Self {
            log: ChangeLog::default(),
            files: HashMap::new(),
            notes: Notes::default(),
            bytes: 0,
            entries: 0,
            is_of_blob: false,
        }
    }
}

/// A wanted file that was read.
#[derive(Clone, Debug)]
pub(crate) struct ReadFile<F> {
    /// Its path in the layer.
    pub(crate) path: Box<[u8]>,
    pub(crate) metadata: Metadata,
    /// Its first bytes, with which further names that lead to it are checked.
    pub(crate) head: Box<[u8]>,
    /// None if nothing was extracted.
    pub(crate) facts: Option<Arc<F>>,
    /// Whether a part was requested that had been left out, so that the file must be read again,
    /// whole.
    pub(crate) lacks: bool,
}

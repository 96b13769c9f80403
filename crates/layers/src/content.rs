//! What one layer, or a directory, yields.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::Metadata;
use crate::log::{ChangeLog, Position};
use crate::notes::Notes;

/// What one layer yields. It depends on nothing but the layer, the extractor and the limits.
#[derive(Debug)]
pub(crate) struct LayerContent<F> {
    pub(crate) log: ChangeLog,
    /// The files that were wanted, by where the log has them.
    pub(crate) files: HashMap<Position, ReadFile<F>>,
    pub(crate) notes: Notes,
    /// Decompressed bytes.
    pub(crate) bytes: u64,
    pub(crate) entries: u64,
    /// Whether there is something in it that comes from the blob or from where reading stopped
    /// and not from the layer, so that it says nothing of the next image with this layer.
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

/// A file that was wanted and read.
#[derive(Clone, Debug)]
pub(crate) struct ReadFile<F> {
    /// Its path as the layer has it.
    pub(crate) path: Box<[u8]>,
    pub(crate) metadata: Metadata,
    /// Its first bytes: other names that lead to it are asked about with them.
    pub(crate) head: Box<[u8]>,
    /// None when there was nothing in it.
    pub(crate) facts: Option<Arc<F>>,
    /// Whether something was asked for that was left out: it must be read again, whole.
    pub(crate) lacks: bool,
}

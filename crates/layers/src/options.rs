//! How to read, besides what.

use std::fmt;
use std::num::NonZeroUsize;

use crate::{LayerStore, Limits};

/// How an image or directory is read. The result does not depend on the number of threads.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ReadOptions<'a> {
    /// Bounds on the cost.
    pub limits: &'a Limits,
    /// Threads of the reader's own; more than there are layers bring nothing.
    pub threads: NonZeroUsize,
    /// Told how far reading has come, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Asked, from any thread and very often, whether to end with
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Where what layers yield is kept for the next time.
    pub store: Option<&'a dyn LayerStore>,
}

impl<'a> ReadOptions<'a> {
    /// One thread, nobody told.
    #[must_use]
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            threads: NonZeroUsize::MIN,
            progress: &|_| {},
            cancelled: &|| false,
            store: None,
        }
    }

    /// The same with so many threads.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// The same with somebody who is told how far it has come.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.progress = progress;
        self
    }

    /// The same with somebody who may end it.
    #[must_use]
    pub fn with_cancelled(mut self, cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.cancelled = cancelled;
        self
    }

    /// The same with a store: what it has is not read again, nor is its blob verified again. The
    /// result is the same without.
    #[must_use]
    pub fn with_store(mut self, store: &'a dyn LayerStore) -> Self {
        self.store = Some(store);
        self
    }
}

impl fmt::Debug for ReadOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOptions")
            .field("limits", self.limits)
            .field("threads", &self.threads)
            .field("has_store", &self.store.is_some())
            .finish_non_exhaustive()
    }
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A layer is being read; a second time where links lead to files that nobody wanted the
    /// first time. A layer that lies in the image more than once is read once, as the first.
    LayerStarted {
        /// Index of the layer from the lowest up.
        layer: usize,
        /// Bytes of its blob.
        bytes: u64,
    },
    /// So much of its blob has been read.
    LayerRead {
        /// Index of the layer.
        layer: usize,
        /// Bytes of its blob, from the first.
        bytes: u64,
    },
    /// It has been read, and its digests hold.
    LayerFinished {
        /// Index of the layer.
        layer: usize,
    },
    /// The files of a directory are known and being read.
    DirectoryStarted {
        /// How many there are.
        files: u64,
    },
    /// One more of them has been read.
    FileRead,
}

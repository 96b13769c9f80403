//! Options for reading.

use std::fmt;
use std::num::NonZeroUsize;

use crate::{LayerStore, Limits};

/// Options for reading an image or directory. The result does not depend on the number of threads.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ReadOptions<'a> {
    /// Limits on the cost.
    pub limits: &'a Limits,
    /// Number of threads that the reader starts; more threads than layers bring no gain.
    pub threads: NonZeroUsize,
    /// Called with the progress, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Called from any thread, very often; if it returns true, reading ends with
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Where the contents of layers are stored for later readings.
    pub store: Option<&'a dyn LayerStore>,
}

impl<'a> ReadOptions<'a> {
    /// One thread, without progress, cancellation or store.
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

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets the progress callback.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        self.progress = progress;
        self
    }

    /// Sets the cancellation callback.
    #[must_use]
    pub fn with_cancelled(mut self, cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.cancelled = cancelled;
        self
    }

    /// Sets a store: what it contains is not read again, nor is its blob verified again. The result
    /// is the same without a store.
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

/// The progress of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A layer is being read; for the second time if links lead to files that were not wanted the
    /// first time. A layer that occurs repeatedly in the image is read once, under its first index.
    LayerStarted {
        /// Index of the layer from the lowest up.
        layer: usize,
        /// Bytes of its blob.
        bytes: u64,
    },
    /// A part of its blob has been read.
    LayerRead {
        /// Index of the layer.
        layer: usize,
        /// Bytes read of its blob, from its start.
        bytes: u64,
    },
    /// It has been read, and its digests match.
    LayerFinished {
        /// Index of the layer.
        layer: usize,
    },
    /// The files of a directory are listed and being read.
    DirectoryStarted {
        /// Number of files.
        files: u64,
    },
    /// One more of them has been read.
    FileRead,
}

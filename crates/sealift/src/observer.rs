//! Observers: they receive the progress of long work, and may cancel it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sealift_layers::Progress;

/// Receives the progress of work, and decides whether it goes on. Called from any thread of the
/// work.
pub trait Observer: Sync {
    /// A layer or folder is read.
    fn progress(&self, progress: Progress) {
        let _ = progress;
    }

    /// Whether to end with [`Error::Cancelled`](crate::Error::Cancelled). It is called for every
    /// 128 KiB of a layer, compressed or not, every file of a folder and every package that is
    /// matched, so it must be quick. After it has returned true it must not return false again.
    ///
    /// Between two calls lies at most the work for one file, or one answer of a registry.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Ignores all progress, and never cancels.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct NoProgress;

impl Observer for NoProgress {}

/// An observer that can cancel from any thread. All clones share one state.
///
/// ```
/// use sealift::{Cancel, Error, ScanOptions, Scanner, Target};
///
/// let cancel = Cancel::default();
/// cancel.cancel();
/// let target = Target::Filesystem(".".into());
/// let scan = Scanner::without_database().scan(&target, &ScanOptions::default(), &cancel);
/// assert!(matches!(scan, Err(Error::Cancelled)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    is_cancelled: Arc<AtomicBool>,
}

impl Cancel {
    /// Cancels the observed work.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Observer for Cancel {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

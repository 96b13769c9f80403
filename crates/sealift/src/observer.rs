//! Who looks on while something takes its time, and may end it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sealift_layers::Progress;

/// Is told how far something is, and asked whether to go on; from any of its threads.
pub trait Observer: Sync {
    /// A layer or folder is read.
    fn progress(&self, progress: Progress) {
        let _ = progress;
    }

    /// Whether to end with [`Error::Cancelled`](crate::Error::Cancelled). Asked for every 128 KiB
    /// of a layer, compressed or not, every file of a folder and every package that is matched:
    /// it must be quick. Once it says yes it must not say no again.
    ///
    /// Between two questions lies at most what one file or one answer of a registry takes.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Looks away.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct NoProgress;

impl Observer for NoProgress {}

/// Ends what it observes when told so, from any thread: all clones are one.
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
    /// Ends what is observed.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }
}

impl Observer for Cancel {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

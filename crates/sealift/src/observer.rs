//! Who looks on while a scan runs.

use sealift_layers::Progress;

/// Is told how far a scan is; from any of its threads.
pub trait Observer: Sync {
    /// A layer or folder is read.
    fn progress(&self, progress: Progress);
}

/// Looks away.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing in it")]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Progress) {}
}

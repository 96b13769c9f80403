//! Whether a body comes fast enough.

use std::time::Duration;

use crate::{ErrorKind, Timeouts};

/// Adds up what came while the client waited.
#[derive(Debug)]
pub(crate) struct Meter {
    window: Duration,
    least: u64,
    waited: Duration,
    bytes: u64,
}

impl Meter {
    pub(crate) fn new(timeouts: &Timeouts) -> Self {
        let Timeouts { window, least_bytes, .. } = *timeouts;
        Self { window, least: least_bytes, waited: Duration::ZERO, bytes: 0 }
    }

    /// Takes in a piece, and how long it was waited for.
    pub(crate) fn take(&mut self, bytes: u64, waited: Duration) -> Result<(), ErrorKind> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.waited = self.waited.saturating_add(waited);
        if self.waited < self.window {
            return Ok(());
        }
        let (bytes, window) = (self.bytes, self.window);
        self.bytes = 0;
        self.waited = Duration::ZERO;
        if bytes < self.least { Err(ErrorKind::TooSlow { bytes, window }) } else { Ok(()) }
    }
}

//! Signals of the system to a server: to end, or to reload.

use std::io;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Watch;

/// Waits until the process is asked to end (SIGTERM, SIGINT). SIGHUP makes `watch` look.
///
/// # Errors
/// When signals cannot be handled.
pub fn wait(watch: &Watch) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    for signal in signals.forever() {
        match signal {
            SIGHUP => watch.look(),
            _ => return Ok(()),
        }
    }
    Ok(())
}

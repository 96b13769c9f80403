//! What the system tells a server: to end, or to look again.

use std::io;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Watch;

/// Waits until the process is told to end (SIGTERM, SIGINT). SIGHUP has `watch` look.
///
/// # Errors
/// When the system lets nobody wait for signals.
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

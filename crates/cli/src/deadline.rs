//! `--timeout`.

use std::process;
use std::thread;
use std::time::Duration;

/// Ends the process with status 2 if it still runs after `timeout`. Zero means no timeout.
///
/// The command may be stopped anywhere: a report is written whole or not at all.
pub(crate) fn set(timeout: Duration) {
    if timeout.is_zero() {
        return;
    }
    thread::spawn(move || {
        thread::sleep(timeout);
        eprintln!("error: it took longer than {timeout:?}");
        eprintln!("hint: allow more with --timeout, as --timeout 15m");
        process::exit(2);
    });
}

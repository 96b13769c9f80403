//! One update at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How often it is looked whether another update has come to its end.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The right to update, which ends with this value, and with the process however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    /// Whether another process had it before.
    pub(super) has_waited: bool,
}

impl Lock {
    /// Takes the lock; while another process has it, waits for at most `wait`, and says so by
    /// `waiting` once. None when it still has it then.
    pub(super) fn take(
        path: &Path,
        wait: Duration,
        waiting: impl FnOnce(),
    ) -> io::Result<Option<Self>> {
        let mut waiting = Some(waiting);
        let mut left = wait;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file, has_waited: waiting.is_none() })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            let Some(rest) = left.checked_sub(LOOK_EVERY) else { return Ok(None) };
            left = rest;
            thread::sleep(LOOK_EVERY);
        }
    }
}

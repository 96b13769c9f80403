//! Memory that goes from file to file.

use std::io::{self, ErrorKind, Read};
use std::sync::{Mutex, PoisonError};

/// Memory kept for the next file; most programs and archives fit.
const MAX_KEPT_BYTES: usize = 32 << 20;

const FIRST_BYTES: usize = 64 << 10;

/// The content of one file after the other: what a larger one needed the next ones use again, so
/// that the system need not hand out fresh pages for each.
#[derive(Default)]
pub(crate) struct Buffer {
    /// Written up to `filled`, whatever was there before beyond.
    bytes: Vec<u8>,
    filled: usize,
}

/// Memory that no file needs at the moment, for all layers and threads: there are as many as
/// threads have read files at once.
#[derive(Default)]
pub(crate) struct Buffers(Mutex<Vec<Buffer>>);

impl Buffers {
    pub(crate) fn take(&self) -> Buffer {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(crate) fn give_back(&self, buffer: Buffer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer.recycle());
    }

    /// Gives the memory back to the system.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Buffer {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self { filled: bytes.len(), bytes }
    }

    pub(crate) fn content(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Takes `head` and then all of `rest`, about `expected` bytes together. Memory follows what
    /// was read.
    pub(crate) fn fill(
        &mut self,
        head: &[u8],
        mut rest: impl Read,
        expected: usize,
    ) -> io::Result<()> {
        self.filled = 0;
        self.append(head);
        loop {
            let read = if self.filled < self.bytes.len() {
                let read = retry(&mut rest, self.bytes.get_mut(self.filled..).unwrap_or_default())?;
                self.filled += read;
                read
            } else {
                // Before it grows: there may be no more.
                let mut probe = [0; 32];
                let read = retry(&mut rest, &mut probe)?;
                if read > 0 {
                    let twice = (2 * self.filled).max(FIRST_BYTES);
                    let enough = if expected > self.filled { twice.min(expected) } else { twice };
                    self.bytes.resize(enough.max(self.filled), 0);
                    self.append(probe.get(..read).unwrap_or_default());
                }
                read
            };
            if read == 0 {
                return Ok(());
            }
        }
    }

    fn append(&mut self, more: &[u8]) {
        let end = self.filled + more.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        if let Some(room) = self.bytes.get_mut(self.filled..end) {
            room.copy_from_slice(more);
        }
        self.filled = end;
    }

    /// The same, empty, for the next file.
    fn recycle(mut self) -> Self {
        self.bytes.truncate(MAX_KEPT_BYTES);
        self.bytes.shrink_to(MAX_KEPT_BYTES);
        Self { filled: 0, ..self }
    }
}

fn retry(input: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn holds_one_file_after_the_other(
            files in proptest::collection::vec((0_usize..300_000, 0_usize..300_000, any::<u8>()), 1..5),
        ) {
            let mut buffer = Buffer::default();
            for (bytes, expected, byte) in files {
                let content = vec![byte; bytes];
                let (head, rest) = content.split_at(bytes.min(512));
                buffer.fill(head, rest, expected).unwrap();
                prop_assert_eq!(buffer.content(), content);
                buffer = buffer.recycle();
                prop_assert!(buffer.content().is_empty());
            }
        }
    }

    #[test]
    fn keeps_no_more_than_most_files_need() {
        let large = vec![1; MAX_KEPT_BYTES + 1];
        let mut buffer = Buffer::default();
        buffer.fill(&[], &*large, large.len()).unwrap();
        assert_eq!((buffer.content().len(), buffer.bytes.len()), (large.len(), large.len()));
        let kept = buffer.recycle().bytes;
        assert_eq!(kept.len(), MAX_KEPT_BYTES);
        assert!(kept.capacity() < large.len());
    }
}

//! Memory that is reused from file to file.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::stream::{BUFFER_BYTES, length};

/// Memory kept for the next file; most programs and archives fit.
const MAX_KEPT_BYTES: usize = 32 << 20;

const FIRST_BYTES: usize = 64 << 10;

/// The bytes at the start of a file that decide which parts to leave out.
const START_BYTES: usize = 4 << 10;

/// A buffer for the content of one file after another. Memory that a larger file needed is reused
/// for the next ones, so that the system need not provide fresh pages for each.
#[derive(Default)]
pub(crate) struct Buffer {
    /// Valid up to `filled`; the bytes after it are left over from earlier files.
    bytes: Vec<u8>,
    filled: usize,
}

/// Buffers that are not in use, shared by all layers and threads: at most as many as threads have
/// read files at once.
#[derive(Default)]
pub(crate) struct Buffers(Mutex<Vec<Buffer>>);

impl Buffers {
    /// Takes the smallest buffer that is large enough, or else the largest.
    pub(crate) fn take(&self, bytes: u64) -> Buffer {
        let mut buffers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = |buffer: &Buffer| length(buffer.bytes.len());
        let fit = |buffer: &Buffer| match room(buffer) {
            enough if enough >= bytes => (false, enough),
            less => (true, u64::MAX - less),
        };
        let best = buffers.iter().enumerate().min_by_key(|(_, buffer)| fit(buffer));
        let best = best.map(|(place, _)| place);
        best.map(|place| buffers.swap_remove(place)).unwrap_or_default()
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

    /// Reads `head` and then all of `rest`, about `expected` bytes together. Memory grows with the
    /// bytes read.
    pub(crate) fn fill(&mut self, head: &[u8], rest: impl Read, expected: usize) -> io::Result<()> {
        self.filled = 0;
        self.append(head);
        self.extend(rest, expected)
    }

    /// Like `fill`, without the ranges that `leave_out` returns for the first bytes. Returns the
    /// ranges of the file that were left out, in order.
    pub(crate) fn fill_around(
        &mut self,
        head: &[u8],
        mut rest: impl Read,
        expected: usize,
        leave_out: &dyn Fn(&[u8]) -> Vec<Range<u64>>,
    ) -> io::Result<Vec<Range<u64>>> {
        let start = length(START_BYTES.saturating_sub(head.len()));
        self.fill(head, (&mut rest).take(start), expected.min(START_BYTES))?;
        let mut at = length(self.filled);
        let mut gaps = Vec::new();
        for gap in leave_out(self.content()) {
            let before = self.filled;
            self.extend((&mut rest).take(gap.start.saturating_sub(at)), expected)?;
            at += length(self.filled - before);
            let passed = self.pass_over(&mut rest, gap.end.saturating_sub(at))?;
            if passed > 0 {
                gaps.push(at..at + passed);
            }
            at += passed;
        }
        self.extend(rest, expected)?;
        Ok(gaps)
    }

    /// Skips up to `bytes` bytes, reading them into the memory that the following content will use.
    fn pass_over(&mut self, rest: &mut impl Read, bytes: u64) -> io::Result<u64> {
        let end = self.filled + BUFFER_BYTES;
        if bytes > 0 && self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let mut left = bytes;
        while left > 0 {
            let most = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
            let room = self.bytes.get_mut(self.filled..self.filled + most);
            match retry(rest, room.unwrap_or_default())? {
                0 => break,
                read => left -= length(read),
            }
        }
        Ok(bytes - left)
    }

    /// Reads all of `rest`; the total is expected to be about `expected` bytes.
    fn extend(&mut self, mut rest: impl Read, expected: usize) -> io::Result<()> {
        loop {
            let read = if self.filled < self.bytes.len() {
                let read = retry(&mut rest, self.bytes.get_mut(self.filled..).unwrap_or_default())?;
                self.filled += read;
                read
            } else {
                // Before the buffer grows: there may be no more bytes.
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

    /// The emptied buffer, for the next file.
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
    fn leaves_out_what_is_not_wanted() {
        let content: Vec<_> = (0..400_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let (head, rest) = content.split_at(512);
        let mut buffer = Buffer::default();
        let gaps = [10..5_000, 20_000..300_000, 300_000..310_000, 390_000..900_000];
        let leave_out = |start: &[u8]| {
            assert_eq!(start, &content[..START_BYTES]);
            gaps.to_vec()
        };
        let left_out = buffer.fill_around(head, rest, content.len(), &leave_out).unwrap();
        assert_eq!(left_out, [4_096..5_000, 20_000..300_000, 300_000..310_000, 390_000..400_000]);
        let expected =
            [&content[..4_096], &content[5_000..20_000], &content[310_000..390_000]].concat();
        assert!(buffer.content() == expected);
        assert_eq!(
            buffer.fill_around(b"a", &b"bc"[..], 3, &|_| std::iter::once(0..2).collect()).unwrap(),
            []
        );
        assert_eq!(buffer.content(), b"abc");
    }

    #[test]
    fn gives_out_what_fits() {
        let buffers = Buffers::default();
        for bytes in [3, 1, 2] {
            buffers.give_back(Buffer::of(vec![0; bytes]));
        }
        let taken = [2, 9, 0, 0].map(|bytes| buffers.take(bytes).bytes.len());
        assert_eq!(taken, [2, 3, 1, 0]);
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

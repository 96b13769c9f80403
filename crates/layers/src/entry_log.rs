//! The changes that a layer makes to the tree, entry by entry, in little memory.

use serde::{Deserialize, Serialize};

use crate::stream::length;

/// One change that a layer makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    Directory,
    /// A regular file: its entry number in the archive, its size and its permission bits.
    File {
        entry: u64,
        size: u64,
        mode: u32,
    },
    /// A symbolic link, with its target as written.
    SymbolicLink(&'a [u8]),
    /// A hard link, with the path of the file that it shares.
    HardLink(&'a [u8]),
    /// FIFO, device or socket.
    Special,
    /// Hides the path from the layers below.
    Whiteout,
    /// Hides everything that the layers below have in the path.
    Opaque,
}

impl Change<'_> {
    fn hides(self) -> bool {
        matches!(self, Self::Whiteout | Self::Opaque)
    }
}

/// The changes of one layer in archive order. A path is stored without the prefix that it shares
/// with the previous one, so half a million entries take about 15 MiB.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog {
    bytes: Vec<u8>,
    previous: Vec<u8>,
    hides: bool,
}

/// The position of a change in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position(u32);

impl ChangeLog {
    /// Adds a change and returns its position; none if the log would exceed 4 GiB.
    pub(crate) fn push(&mut self, path: &[u8], change: Change<'_>) -> Option<Position> {
        let shared = path.iter().zip(&self.previous).take_while(|(a, b)| a == b).count();
        let rest = path.get(shared..).unwrap_or_default();
        self.number(length(shared));
        self.text(rest);
        self.previous.truncate(shared);
        self.previous.extend_from_slice(rest);
        let position = u32::try_from(self.bytes.len()).ok()?;
        self.hides |= change.hides();
        match change {
            Change::Directory => self.bytes.push(0),
            Change::File { entry, size, mode } => {
                self.bytes.push(1);
                self.number(entry);
                self.number(size);
                self.number(mode.into());
            }
            Change::SymbolicLink(target) => {
                self.bytes.push(2);
                self.text(target);
            }
            Change::HardLink(target) => {
                self.bytes.push(3);
                self.text(target);
            }
            Change::Special => self.bytes.push(4),
            Change::Whiteout => self.bytes.push(5),
            Change::Opaque => self.bytes.push(6),
        }
        Some(Position(position))
    }

    /// The log as bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads the log from bytes of [`ChangeLog::as_bytes`]; none if they are no log, or a path is
    /// invalid or longer than `max_path_bytes`.
    pub(crate) fn from_bytes(bytes: Vec<u8>, max_path_bytes: usize) -> Option<Self> {
        let mut log = Self { bytes, previous: Vec::new(), hides: false };
        let mut hides = false;
        let mut reader = log.reader();
        while let Some((path, _, change)) = reader.next() {
            let target = match change {
                Change::HardLink(target) | Change::SymbolicLink(target) => target,
                _ => &[],
            };
            hides |= change.hides();
            let is_root = path.is_empty() && change != Change::Opaque;
            if is_root || path.len().max(target.len()) > max_path_bytes {
                return None;
            }
        }
        let is_whole = reader.rest.0.is_empty();
        log.hides = hides;
        is_whole.then_some(log)
    }

    /// Whether any of the changes hides a part of the layers below.
    pub(crate) fn hides(&self) -> bool {
        self.hides
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        length(self.bytes.len())
    }

    /// Frees unused memory when the log is complete.
    pub(crate) fn seal(&mut self) {
        self.bytes.shrink_to_fit();
        self.previous = Vec::new();
    }

    /// The change stored at a position.
    pub(crate) fn at(&self, position: Position) -> Option<Change<'_>> {
        let start = usize::try_from(position.0).ok()?;
        Cursor(self.bytes.get(start..)?).change()
    }

    /// Goes through the changes from the first.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { bytes: &self.bytes, rest: Cursor(&self.bytes), path: Vec::new() }
    }

    /// Base 128, lowest digit first, as in LEB128.
    fn number(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                return self.bytes.push(low & 0x7f);
            }
            self.bytes.push(low | 0x80);
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.number(length(text.len()));
        self.bytes.extend_from_slice(text);
    }
}

/// Goes through a log; the path lives until the next step.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    rest: Cursor<'a>,
    path: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// The next change with its path and position.
    pub(crate) fn next(&mut self) -> Option<(&[u8], Position, Change<'a>)> {
        let shared = self.rest.size()?;
        let rest = self.rest.text()?;
        self.path.truncate(shared);
        self.path.extend_from_slice(rest);
        let position = self.bytes.len().checked_sub(self.rest.0.len())?;
        let position = Position(u32::try_from(position).ok()?);
        Some((&self.path, position, self.rest.change()?))
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn change(&mut self) -> Option<Change<'a>> {
        let (kind, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match kind {
            0 => Change::Directory,
            1 => Change::File {
                entry: self.number()?,
                size: self.number()?,
                mode: u32::try_from(self.number()?).ok()?,
            },
            2 => Change::SymbolicLink(self.text()?),
            3 => Change::HardLink(self.text()?),
            4 => Change::Special,
            5 => Change::Whiteout,
            _ => Change::Opaque,
        })
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let bytes = self.size()?;
        let (text, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn gives_back_what_was_put_in(
            paths in proptest::collection::vec(("[ab/]{0,6}", any::<u64>(), 0_u32..0o10000), 0..20),
        ) {
            let mut log = ChangeLog::default();
            let mut positions = Vec::new();
            for (path, number, mode) in &paths {
                let change = match number % 4 {
                    0 => Change::Directory,
                    1 => Change::SymbolicLink(path.as_bytes()),
                    2 => Change::Opaque,
                    _ => Change::File { entry: *number, size: u64::MAX - number, mode: *mode },
                };
                positions.push((path.as_bytes(), log.push(path.as_bytes(), change).unwrap(), change));
            }
            log.seal();
            let hides = paths.iter().any(|(_, number, _)| number % 4 == 2);
            prop_assert_eq!(log.hides(), hides);
            let read_back = ChangeLog::from_bytes(log.as_bytes().to_vec(), 10);
            prop_assert!(read_back.is_none_or(|log| log.hides() == hides));
            let mut reader = log.reader();
            for expected in positions {
                prop_assert_eq!(log.at(expected.1), Some(expected.2));
                prop_assert_eq!(reader.next(), Some(expected));
            }
            prop_assert_eq!(reader.next(), None);
        }
    }
}

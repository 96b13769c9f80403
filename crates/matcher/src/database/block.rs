//! Blocks: sorted entries with a table of their starts.
//!
//! ```text
//! height (1) | entries n (4) | n starts (4 each) | n times: key length (2), key, value
//! ```
//!
//! Starts are relative to the block's first byte. In a leaf (height 0), the values belong to the
//! keys; in higher blocks, each value is the pointer to the block that begins with that key.

use std::cmp::Ordering;

use super::format::Reader;

/// Bytes before the table of starts.
const FRONT_BYTES: usize = 5;
/// Bytes of one start.
const START_BYTES: usize = 4;

/// A key with its value.
pub(crate) type Entry<'b> = (&'b [u8], &'b [u8]);

/// The entries of a block. A method returns `None` if the bytes are not in this form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'b> {
    bytes: &'b [u8],
    height: u8,
    entries: usize,
}

impl<'b> Block<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let [height] = rest.take()?;
        let entries = usize::try_from(u32::from_le_bytes(rest.take()?)).ok()?;
        (entries.checked_mul(START_BYTES)? <= rest.0.len()).then_some(Self {
            bytes,
            height,
            entries,
        })
    }

    /// 0 for a leaf.
    pub(crate) fn height(self) -> u8 {
        self.height
    }

    pub(crate) fn len(self) -> usize {
        self.entries
    }

    pub(crate) fn entry(self, index: usize) -> Option<Entry<'b>> {
        let end = match index.checked_add(1)? {
            next if next == self.entries => self.bytes.len(),
            next => self.start(next)?,
        };
        let mut rest = Reader(self.bytes.get(self.start(index)?..end)?);
        let key_bytes = usize::from(u16::from_le_bytes(rest.take()?));
        rest.0.split_at_checked(key_bytes)
    }

    /// The value of exactly this key.
    pub(crate) fn find(self, key: &[u8]) -> Option<Option<&'b [u8]>> {
        let Some(last) = self.last_not_above(key)? else { return Some(None) };
        let (found, value) = self.entry(last)?;
        Some((found == key).then_some(value))
    }

    /// The index of the last entry whose key is not above `key`.
    pub(crate) fn last_not_above(self, key: &[u8]) -> Option<Option<usize>> {
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.entry(middle)?.0.cmp(key) {
                Ordering::Greater => high = middle,
                Ordering::Less | Ordering::Equal => low = middle + 1,
            }
        }
        Some(low.checked_sub(1))
    }

    fn start(self, index: usize) -> Option<usize> {
        if index >= self.entries {
            return None;
        }
        let at = index.checked_mul(START_BYTES)?.checked_add(FRONT_BYTES)?;
        let start = Reader(self.bytes.get(at..)?).take()?;
        usize::try_from(u32::from_le_bytes(start)).ok()
    }
}

/// A block under construction.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    starts: Vec<usize>,
    entries: Vec<u8>,
    first_key: Vec<u8>,
}

impl BlockBuilder {
    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    pub(crate) fn first_key(&self) -> &[u8] {
        &self.first_key
    }

    /// Size of the block in bytes after adding an entry.
    pub(crate) fn bytes_with(&self, key: &[u8], value: &[u8]) -> usize {
        FRONT_BYTES
            + (self.starts.len() + 1) * START_BYTES
            + self.entries.len()
            + 2
            + key.len()
            + value.len()
    }

    /// Adds an entry; `None` if its key is too long for a block.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let key_bytes = u16::try_from(key.len()).ok()?;
        if self.starts.is_empty() {
            key.clone_into(&mut self.first_key);
        }
        self.starts.push(self.entries.len());
        self.entries.extend(key_bytes.to_le_bytes());
        self.entries.extend(key);
        self.entries.extend(value);
        Some(())
    }

    /// Takes the block's bytes, unless they are 4 GiB or more. The builder is then empty again.
    pub(crate) fn take(&mut self, height: u8) -> Option<Vec<u8>> {
        let front = FRONT_BYTES + self.starts.len() * START_BYTES;
        let mut bytes = Vec::with_capacity(front + self.entries.len());
        bytes.push(height);
        bytes.extend(u32::try_from(self.starts.len()).ok()?.to_le_bytes());
        for start in self.starts.drain(..) {
            bytes.extend(u32::try_from(front + start).ok()?.to_le_bytes());
        }
        bytes.append(&mut self.entries);
        u32::try_from(bytes.len()).ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(keys: &[&str]) -> Vec<u8> {
        let mut builder = BlockBuilder::default();
        for key in keys {
            let expected = builder.bytes_with(key.as_bytes(), b"value");
            builder.push(key.as_bytes(), b"value").unwrap();
            assert_eq!(expected, FRONT_BYTES + builder.starts.len() * 4 + builder.entries.len());
        }
        builder.take(3).unwrap()
    }

    #[test]
    fn finds_what_is_there_and_nothing_else() {
        let bytes = block(&["b", "d", "f"]);
        let block = Block::new(&bytes).unwrap();
        assert_eq!((block.height(), block.len()), (3, 3));
        for key in ["b", "d", "f"] {
            assert_eq!(block.find(key.as_bytes()), Some(Some(&b"value"[..])));
        }
        for (key, below) in [("a", None), ("c", Some(0)), ("e", Some(1)), ("g", Some(2))] {
            assert_eq!(block.find(key.as_bytes()), Some(None));
            assert_eq!(block.last_not_above(key.as_bytes()), Some(below));
        }
        assert_eq!(block.entry(3), None);
    }

    #[test]
    fn no_block_makes_it_panic() {
        let bytes = block(&["b", "d", "f"]);
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                for length in 0..changed.len() {
                    let Some(block) = Block::new(&changed[..length]) else { continue };
                    let _ = block.find(b"d");
                    let _ = block.entry(usize::MAX);
                }
            }
        }
    }

    #[test]
    fn a_key_too_long_for_a_block_is_refused() {
        assert_eq!(BlockBuilder::default().push(&[0; 0x1_0000], b""), None);
    }
}

//! Writes a database from its sorted entries, in one pass.

use std::io::{self, Seek, SeekFrom, Write};

use super::block::BlockBuilder;
use super::format::{Header, Pointer, checksum};

/// Size up to which a block is filled: small enough for a cheap check on first use, and large
/// enough that pointers take little space.
const BLOCK_BYTES: usize = 4 * 1024;

/// Writes blocks as they fill up, and holds one block for each height.
#[derive(Debug)]
pub(crate) struct TreeWriter<W> {
    out: W,
    offset: u64,
    blocks: u32,
    heights: Vec<BlockBuilder>,
    last_key: Option<Vec<u8>>,
}

impl<W: Write + Seek> TreeWriter<W> {
    /// Starts a database at the start of `out`.
    pub(crate) fn new(mut out: W) -> io::Result<Self> {
        // Reserves space for the header, which is written last.
        out.write_all(&[0; Header::BYTES])?;
        let offset = u64::try_from(Header::BYTES).map_err(io::Error::other)?;
        let heights = vec![BlockBuilder::default()];
        Ok(Self { out, offset, blocks: 0, heights, last_key: None })
    }

    /// Adds an entry, whose key must be above all earlier ones.
    pub(crate) fn add(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        if self.last_key.as_deref().is_some_and(|last| last >= key) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "keys must ascend"));
        }
        self.last_key = Some(key.to_vec());
        self.push(0, key, value)
    }

    /// Writes the rest and the header.
    pub(crate) fn finish(mut self, info: &[u8]) -> io::Result<W> {
        let mut height = 0;
        let root = loop {
            let (first_key, pointer) = self.write_block(height)?;
            height += 1;
            if height == self.heights.len() {
                break pointer;
            }
            self.push(height, &first_key, &pointer.to_bytes())?;
        };
        let info = self.write(info)?;
        let header = Header { blocks: self.blocks, length: self.offset, root, info };
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header.to_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn push(&mut self, height: usize, key: &[u8], value: &[u8]) -> io::Result<()> {
        if height == self.heights.len() {
            self.heights.push(BlockBuilder::default());
        }
        let full = self
            .heights
            .get(height)
            .is_some_and(|block| !block.is_empty() && block.bytes_with(key, value) > BLOCK_BYTES);
        if full {
            let (first_key, pointer) = self.write_block(height)?;
            self.push(height + 1, &first_key, &pointer.to_bytes())?;
        }
        let pushed = self.heights.get_mut(height).and_then(|block| block.push(key, value));
        pushed.ok_or_else(|| too_large("key"))
    }

    /// Writes the block of a height; returns its first key and its pointer.
    fn write_block(&mut self, height: usize) -> io::Result<(Vec<u8>, Pointer)> {
        let level = u8::try_from(height).map_err(|_| too_large("tree"))?;
        let block = self.heights.get_mut(height).ok_or_else(|| too_large("tree"))?;
        let first_key = block.first_key().to_vec();
        let bytes = block.take(level).ok_or_else(|| too_large("block"))?;
        Ok((first_key, self.write(&bytes)?))
    }

    fn write(&mut self, block: &[u8]) -> io::Result<Pointer> {
        let length = u32::try_from(block.len()).map_err(|_| too_large("block"))?;
        let pointer =
            Pointer { block: self.blocks, length, offset: self.offset, checksum: checksum(block) };
        self.out.write_all(block)?;
        self.offset += u64::from(length);
        self.blocks = self.blocks.checked_add(1).ok_or_else(|| too_large("number of blocks"))?;
        Ok(pointer)
    }
}

fn too_large(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a {what} too large for the format"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::Error;
    use crate::database::blocks::Blocks;

    type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

    fn file(entries: &Entries) -> Vec<u8> {
        let mut tree = TreeWriter::new(Cursor::new(Vec::new())).unwrap();
        for (key, value) in entries {
            tree.add(key, value).unwrap();
        }
        tree.finish(b"info").unwrap().into_inner()
    }

    fn entries() -> impl Strategy<Value = Entries> {
        let bytes = |max| proptest::collection::vec(any::<u8>(), 0..max);
        let value = prop_oneof![9 => bytes(300), 1 => bytes(40_000)];
        proptest::collection::btree_map(bytes(6), value, 0..200)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_lookup_is_that_of_a_map(entries in entries(), other in any::<[u8; 2]>()) {
            let blocks = Blocks::new(Box::new(file(&entries))).unwrap();
            for (key, value) in &entries {
                prop_assert_eq!(blocks.get(key).unwrap(), Some(value.as_slice()));
            }
            let expected = entries.get(&other[..]).map(Vec::as_slice);
            prop_assert_eq!(blocks.get(&other).unwrap(), expected);
        }

        /// Whoever makes a checksum fit can say what he likes, but not make it panic or hang.
        #[test]
        fn a_forged_block_makes_no_panic(
            entries in entries(),
            forged in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut file = file(&entries);
            let header = Header::of(&file).unwrap();
            let root = usize::try_from(header.root.offset).unwrap();
            let end = root + usize::try_from(header.root.length).unwrap();
            for (at, byte) in forged {
                file[root..end][at.index(end - root)] = byte;
            }
            let checksum = checksum(&file[root..end]);
            let header = Header { root: Pointer { checksum, ..header.root }, ..header };
            file[..Header::BYTES].copy_from_slice(&header.to_bytes());
            let blocks = Blocks::new(Box::new(file)).unwrap();
            for key in entries.keys() {
                match blocks.get(key) {
                    Ok(_) | Err(Error::Malformed { .. } | Error::Damaged { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn keys_must_ascend() {
        let mut tree = TreeWriter::new(Cursor::new(Vec::new())).unwrap();
        tree.add(b"b", b"").unwrap();
        for key in [&b"b"[..], b"a"] {
            let error = tree.add(key, b"").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    }
}

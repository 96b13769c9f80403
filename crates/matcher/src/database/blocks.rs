//! Reads blocks, each of which is checked on first use.

use std::sync::atomic::{AtomicU64, Ordering};

use super::block::{Block, Entry};
use super::format::{Header, Pointer, checksum};
use crate::Error;

/// The blocks of a file, and which of them were already checked.
pub(crate) struct Blocks {
    file: Box<dyn AsRef<[u8]> + Send + Sync>,
    header: Header,
    /// One bit for each block. If a thread does not yet see a bit that another one has set, a block
    /// is merely checked twice.
    checked: Vec<AtomicU64>,
}

impl Blocks {
    pub(crate) fn new(file: Box<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self, Error> {
        let header = Header::of(file.as_ref().as_ref())?;
        let words = header.blocks.div_ceil(u64::BITS);
        let checked = (0..words).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { file, header, checked })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, Error> {
        self.get_near(&mut None, key)
    }

    /// The value of a key, which is first searched in the leaf of the previous lookup.
    pub(crate) fn get_near<'d>(
        &'d self,
        near: &mut Option<Leaf<'d>>,
        key: &[u8],
    ) -> Result<Option<&'d [u8]>, Error> {
        if !near.as_ref().is_some_and(|leaf| leaf.covers(key)) {
            *near = self.leaf(key)?;
        }
        let Some(leaf) = near else { return Ok(None) };
        leaf.block.find(key).ok_or(Error::Malformed { offset: leaf.offset })
    }

    /// The leaf for a key; none for a key before all others.
    fn leaf(&self, key: &[u8]) -> Result<Option<Leaf<'_>>, Error> {
        let mut pointer = self.header.root;
        let mut above = None;
        let (mut first, mut behind) = (&[][..], None);
        loop {
            let block = self.block(pointer, above)?;
            let offset = pointer.offset;
            if block.height() == 0 {
                return Ok(Some(Leaf { block, offset, first, behind }));
            }
            let index = block.last_not_above(key).ok_or(Error::Malformed { offset })?;
            let Some(index) = index else { return Ok(None) };
            behind = block.entry(index + 1).map(|(key, _)| key).or(behind);
            above = Some(block.height());
            (first, pointer) = child(block, index, offset)?;
        }
    }

    /// The block of a pointer in a block of height `above`. Heights decrease by one, so no chain of
    /// pointers is endless.
    pub(crate) fn block(&self, pointer: Pointer, above: Option<u8>) -> Result<Block<'_>, Error> {
        let block = Block::new(self.bytes(pointer)?)
            .filter(|block| above.is_none_or(|above| above.checked_sub(1) == Some(block.height())));
        block.ok_or(Error::Malformed { offset: pointer.offset })
    }

    /// The bytes of a pointer, checked.
    pub(crate) fn bytes(&self, pointer: Pointer) -> Result<&[u8], Error> {
        let malformed = Error::Malformed { offset: pointer.offset };
        let Some(bytes) = pointer.slice(self.file.as_ref().as_ref()) else {
            return Err(malformed);
        };
        let Ok(word) = usize::try_from(pointer.block / u64::BITS) else { return Err(malformed) };
        let Some(word) = self.checked.get(word) else { return Err(malformed) };
        let bit = 1 << (pointer.block % u64::BITS);
        if word.load(Ordering::Relaxed) & bit == 0 {
            // A fuzzer could not produce valid checksums.
            if !cfg!(fuzzing) && checksum(bytes) != pointer.checksum {
                return Err(Error::Damaged { offset: pointer.offset });
            }
            word.fetch_or(bit, Ordering::Relaxed);
        }
        Ok(bytes)
    }
}

/// A leaf, and the range of keys that belong into it.
#[derive(Debug)]
pub(crate) struct Leaf<'d> {
    block: Block<'d>,
    /// Its position in the file.
    offset: u64,
    first: &'d [u8],
    /// The first key of the next leaf.
    behind: Option<&'d [u8]>,
}

impl Leaf<'_> {
    fn covers(&self, key: &[u8]) -> bool {
        self.first <= key && self.behind.is_none_or(|behind| key < behind)
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks").field("header", &self.header).finish_non_exhaustive()
    }
}

/// An entry of a block and its pointer; `offset` is the block's.
pub(crate) fn child(
    block: Block<'_>,
    index: usize,
    offset: u64,
) -> Result<(&[u8], Pointer), Error> {
    block
        .entry(index)
        .and_then(|(key, value): Entry<'_>| Some((key, Pointer::from_bytes(value)?)))
        .ok_or(Error::Malformed { offset })
}

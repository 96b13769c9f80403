//! Reading blocks, each checked when it is first touched.

use std::sync::atomic::{AtomicU64, Ordering};

use super::block::{Block, Entry};
use super::format::{Header, Pointer, checksum};
use crate::Error;

/// The blocks of a file, and which of them have been found whole.
pub(crate) struct Blocks {
    file: Box<dyn AsRef<[u8]> + Send + Sync>,
    header: Header,
    /// One bit a block. A bit that another thread has set and this one does not see yet means
    /// that a block is checked twice, no more.
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
        let mut pointer = self.header.root;
        let mut above = None;
        loop {
            let block = self.block(pointer, above)?;
            let malformed = Error::Malformed { offset: pointer.offset };
            if block.height() == 0 {
                return block.find(key).ok_or(malformed);
            }
            let Some(index) = block.last_not_above(key).ok_or(malformed)? else {
                return Ok(None);
            };
            above = Some(block.height());
            pointer = child(block, index, pointer.offset)?.1;
        }
    }

    /// The block behind a pointer, which stands in a block of height `above`: as heights go
    /// down by one, no chain of pointers is endless.
    pub(crate) fn block(&self, pointer: Pointer, above: Option<u8>) -> Result<Block<'_>, Error> {
        let block = Block::new(self.bytes(pointer)?)
            .filter(|block| above.is_none_or(|above| above.checked_sub(1) == Some(block.height())));
        block.ok_or(Error::Malformed { offset: pointer.offset })
    }

    /// The bytes behind a pointer, checked.
    pub(crate) fn bytes(&self, pointer: Pointer) -> Result<&[u8], Error> {
        let malformed = Error::Malformed { offset: pointer.offset };
        let Some(bytes) = pointer.slice(self.file.as_ref().as_ref()) else {
            return Err(malformed);
        };
        let Ok(word) = usize::try_from(pointer.block / u64::BITS) else { return Err(malformed) };
        let Some(word) = self.checked.get(word) else { return Err(malformed) };
        let bit = 1 << (pointer.block % u64::BITS);
        if word.load(Ordering::Relaxed) & bit == 0 {
            // A fuzzer could not get past it.
            if !cfg!(fuzzing) && checksum(bytes) != pointer.checksum {
                return Err(Error::Damaged { offset: pointer.offset });
            }
            word.fetch_or(bit, Ordering::Relaxed);
        }
        Ok(bytes)
    }
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks").field("header", &self.header).finish_non_exhaustive()
    }
}

/// An entry of a block and where it points; `offset` is the block's.
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

//! Checks a whole database.

use minicbor::Decode;

use super::Database;
use super::blocks::child;
use super::format::{Header, Pointer};
use super::key::Kind;
use super::list::List;
use super::value::{Affected, Epss, Exploited, Mention, Record};
use crate::Error;

/// The contents of a database, counted during a complete check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Blocks, including the one with the information.
    pub blocks: u64,
    /// Bytes.
    pub bytes: u64,
    /// Records.
    pub records: u64,
    /// Packages, counted once for each ecosystem and release.
    pub packages: u64,
}

impl Database {
    /// Checks that every block matches its checksum, all keys are in order, every value can be
    /// read, every named record exists, and every byte of the file belongs to a block.
    ///
    /// # Errors
    /// The first fault.
    pub fn verify(&self) -> Result<Verified, Error> {
        let header = *self.blocks.header();
        let mut walk = Walk {
            database: self,
            last_key: None,
            next: Tiles::default(),
            counts: Verified::default(),
        };
        walk.subtree(header.root, None, None)?;
        walk.next.take(header.info)?;
        self.blocks.bytes(header.info)?;
        walk.next.end(&header)?;
        Ok(Verified { blocks: u64::from(header.blocks), bytes: header.length, ..walk.counts })
    }
}

struct Walk<'d> {
    database: &'d Database,
    last_key: Option<&'d [u8]>,
    next: Tiles,
    counts: Verified,
}

impl<'d> Walk<'d> {
    fn subtree(
        &mut self,
        pointer: Pointer,
        above: Option<u8>,
        first_key: Option<&[u8]>,
    ) -> Result<(), Error> {
        self.next.take(pointer)?;
        let malformed = || Error::Malformed { offset: pointer.offset };
        let block = self.database.blocks.block(pointer, above)?;
        for index in 0..block.len() {
            let (key, value) = block.entry(index).ok_or_else(malformed)?;
            if index == 0 && first_key.is_some_and(|first| first != key) {
                return Err(malformed());
            }
            if block.height() > 0 {
                let (key, below) = child(block, index, pointer.offset)?;
                self.subtree(below, Some(block.height()), Some(key))?;
                continue;
            }
            if self.last_key.is_some_and(|last| last >= key) {
                return Err(malformed());
            }
            self.last_key = Some(key);
            self.entry(key, value)?;
        }
        // Only a database without any entry has an empty block.
        match block.len() == 0 && above.is_some() {
            true => Err(malformed()),
            false => Ok(()),
        }
    }

    fn entry(&mut self, key: &'d [u8], value: &'d [u8]) -> Result<(), Error> {
        match Kind::of(key) {
            Some(Kind::Package) => {
                self.counts.packages += 1;
                for affected in List::<Affected<'_>>::filling(value).iter() {
                    let affected = affected.map_err(|_| malformed_value(key))?;
                    affected.read_lists().map_err(|_| malformed_value(key))?;
                    self.require_record(key, affected.record)?;
                }
            }
            Some(Kind::Record) => {
                self.counts.records += 1;
                decode::<Record<'_>>(key, value)?;
            }
            Some(Kind::Mention) => {
                for mention in decode::<Vec<Mention<'_>>>(key, value)? {
                    self.require_record(key, mention.record)?;
                }
            }
            Some(Kind::Exploited) => {
                decode::<Exploited<'_>>(key, value)?;
            }
            Some(Kind::Epss) => {
                decode::<Epss>(key, value)?;
            }
            None => {}
        }
        Ok(())
    }

    fn require_record(&self, key: &[u8], id: &str) -> Result<(), Error> {
        match self.database.blocks.get(&Kind::Record.key(id))? {
            Some(_) => Ok(()),
            None => Err(malformed_value(key)),
        }
    }
}

/// Reads a value from exactly its bytes.
pub(super) fn decode<'b, T: Decode<'b, ()>>(key: &[u8], value: &'b [u8]) -> Result<T, Error> {
    let mut decoder = minicbor::Decoder::new(value);
    let decoded = decoder.decode().map_err(|_| malformed_value(key))?;
    match decoder.position() == value.len() {
        true => Ok(decoded),
        false => Err(malformed_value(key)),
    }
}

pub(super) fn malformed_value(key: &[u8]) -> Error {
    Error::MalformedValue { key: key.escape_ascii().to_string() }
}

/// Checks that blocks follow the header without gaps, each once and numbered in order.
#[derive(Default)]
struct Tiles {
    seen: std::collections::BTreeMap<u64, Pointer>,
}

impl Tiles {
    fn take(&mut self, pointer: Pointer) -> Result<(), Error> {
        match self.seen.insert(pointer.offset, pointer) {
            Some(_) => Err(Error::Malformed { offset: pointer.offset }),
            None => Ok(()),
        }
    }

    fn end(&self, header: &Header) -> Result<(), Error> {
        let mut offset = u64::try_from(Header::BYTES).unwrap_or_default();
        let mut block = 0;
        for pointer in self.seen.values() {
            if (pointer.offset, pointer.block) != (offset, block) {
                return Err(Error::Malformed { offset: pointer.offset });
            }
            offset += u64::from(pointer.length);
            block += 1;
        }
        match (offset, block) == (header.length, header.blocks) {
            true => Ok(()),
            false => Err(Error::Malformed { offset }),
        }
    }
}

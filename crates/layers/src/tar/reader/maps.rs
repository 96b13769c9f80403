//! Reads the maps of sparse files: from the header, from pax records, or from before the content.

use std::io::BufRead;

use super::{MAX_SPECIAL_BYTES, Skip, TarReader, replace};
use crate::stream::length;
use crate::tar::header::{BLOCK, Format, Header, number};
use crate::tar::sparse::decimal;
use crate::tar::{Malformed, TarError};

impl<R: BufRead + Skip> TarReader<R> {
    /// A map in the header and in blocks after it (GNU tar manual, "Old GNU Format").
    pub(super) fn old_sparse(&mut self, header: Header<'_>) -> Result<(), TarError> {
        if header.format() != Format::Gnu {
            return Err(self.malformed(Malformed::SparseMap));
        }
        let real_size = header.real_size().map_err(|what| self.malformed(what))?;
        let (entries, mut goes_on) = header.sparse();
        self.push_entries(entries)?;
        let mut bytes = 0;
        while goes_on {
            bytes += length(BLOCK);
            if bytes > MAX_SPECIAL_BYTES {
                return Err(self.malformed(Malformed::TooLong(MAX_SPECIAL_BYTES)));
            }
            let mut block = [0; BLOCK];
            if !self.block(&mut block)? {
                return Err(self.malformed(Malformed::Cut));
            }
            self.push_entries(block.get(..504).unwrap_or_default())?;
            goes_on = block.get(504) != Some(&0);
        }
        self.be_sparse(real_size)
    }

    fn push_entries(&mut self, entries: &[u8]) -> Result<(), TarError> {
        for entry in entries.chunks(24) {
            let Some((offset, bytes)) = entry.split_at_checked(12) else { break };
            if offset.first() == Some(&0) {
                break;
            }
            let numbers = number(offset).zip(number(bytes));
            let (offset, bytes) = numbers.ok_or(self.malformed(Malformed::SparseMap))?;
            self.map.push(offset);
            self.map.push(bytes);
        }
        Ok(())
    }

    /// A map in pax records (versions 0.0 and 0.1) or before the content (1.0).
    pub(super) fn pax_sparse(&mut self) -> Result<(), TarError> {
        let records = std::mem::take(&mut self.extensions.sparse);
        let version = records.version.as_ref().map(|(major, minor)| (&major[..], &minor[..]));
        let before_content = match version {
            Some((b"1", b"0")) => true,
            Some((b"0", b"0" | b"1")) => false,
            None if records.numbers.is_some() => false,
            Some(_) | None => return Ok(()),
        };
        if !records.name.is_empty() {
            replace(&mut self.name, &records.name);
        }
        let real_size = records.size.or(records.real_size).unwrap_or(self.size);
        if before_content {
            self.read_map()?;
        } else {
            self.map = records.numbers.unwrap_or_default();
            if records.blocks != Some(self.map.pieces()) {
                return Err(self.malformed(Malformed::SparseMap));
            }
        }
        self.be_sparse(real_size)
    }

    /// Reads the map before the content: one number on each line, the first of which is the number
    /// of pieces, padded to a whole block.
    fn read_map(&mut self) -> Result<(), TarError> {
        let (mut line, mut bytes) = (Vec::new(), 0);
        let mut left = None;
        while left != Some(0_u64) {
            bytes += length(BLOCK);
            if bytes > MAX_SPECIAL_BYTES {
                return Err(self.malformed(Malformed::TooLong(MAX_SPECIAL_BYTES)));
            }
            let mut block = [0; BLOCK];
            if self.stored < length(BLOCK) || !self.block(&mut block)? {
                return Err(self.malformed(Malformed::SparseMap));
            }
            self.stored -= length(BLOCK);
            for byte in block {
                if left == Some(0) {
                    break;
                }
                if byte != b'\n' {
                    line.push(byte);
                    continue;
                }
                let number = decimal(&line).ok_or(self.malformed(Malformed::SparseMap))?;
                line.clear();
                left = Some(match left {
                    None => number.saturating_mul(2),
                    Some(left) => {
                        self.map.push(number);
                        left - 1
                    }
                });
            }
        }
        Ok(())
    }

    fn be_sparse(&mut self, real_size: u64) -> Result<(), TarError> {
        self.map.check(real_size, self.stored).map_err(|what| self.malformed(what))?;
        self.size = real_size;
        self.is_sparse = true;
        // Skips pieces without bytes at the very start.
        self.passed(0);
        Ok(())
    }
}

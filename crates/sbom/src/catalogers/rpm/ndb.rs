//! `Packages.db`, rpm's own database of SUSE systems (`lib/backend/ndb/rpmpkg.c` of rpm 4.20).
//!
//! It has pages of slots, then blobs, each with a head and a tail around the header. A slot has the
//! number of its record and the blocks of 16 bytes that the blob takes; the first two slots are the
//! file's head. All numbers are little-endian.

use super::bytes::{Order, slice};
use super::package::Packages;

const MAGIC: &[u8] = b"RpmP";
const SLOT_MAGIC: &[u8] = b"Slot";
const HEAD_MAGIC: &[u8] = b"BlbS";
const TAIL_MAGIC: &[u8] = b"BlbE";
const VERSION: u32 = 0;

const PAGE_BYTES: usize = 4096;
const SLOT_BYTES: usize = 16;
/// Slots that the file's head takes.
const HEAD_SLOTS: usize = 2;
const BLOCK_BYTES: usize = 16;
const BLOB_HEAD_BYTES: usize = 16;
const BLOB_TAIL_BYTES: usize = 12;

/// Whether a file begins as one of these.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads every record, in the order of the file.
pub(super) fn read(bytes: &[u8], packages: &mut Packages<'_>) -> Result<(), NdbError> {
    let mut slots = slots(bytes, packages)?;
    slots.sort_unstable_by_key(|slot| slot.start);
    // Blobs do not overlap; a hostile file could make one part of it stand for many.
    let mut free_from = 0;
    for slot in slots {
        let record = slot.record;
        if slot.start < free_from {
            packages.problem(NdbError::Overlap { record }.to_string());
            continue;
        }
        free_from = slot.start.saturating_add(slot.length);
        match slot.header(bytes) {
            Ok((header, is_sound)) => {
                if !is_sound {
                    packages.problem(NdbError::Checksum { record }.to_string());
                }
                packages.add(u64::from(record), header);
            }
            Err(error) => packages.problem(error.to_string()),
        }
    }
    Ok(())
}

/// Why a database or a record of it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NdbError {
    /// The file ends within its head.
    #[error("a file of {0} bytes")]
    NoHead(usize),
    /// A version that was not there when this was written.
    #[error("version {0}, known is {VERSION}")]
    Version(u32),
    /// The file ends within its slots.
    #[error("the file ends within its slots, after {0} bytes")]
    SlotsCut(usize),
    /// Something else where a slot must be.
    #[error("slot {0} is none")]
    Slot(usize),
    /// A blob outside of the file.
    #[error("record {record} lies outside of the file")]
    Outside { record: u32 },
    /// A blob whose head or tail says something else than its slot.
    #[error("record {record}: its head and tail do not fit its slot")]
    Blob { record: u32 },
    /// A blob that begins within another.
    #[error("record {record} lies within another")]
    Overlap { record: u32 },
    /// What was stored has changed since.
    #[error("record {record}: its checksum is wrong")]
    Checksum { record: u32 },
}

/// A slot in use, its blob in bytes of the file.
struct Slot {
    record: u32,
    start: usize,
    length: usize,
}

/// The slots in use.
fn slots(bytes: &[u8], packages: &mut Packages<'_>) -> Result<Vec<Slot>, NdbError> {
    let head = (Order::Little.u32(bytes, 4), Order::Little.size(bytes, 12));
    let (Some(version), Some(pages)) = head else { return Err(NdbError::NoHead(bytes.len())) };
    if version != VERSION {
        return Err(NdbError::Version(version));
    }
    let promised = pages.saturating_mul(PAGE_BYTES);
    let area = bytes.get(..promised).unwrap_or(bytes);
    if area.len() < promised {
        packages.problem(NdbError::SlotsCut(area.len()).to_string());
    }
    let (all, _) = area.as_chunks::<SLOT_BYTES>();
    let mut slots = Vec::new();
    for (number, slot) in all.iter().enumerate().skip(HEAD_SLOTS) {
        if !slot.starts_with(SLOT_MAGIC) {
            packages.problem(NdbError::Slot(number).to_string());
            continue;
        }
        let number = |at| Order::Little.u32(slot, at).unwrap_or_default();
        let in_bytes =
            |blocks| usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(BLOCK_BYTES);
        let (record, start, length) = (number(4), in_bytes(number(8)), in_bytes(number(12)));
        // Record 0 is a slot that is free.
        if record != 0 {
            slots.push(Slot { record, start, length });
        }
    }
    Ok(slots)
}

impl Slot {
    /// The header in the blob, and whether its checksum is right.
    fn header<'b>(&self, bytes: &'b [u8]) -> Result<(&'b [u8], bool), NdbError> {
        let record = self.record;
        let blob = slice(bytes, self.start, self.length).ok_or(NdbError::Outside { record })?;
        let malformed = NdbError::Blob { record };
        let content = blob.len().checked_sub(BLOB_TAIL_BYTES).ok_or(malformed)?;
        let (content, tail) = blob.split_at_checked(content).ok_or(malformed)?;
        let length = Order::Little.size(content, 12).ok_or(malformed)?;
        let fits = content.starts_with(HEAD_MAGIC)
            && tail.ends_with(TAIL_MAGIC)
            && Order::Little.u32(content, 4) == Some(record)
            && Order::Little.size(tail, 4) == Some(length);
        let header = slice(content, BLOB_HEAD_BYTES, length).filter(|_| fits).ok_or(malformed)?;
        Ok((header, Order::Little.u32(tail, 0) == Some(adler32(content))))
    }
}

/// Adler-32 (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65521;
    /// The most bytes after which the sums still fit (zlib's `NMAX`).
    const CHUNK_BYTES: usize = 5552;
    let (mut a, mut b) = (1, 0);
    for chunk in bytes.chunks(CHUNK_BYTES) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        a %= BASE;
        b %= BASE;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{headers, names_and_problems_of, size};
    use super::*;

    fn read_bytes(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        names_and_problems_of(|packages| read(bytes, packages))
    }

    /// A database with one page of slots; record numbers count from 1.
    fn write(headers: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0; PAGE_BYTES];
        bytes[..4].copy_from_slice(MAGIC);
        bytes[12..16].copy_from_slice(&1_u32.to_le_bytes());
        for slot in bytes.chunks_exact_mut(SLOT_BYTES).skip(HEAD_SLOTS) {
            slot[..4].copy_from_slice(SLOT_MAGIC);
        }
        for (record, header) in (1_u32..).zip(headers) {
            let (start, length) = (bytes.len() / BLOCK_BYTES, size(header.len()).to_le_bytes());
            let mut blob = [HEAD_MAGIC, &record.to_le_bytes(), &[0; 4], &length, header].concat();
            blob.resize((blob.len() + BLOB_TAIL_BYTES).next_multiple_of(BLOCK_BYTES) - 12, 0);
            let sum = adler32(&blob).to_le_bytes();
            blob.extend([&sum[..], &length, TAIL_MAGIC].concat());
            bytes.extend(&blob);
            let slot = slot(record);
            let numbers = [record, size(start), size(blob.len() / BLOCK_BYTES)];
            let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            bytes[slot + 4..slot + 16].copy_from_slice(&numbers);
        }
        bytes
    }

    /// Where the slot of a record lies.
    fn slot(record: u32) -> usize {
        SLOT_BYTES * (HEAD_SLOTS - 1 + usize::try_from(record).unwrap())
    }

    #[test]
    fn reads_every_slot_in_use() {
        let bytes = write(&headers(&[("a", 0), ("b", 3000), ("c", 7)]));
        assert!(is_one(&bytes));
        let (names, problems) = read_bytes(&bytes);
        assert_eq!((names.join(" ").as_str(), problems), ("a b c", vec![]));
    }

    #[test]
    fn checksums_as_zlib_makes_them() {
        assert_eq!(adler32(b""), 1);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(&[0xff; 100_000]), 0x149a_302c);
    }

    #[test]
    fn what_does_not_fit_is_told_and_the_rest_read() {
        let good = write(&headers(&[("a", 0), ("b", 3000)]));
        let changed = |at: usize, bytes: &[u8]| {
            let mut changed = good.clone();
            changed[at..at + bytes.len()].copy_from_slice(bytes);
            read_bytes(&changed)
        };
        for (at, byte, problem) in [
            (slot(1), b'x', "slot 2 is none"),
            (slot(1) + 11, 0x7f, "record 1 lies outside of the file"),
            (slot(1) + 4, 9, "record 9: its head and tail do not fit its slot"),
            (PAGE_BYTES, b'x', "record 1: its head and tail do not fit its slot"),
        ] {
            assert_eq!(changed(at, &[byte]), (vec!["b".to_owned()], vec![problem.to_owned()]));
        }
        let (names, problems) = changed(good.len() - 20, b"x");
        assert_eq!(
            (names.len(), problems),
            (2, vec!["record 2: its checksum is wrong".to_owned()])
        );
        let first_blob = good[slot(1) + 8..slot(1) + 12].to_vec();
        let (names, problems) = changed(slot(2) + 8, &first_blob);
        assert_eq!((names.len(), problems), (1, vec!["record 2 lies within another".to_owned()]));
        assert_eq!(changed(4, &[1]).1, ["version 1, known is 0"]);
        assert_eq!(read_bytes(MAGIC).1, ["a file of 4 bytes"]);
        let cut = read_bytes(&good[..100]).1;
        assert_eq!(cut[0], "the file ends within its slots, after 100 bytes");
        assert_eq!(cut[1], "record 1 lies outside of the file");
    }

    proptest! {
        #[test]
        fn takes_any_bytes(changes in prop::collection::vec((0..9000_usize, any::<u8>()), 0..40)) {
            let mut bytes = write(&headers(&[("a", 0), ("b", 3000)]));
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            read_bytes(&bytes);
        }
    }
}

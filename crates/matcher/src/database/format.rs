//! The frame of a database file: the header and the pointers that lead from it to every byte.
//!
//! ```text
//! header | block | block | ... | block
//! ```
//!
//! All numbers are little-endian. The header is [`Header::BYTES`] long:
//!
//! | offset | bytes | what |
//! | ---: | ---: | --- |
//! | 0 | 8 | [`MAGIC`] |
//! | 8 | 4 | [`VERSION`] of the format |
//! | 12 | 4 | number of blocks |
//! | 16 | 8 | bytes of the file |
//! | 24 | 32 | pointer to the root block |
//! | 56 | 32 | pointer to the information block |
//! | 88 | 32 | SHA-256 of the 88 bytes before |
//!
//! A pointer is the number of the block (4), its length (4) and offset (8), and the first half of
//! its SHA-256 (16). Since blocks are named by their digests on every level, the header's checksum
//! covers the whole file.

use sha2::{Digest as _, Sha256};

use crate::Error;

/// The first bytes of a database. The first one is invalid in any text encoding; the last one
/// reveals a conversion of line ends.
pub(crate) const MAGIC: [u8; 8] = *b"\x89SEALDB\n";

/// Increased when older programs can no longer read the format. New keys and new fields of values
/// do not count, since older programs ignore them.
pub(crate) const VERSION: u32 = 2;

/// The position of a block, and the checksum of its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// Number of the block in the file, from 0.
    pub(crate) block: u32,
    pub(crate) length: u32,
    pub(crate) offset: u64,
    pub(crate) checksum: [u8; 16],
}

impl Pointer {
    pub(crate) const BYTES: usize = 32;

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = Writer::<{ Self::BYTES }>::new();
        bytes.put(&self.block.to_le_bytes());
        bytes.put(&self.length.to_le_bytes());
        bytes.put(&self.offset.to_le_bytes());
        bytes.put(&self.checksum);
        bytes.0
    }

    /// Reads a pointer from exactly `bytes`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let pointer = Self {
            block: u32::from_le_bytes(rest.take()?),
            length: u32::from_le_bytes(rest.take()?),
            offset: u64::from_le_bytes(rest.take()?),
            checksum: rest.take()?,
        };
        rest.0.is_empty().then_some(pointer)
    }

    /// The bytes of the block, unchecked.
    pub(crate) fn slice(self, file: &[u8]) -> Option<&[u8]> {
        let start = usize::try_from(self.offset).ok()?;
        let length = usize::try_from(self.length).ok()?;
        file.get(start..start.checked_add(length)?)
    }
}

/// The first half of the SHA-256 of a block.
pub(crate) fn checksum(block: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(block).into();
    Reader(&digest).take().unwrap_or_default()
}

/// The start of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) blocks: u32,
    pub(crate) length: u64,
    pub(crate) root: Pointer,
    pub(crate) info: Pointer,
}

impl Header {
    pub(crate) const BYTES: usize = Self::CHECKED_BYTES + 32;
    const CHECKED_BYTES: usize = 24 + 2 * Pointer::BYTES;

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = Writer::<{ Self::CHECKED_BYTES }>::new();
        bytes.put(&MAGIC);
        bytes.put(&VERSION.to_le_bytes());
        bytes.put(&self.blocks.to_le_bytes());
        bytes.put(&self.length.to_le_bytes());
        bytes.put(&self.root.to_bytes());
        bytes.put(&self.info.to_bytes());
        let mut whole = Writer::<{ Self::BYTES }>::new();
        whole.put(&bytes.0);
        whole.put(&Sha256::digest(bytes.0));
        whole.0
    }

    /// Reads and checks the header of a whole file.
    pub(crate) fn of(file: &[u8]) -> Result<Self, Error> {
        let actual = u64::try_from(file.len()).unwrap_or(u64::MAX);
        if file.iter().zip(MAGIC).any(|(found, wanted)| *found != wanted) {
            return Err(Error::NotADatabase);
        }
        let truncated = Error::TooShort { bytes: actual };
        let Some(header) = file.get(..Self::BYTES) else { return Err(truncated) };
        let mut rest = Reader(header);
        let (Some(_), Some(version)) = (rest.take::<8>(), rest.take().map(u32::from_le_bytes))
        else {
            return Err(truncated);
        };
        if version != VERSION {
            return Err(Error::ForeignFormat { found: version, known: VERSION });
        }
        let (checked, digest) = header.split_at(Self::CHECKED_BYTES);
        if Sha256::digest(checked).as_slice() != digest {
            return Err(Error::Damaged { offset: 0 });
        }
        let header = Self::fields(rest).ok_or(Error::Malformed { offset: 0 })?;
        if header.length != actual {
            return Err(Error::WrongLength { expected: header.length, actual });
        }
        // Every block has at least one byte, so the table of checked blocks stays small.
        if u64::from(header.blocks) > header.length {
            return Err(Error::Malformed { offset: 0 });
        }
        Ok(header)
    }

    fn fields(mut rest: Reader<'_>) -> Option<Self> {
        Some(Self {
            blocks: u32::from_le_bytes(rest.take()?),
            length: u64::from_le_bytes(rest.take()?),
            root: Pointer::from_bytes(&rest.take::<{ Pointer::BYTES }>()?)?,
            info: Pointer::from_bytes(&rest.take::<{ Pointer::BYTES }>()?)?,
        })
    }
}

/// Takes fixed-size pieces from the front.
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl Reader<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (piece, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*piece)
    }
}

/// Fills an array of fixed size; excess bytes are dropped.
struct Writer<const N: usize>([u8; N], usize);

impl<const N: usize> Writer<N> {
    fn new() -> Self {
        Self([0; N], 0)
    }

    fn put(&mut self, piece: &[u8]) {
        for (to, from) in self.0.iter_mut().skip(self.1).zip(piece) {
            *to = *from;
        }
        self.1 += piece.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let pointer = |block| Pointer { block, length: 5, offset: 120, checksum: [9; 16] };
        Header { blocks: 2, length: 130, root: pointer(0), info: pointer(1) }
    }

    #[test]
    fn headers_lead_back() {
        let mut file = header().to_bytes().to_vec();
        file.extend([0; 10]);
        assert_eq!(Header::of(&file).unwrap(), header());
    }

    #[test]
    fn every_other_start_is_refused() {
        let mut file = header().to_bytes().to_vec();
        file.extend([0; 10]);
        for at in 0..Header::BYTES {
            for bit in 0..8 {
                let mut flipped = file.clone();
                flipped[at] ^= 1 << bit;
                assert!(Header::of(&flipped).is_err(), "byte {at} bit {bit}");
            }
        }
        for length in 0..file.len() {
            assert!(Header::of(&file[..length]).is_err(), "{length} bytes");
        }
        file.push(0);
        assert!(matches!(
            Header::of(&file),
            Err(Error::WrongLength { expected: 130, actual: 131 })
        ));
        file[8] = 1;
        assert!(matches!(Header::of(&file), Err(Error::ForeignFormat { found: 1, known: 2 })));
        assert!(matches!(Header::of(b"PK\x03\x04"), Err(Error::NotADatabase)));
    }
}

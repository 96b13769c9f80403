//! Maps of sparse files: the pieces of a file that are in the archive; the rest is zeros.

use super::Malformed;

/// Pieces of data in ascending order, as alternating offsets and lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Map(Vec<u64>);

/// A piece of data of a sparse file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) end: u64,
}

impl Map {
    pub(super) fn push(&mut self, number: u64) {
        self.0.push(number);
    }

    /// Whether every offset has a length.
    pub(super) fn is_whole(&self) -> bool {
        self.0.len().is_multiple_of(2)
    }

    pub(super) fn pieces(&self) -> u64 {
        crate::stream::length(self.0.len() / 2)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn piece(&self, at: usize) -> Option<Piece> {
        match self.0.get(2 * at..2 * at + 2)? {
            [offset, bytes] => Some(Piece { start: *offset, end: offset.saturating_add(*bytes) }),
            _ => None,
        }
    }

    /// Checks that the pieces do not overlap, lie within the file, and have the total size that the
    /// archive holds.
    pub(super) fn check(&self, real_size: u64, stored: u64) -> Result<(), Malformed> {
        let (mut end, mut sum) = (0_u64, 0_u64);
        let mut at = 0;
        while let Some(piece) = self.piece(at) {
            if piece.start < end || piece.end > real_size {
                return Err(Malformed::SparseMap);
            }
            sum = sum.saturating_add(piece.end - piece.start);
            end = piece.end;
            at += 1;
        }
        if self.is_whole() && sum == stored { Ok(()) } else { Err(Malformed::SparseMap) }
    }
}

/// A decimal number below 2^63.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let value = digits.iter().try_fold(0_u64, |value, digit| match digit {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })?;
    (value <= i64::MAX.unsigned_abs()).then_some(value)
}

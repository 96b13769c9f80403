//! The DER shape that RSA keys and ECDSA signatures share: two numbers in a sequence.

use crate::der::{Cursor, NotDer, tag};

/// Reads `SEQUENCE { INTEGER, INTEGER }` with no negative number and nothing after it. Returns both
/// numbers big-endian without leading zeros.
pub(super) fn pair(encoded: &[u8]) -> Result<(&[u8], &[u8]), NotDer> {
    let mut numbers = Cursor::new(encoded).only(tag::SEQUENCE)?.inside();
    let first = numbers.take(tag::INTEGER)?.unsigned()?;
    let second = numbers.only(tag::INTEGER)?.unsigned()?;
    Ok((first, second))
}

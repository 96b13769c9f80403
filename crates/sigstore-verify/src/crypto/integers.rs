//! The one shape of DER that RSA keys and ECDSA signatures share: two numbers in a sequence.

use crate::der::{Cursor, NotDer, tag};

/// Reads `SEQUENCE { INTEGER, INTEGER }`, neither of them negative, nothing behind them. Gives
/// both big-endian without leading zeros.
pub(super) fn pair(encoded: &[u8]) -> Result<(&[u8], &[u8]), NotDer> {
    let mut numbers = Cursor::new(encoded).only(tag::SEQUENCE)?.inside();
    let first = numbers.take(tag::INTEGER)?.unsigned()?;
    let second = numbers.only(tag::INTEGER)?.unsigned()?;
    Ok((first, second))
}

//! Hexadecimal digits in pairs (RFC 4648 8).

use std::fmt::Write as _;

/// Writes digits in lower case.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads digits of either case; `None` for anything else, or for half a pair.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_pairs() {
        assert_eq!(encode(&[0, 255, 0xa1]), "00ffa1");
        assert_eq!(decode("00fFa1"), Some(vec![0, 255, 0xa1]));
        assert_eq!(decode(""), Some(Vec::new()));
        for text in ["0", "0g", "+1", "\u{e9}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}

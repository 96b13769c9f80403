//! Base64 (RFC 4648) in the two forms of Sigstore's documents. Both refuse every character that is
//! no digit, including white space, and a last digit whose unused bits are not zero: each value has
//! exactly one spelling.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Padding is either correct or absent.
const OPTIONAL_PADDING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(false),
);

/// Why text is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Base64Error {
    /// A character that is no digit of the alphabet.
    #[error("not base64: a foreign character at byte {at}")]
    Character {
        /// 0-based place in the text.
        at: usize,
    },
    /// Missing digits, or padding that is absent, too much or in the wrong place.
    #[error("not base64: wrong length or padding")]
    Length,
    /// The unused bits of the last digit are not zero.
    #[error("not base64: the unused bits of the last digit are not zero")]
    TrailingBits,
}

/// Reads the standard alphabet with padding (RFC 4648 section 4).
///
/// # Errors
/// For anything else, including line breaks.
pub fn decode(text: &str) -> Result<Vec<u8>, Base64Error> {
    STANDARD.decode(text).map_err(reason)
}

/// Reads what the JSON mapping of protocol buffers accepts for bytes: "Either standard or
/// URL-safe base64 encoding with/without paddings are accepted". One text keeps to one alphabet.
pub(crate) fn decode_lenient(text: &str) -> Result<Vec<u8>, Base64Error> {
    OPTIONAL_PADDING.decode(text).or_else(|_| {
        // Hardly anyone writes the other alphabet, so it is looked for only where this one fails.
        OPTIONAL_PADDING.decode(standard_digits(text)?.as_bytes()).map_err(reason)
    })
}

/// Writes the standard alphabet with padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The text in digits of the standard alphabet.
fn standard_digits(text: &str) -> Result<Cow<'_, str>, Base64Error> {
    if !text.contains(['-', '_']) {
        return Ok(Cow::Borrowed(text));
    }
    match text.find(['+', '/']) {
        Some(at) => Err(Base64Error::Character { at }),
        None => Ok(Cow::Owned(text.replace('-', "+").replace('_', "/"))),
    }
}

fn reason(error: base64::DecodeError) -> Base64Error {
    match error {
        base64::DecodeError::InvalidByte(_, b'=')
        | base64::DecodeError::InvalidLength(_)
        | base64::DecodeError::InvalidPadding => Base64Error::Length,
        base64::DecodeError::InvalidByte(at, _) => Base64Error::Character { at },
        base64::DecodeError::InvalidLastSymbol { .. } => Base64Error::TrailingBits,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_value_has_one_standard_spelling() {
        assert_eq!(decode("+/8="), Ok(vec![0xfb, 0xff]));
        assert_eq!(decode(""), Ok(Vec::new()));
        for (text, error) in [
            ("+/8", Base64Error::Length),
            ("+/8==", Base64Error::Length),
            ("+/8=A", Base64Error::Length),
            ("====", Base64Error::Length),
            ("A", Base64Error::Length),
            ("+/9=", Base64Error::TrailingBits),
            ("-_8=", Base64Error::Character { at: 0 }),
            ("+/8=\n", Base64Error::Character { at: 4 }),
            ("AA AA", Base64Error::Character { at: 2 }),
            ("\u{e9}AAA", Base64Error::Character { at: 0 }),
        ] {
            assert_eq!(decode(text), Err(error), "{text}");
        }
    }

    #[test]
    fn protocol_buffers_accept_more_spellings() {
        for text in ["+/8=", "+/8", "-_8=", "-_8"] {
            assert_eq!(decode_lenient(text), Ok(vec![0xfb, 0xff]), "{text}");
        }
        for (text, error) in [
            ("+_8=", Base64Error::Character { at: 0 }),
            ("+/9", Base64Error::TrailingBits),
            ("-_9=", Base64Error::TrailingBits),
            ("+/8==", Base64Error::Length),
            ("A", Base64Error::Length),
            ("AA\nAA", Base64Error::Character { at: 2 }),
        ] {
            assert_eq!(decode_lenient(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text).unwrap(), bytes.clone());
            prop_assert_eq!(decode_lenient(&text).unwrap(), bytes);
        }

        #[test]
        fn what_is_read_is_written(text in "[A-D+/=_-]{0,9}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}

//! Reads JSON with no more memory than the kept parts need.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use sealift_layers::LimitExceeded;
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

use super::DocumentLimits;
use crate::Error;
use crate::catalogers::text::utf8;

/// The text of a document of `format`, without byte order mark.
///
/// # Errors
/// It is too long or no UTF-8.
pub(crate) fn text_of<'a>(
    bytes: &'a [u8],
    format: &'static str,
    limits: &DocumentLimits,
) -> Result<&'a str, Error> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.max_sbom_bytes {
        return Err(LimitExceeded::new("max_sbom_bytes", limits.max_sbom_bytes).into());
    }
    utf8(bytes, format)
}

/// Whether a text can only be XML.
pub(crate) fn is_xml(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// A text as a JSON string, on one line.
pub(crate) fn escaped(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What a JSON error says, without the place in the part that was being read.
pub(crate) fn reason_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason).to_owned()
}

/// The beginning of a text out of a document, quoted, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
    }
}

/// A JSON string, borrowed from the document where it has no escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Chars;

        impl<'de> Visitor<'de> for Chars {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Chars).map(Self)
    }
}

/// What takes in the items of a list one by one.
pub(crate) trait Take<I> {
    /// Takes in the next item; an error ends the reading of the list.
    fn take(&mut self, item: I) -> Result<(), LimitExceeded>;
}

/// A JSON list that is handed on item by item, so that memory follows what is kept of it.
pub(crate) struct Gather<I, T>(pub(crate) T, PhantomData<I>);

impl<I, T> Gather<I, T> {
    pub(crate) fn into(taker: T) -> Self {
        Self(taker, PhantomData)
    }
}

impl<I, T: fmt::Debug> fmt::Debug for Gather<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, I: Deserialize<'de>, T: Take<I>> Visitor<'de> for Gather<I, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<T, A::Error> {
        while let Some(item) = items.next_element()? {
            self.0.take(item).map_err(A::Error::custom)?;
        }
        Ok(self.0)
    }
}

impl<'de, I: Deserialize<'de>, T: Take<I> + Default> Deserialize<'de> for Gather<I, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::into(T::default())).map(Self::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_excerpt_ends_in_dots() {
        assert_eq!(excerpt("a\n"), "\"a\\n\"");
        assert_eq!(excerpt(&"ä".repeat(300)), format!("\"{}\"…", "ä".repeat(200)));
    }

    #[test]
    fn text_is_bounded_utf_8_without_mark() {
        let limits = DocumentLimits { max_sbom_bytes: 8, ..DocumentLimits::default() };
        assert_eq!(text_of(b"\xef\xbb\xbf{}", "x", &limits).unwrap(), "{}");
        for (bytes, message) in [
            (&b"123456789"[..], "limit exceeded: max_sbom_bytes (8)"),
            (b"{\n\xff", "not a valid x: not UTF-8"),
        ] {
            assert_eq!(text_of(bytes, "x", &limits).unwrap_err().to_string(), message);
        }
    }
}

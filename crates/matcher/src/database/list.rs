//! Lists that are decoded on demand.

use std::marker::PhantomData;

use minicbor::decode::{self, Decoder};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// A list whose items are only decoded when it is iterated: for most records that name a package, a
/// part of one list is enough. In a value it is a byte string that contains a CBOR array, so it can
/// be skipped at once.
///
/// Equal lists have equal bytes, since their encoding is unique.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct List<'b, T> {
    /// The array; empty for an empty list.
    bytes: &'b [u8],
    items: PhantomData<T>,
}

/// The bytes of a list with these items, for [`List::filling`].
pub(crate) fn encoded<T: Encode<()>>(items: impl IntoIterator<Item = T>) -> Vec<u8> {
    let (mut count, mut encoded) = (0, Encoder::new(Vec::new()));
    for item in items {
        // Writing to memory cannot fail.
        count += u64::from(encoded.encode(item).is_ok());
    }
    let mut list = Encoder::new(Vec::new());
    let Ok(_) = list.array(count) else { return Vec::new() };
    let mut bytes = list.into_writer();
    bytes.append(encoded.writer_mut());
    bytes
}

/// An item of a list is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'b, T> List<'b, T> {
    /// The list with these bytes; anything malformed is found when it is iterated.
    pub(crate) fn filling(bytes: &'b [u8]) -> Self {
        Self { bytes, items: PhantomData }
    }

    /// The items, up to the first malformed one.
    pub(crate) fn iter(self) -> Items<'b, T> {
        let mut decoder = Decoder::new(self.bytes);
        let Ok(Some(left)) = decoder.array() else {
            // No bytes at all are an empty list; all others are too many.
            decoder.set_position(0);
            return Items { decoder, left: Some(0), items: PhantomData };
        };
        Items { decoder, left: Some(left), items: PhantomData }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !matches!(Decoder::new(self.bytes).array(), Ok(Some(1..)))
    }
}

/// The items of a [`List`].
#[derive(Debug)]
pub(crate) struct Items<'b, T> {
    decoder: Decoder<'b>,
    /// Number of remaining items; none after the last one, and after a malformed one.
    left: Option<u64>,
    items: PhantomData<T>,
}

impl<'b, T: Decode<'b, ()>> Iterator for Items<'b, T> {
    type Item = Result<T, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(left) = self.left.take()?.checked_sub(1) else {
            let is_whole = self.decoder.position() == self.decoder.input().len();
            return (!is_whole).then_some(Err(Malformed));
        };
        let item = self.decoder.decode().map_err(|_| Malformed);
        self.left = item.is_ok().then_some(left);
        Some(item)
    }
}

impl<T> Default for List<'_, T> {
    fn default() -> Self {
        Self { bytes: &[], items: PhantomData }
    }
}

impl<T, C> Encode<C> for List<'_, T> {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.bytes(self.bytes)?.ok()
    }
}

impl<'b, T, C> Decode<'b, C> for List<'b, T> {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes().map(Self::filling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_lead_back() {
        let bytes = encoded(["a", "", "b"]);
        assert_eq!(bytes, minicbor::to_vec(["a", "", "b"]).unwrap());
        let value = minicbor::to_vec(List::<&str>::filling(&bytes)).unwrap();
        let read: List<'_, &str> = minicbor::decode(&value).unwrap();
        assert_eq!(read.iter().collect::<Result<Vec<_>, _>>().unwrap(), ["a", "", "b"]);
        assert!(!read.is_empty());
        assert!(List::<&str>::default().is_empty());
    }

    #[test]
    fn an_item_of_another_type_ends_the_list() {
        let bytes = minicbor::to_vec(("a", 1, "b")).unwrap();
        let list = List::<&str>::filling(&bytes);
        assert_eq!(list.iter().collect::<Vec<_>>(), [Ok("a"), Err(Malformed)]);
    }

    #[test]
    fn what_stands_behind_the_last_item_is_too_much() {
        for bytes in [&[0x81, 0x01, 0x02][..], &[0xa0], &[0x01], &[0x9f, 0xff], &[0x82, 0x01]] {
            let list = List::<u8>::filling(bytes);
            assert_eq!(list.iter().last(), Some(Err(Malformed)), "{bytes:?}");
        }
    }
}

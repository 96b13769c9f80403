//! Walks DER (X.690) element by element, without copies, and gives the position of each.
//!
//! What was signed must be hashed as it was received, so parts of a certificate are kept as spans
//! of its bytes and never encoded again.

#[cfg(test)]
pub(crate) mod made;

use x509_cert::der::Decode;

/// Identifier octets (X.690 8.1.2) of universal types.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
}

/// The bytes are not the expected DER; the caller knows which structure they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotDer;

/// A range in the bytes of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(crate) fn of(self, der: &[u8]) -> &[u8] {
        der.get(self.start..self.end).unwrap_or_default()
    }

    /// The span without its first byte.
    pub(crate) fn skip_first(self) -> Self {
        Self { start: self.end.min(self.start + 1), end: self.end }
    }

    /// The span from the start of this one to the start of `inner`, which lies in it.
    pub(crate) fn until(self, inner: Self) -> Self {
        Self { start: self.start, end: inner.start }
    }

    /// The span from the end of `inner`, which lies in this one, to the end of this one.
    pub(crate) fn after(self, inner: Self) -> Self {
        Self { start: inner.end, end: self.end }
    }
}

/// One element: tag, length and value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    der: &'a [u8],
    pub(crate) tag: u8,
    /// Tag, length and value.
    pub(crate) whole: Span,
    /// The value alone.
    pub(crate) value: Span,
}

impl<'a> Element<'a> {
    /// The bytes of the value.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.der.get(self.value.start..self.value.end).unwrap_or_default()
    }

    /// The bytes with tag and length.
    pub(crate) fn encoded(&self) -> &'a [u8] {
        self.der.get(self.whole.start..self.whole.end).unwrap_or_default()
    }

    /// The elements that the value consists of.
    pub(crate) fn inside(&self) -> Cursor<'a> {
        Cursor { der: self.der, rest: self.value }
    }

    /// The contents of an INTEGER, which are as short as can be (X.690 8.3.2).
    pub(crate) fn integer(&self) -> Result<&'a [u8], NotDer> {
        match self.bytes() {
            [] | [0x00, 0..0x80, ..] | [0xff, 0x80..=0xff, ..] => Err(NotDer),
            octets => Ok(octets),
        }
    }

    /// An INTEGER that is not negative: big-endian, without leading zeros.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8], NotDer> {
        match self.integer()? {
            [0x80..=0xff, ..] => Err(NotDer),
            [0, octets @ ..] if !octets.is_empty() => Ok(octets),
            octets => Ok(octets),
        }
    }

    /// An INTEGER from 0 to 2^32 - 1.
    pub(crate) fn number(&self) -> Result<u32, NotDer> {
        let add = |number: u32, octet: &u8| Some(number.checked_mul(256)? | u32::from(*octet));
        self.unsigned()?.iter().try_fold(0, add).ok_or(NotDer)
    }

    /// Decodes the element as a type of the crate `der`.
    pub(crate) fn decode<T: Decode<'a>>(&self) -> Result<T, NotDer> {
        T::from_der(self.encoded()).map_err(|_| NotDer)
    }
}

/// The elements that are left to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    der: &'a [u8],
    rest: Span,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Self {
        Self { der, rest: Span { start: 0, end: der.len() } }
    }

    /// Reads within a span of `der`.
    pub(crate) fn within(der: &'a [u8], rest: Span) -> Self {
        Self { der, rest }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.start >= self.rest.end
    }

    /// The tag of the next element; `None` at the end.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.der.get(self.rest.start..self.rest.end).and_then(<[u8]>::first).copied()
    }

    /// The next element, whatever it is.
    #[inline]
    pub(crate) fn any(&mut self) -> Result<Element<'a>, NotDer> {
        let rest = self.der.get(self.rest.start..self.rest.end).ok_or(NotDer)?;
        let (tag, header, length) = header(rest)?;
        let start = self.rest.start + header;
        let end = start.checked_add(length).filter(|end| *end <= self.rest.end).ok_or(NotDer)?;
        let whole = Span { start: self.rest.start, end };
        self.rest.start = end;
        Ok(Element { der: self.der, tag, whole, value: Span { start, end } })
    }

    /// The next element, which must have `tag`.
    #[inline]
    pub(crate) fn take(&mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        let element = self.any()?;
        if element.tag == tag { Ok(element) } else { Err(NotDer) }
    }

    /// The next element if it has `tag`.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, NotDer> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// The contents of an OBJECT IDENTIFIER (X.690 8.19): numbers that end, without padding.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], NotDer> {
        let oid = self.take(tag::OBJECT_IDENTIFIER)?.bytes();
        let ends = oid.last().is_some_and(|last| *last < 0x80);
        let padded = oid.first() == Some(&0x80)
            || oid.windows(2).any(|pair| matches!(pair, [0..0x80, 0x80]));
        if ends && !padded { Ok(oid) } else { Err(NotDer) }
    }

    /// A BOOLEAN DEFAULT FALSE, whose default is not written (X.690 11.5).
    pub(crate) fn flag(&mut self) -> Result<bool, NotDer> {
        match self.optional(tag::BOOLEAN)? {
            None => Ok(false),
            Some(flag) if flag.bytes() == [0xff] => Ok(true),
            Some(_) => Err(NotDer),
        }
    }

    /// Checks that nothing follows.
    pub(crate) fn finish(self) -> Result<(), NotDer> {
        if self.is_empty() { Ok(()) } else { Err(NotDer) }
    }

    /// The only element, which must have `tag`.
    pub(crate) fn only(mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        let element = self.take(tag)?;
        self.finish()?;
        Ok(element)
    }
}

/// The tag, and the lengths in bytes of header and value. The tag has one byte, as all do here; the
/// length is definite and as short as possible (X.690 10.1).
#[inline]
fn header(bytes: &[u8]) -> Result<(u8, usize, usize), NotDer> {
    let (tag, length) = bytes.split_first().ok_or(NotDer)?;
    let (first, more) = length.split_first().ok_or(NotDer)?;
    if !has_form(*tag) {
        return Err(NotDer);
    }
    match (*first, more) {
        (0..=0x7f, _) => Ok((*tag, 2, usize::from(*first))),
        (0x81, [length @ 0x80..=0xff, ..]) => Ok((*tag, 3, usize::from(*length))),
        (0x82, [high @ 1..=0xff, low, ..]) => {
            Ok((*tag, 4, usize::from(u16::from_be_bytes([*high, *low]))))
        }
        (0x83, [high @ 1..=0xff, middle, low, ..]) => {
            let length = u32::from_be_bytes([0, *high, *middle, *low]);
            Ok((*tag, 5, usize::try_from(length).map_err(|_| NotDer)?))
        }
        _ => Err(NotDer),
    }
}

/// Whether a tag has one byte, and, if it is universal, is constructed exactly if it is a sequence
/// or set (X.690 10.2).
fn has_form(tag: u8) -> bool {
    const LONG: u8 = 0x1f;
    const CONSTRUCTED: u8 = 0x20;
    let universal = tag & 0xc0 == 0;
    let holds_elements = matches!(tag | CONSTRUCTED, tag::SEQUENCE | tag::SET);
    tag & LONG != LONG && (!universal || (tag & CONSTRUCTED != 0) == holds_elements)
}

/// An object identifier as shown to people, with dots.
pub(crate) fn oid_text(oid: &[u8]) -> String {
    use x509_cert::der::asn1::ObjectIdentifier;

    // Identifiers with huge numbers are written as bytes.
    ObjectIdentifier::from_bytes(oid).map_or_else(|_| format!("{oid:02x?}"), |oid| oid.to_string())
}

/// The tag `[number]` of a primitive value.
pub(crate) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag `[number]` of a value that holds elements.
pub(crate) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// Writes tag and length of a value of `length` bytes.
pub(crate) fn write_header(tag: u8, length: usize, out: &mut Vec<u8>) -> Result<(), NotDer> {
    out.push(tag);
    match u32::try_from(length).map_err(|_| NotDer)?.to_be_bytes() {
        [0, 0, 0, short @ 0..=0x7f] => out.push(short),
        [0, 0, 0, length] => out.extend_from_slice(&[0x81, length]),
        [0, 0, high, low] => out.extend_from_slice(&[0x82, high, low]),
        [0, high, middle, low] => out.extend_from_slice(&[0x83, high, middle, low]),
        _ => return Err(NotDer),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_where_they_are() {
        let der = [0x30, 0x05, 0x02, 0x01, 0x07, 0x05, 0x00];
        let outer = Cursor::new(&der).only(tag::SEQUENCE).unwrap();
        assert_eq!(outer.encoded(), der);
        let mut inside = outer.inside();
        let number = inside.take(tag::INTEGER).unwrap();
        assert_eq!((number.bytes(), number.encoded()), (&der[4..5], &der[2..5]));
        assert_eq!(outer.value.after(number.whole).of(&der), &der[5..]);
        assert!(inside.optional(tag::INTEGER).unwrap().is_none());
        assert!(inside.optional(tag::NULL).unwrap().is_some());
        inside.finish().unwrap();
    }

    #[test]
    fn ber_is_refused() {
        for (der, why) in [
            (&[0x30, 0x80, 0x00, 0x00][..], "indefinite length"),
            (&[0x04, 0x81, 0x01, 0x00], "long form of a short length"),
            (&[0x04, 0x82, 0x00, 0x81], "length with a leading zero"),
            (&[0x24, 0x00], "constructed octet string"),
            (&[0x10, 0x00], "primitive sequence"),
            (&[0x04, 0x02, 0x00], "shorter than its length"),
            (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], "longer than any input"),
            (&[0x1f, 0x20, 0x00], "a long tag"),
            (&[0x04, 0x83, 0x00, 0xff, 0xff], "a long length with a leading zero"),
            (&[0x04], "no length"),
            (&[], "nothing"),
        ] {
            assert!(Cursor::new(der).any().is_err(), "{why}");
        }
        let trailing = [0x05, 0x00, 0x00];
        assert_eq!(Cursor::new(&trailing).only(tag::NULL).err(), Some(NotDer));
    }

    #[test]
    fn integers_have_one_form() {
        let read = |der: &'static [u8]| Cursor::new(der).take(tag::INTEGER).unwrap();
        for (der, number) in [
            (&[0x02, 0x01, 0x00][..], Ok(0)),
            (&[0x02, 0x02, 0x00, 0x80], Ok(128)),
            (&[0x02, 0x05, 0x00, 0xff, 0xff, 0xff, 0xff], Ok(u32::MAX)),
            (&[0x02, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00], Err(NotDer)),
            (&[0x02, 0x02, 0x00, 0x7f], Err(NotDer)),
            (&[0x02, 0x01, 0xff], Err(NotDer)),
            (&[0x02, 0x00], Err(NotDer)),
        ] {
            assert_eq!(read(der).number(), number, "{der:02x?}");
        }
        assert_eq!(read(&[0x02, 0x02, 0x00, 0x80]).unsigned(), Ok(&[0x80][..]));
        // Serial numbers below zero do occur.
        assert_eq!(read(&[0x02, 0x01, 0xff]).integer(), Ok(&[0xff][..]));
        assert_eq!(read(&[0x02, 0x02, 0xff, 0x80]).integer(), Err(NotDer));
    }

    #[test]
    fn object_identifiers_have_one_form() {
        assert_eq!(Cursor::new(&[0x06, 0x02, 0x55, 0x1d]).oid(), Ok(&[0x55, 0x1d][..]));
        assert_eq!(Cursor::new(&[0x06, 0x03, 0x55, 0x81, 0x00]).oid(), Ok(&[0x55, 0x81, 0][..]));
        for refused in [&[0x06, 0x00][..], &[0x06, 1, 0x80], &[0x06, 3, 0x55, 0x80, 0x01]] {
            assert_eq!(Cursor::new(refused).oid(), Err(NotDer));
        }
        assert_eq!(oid_text(&[0x55, 0x1d, 0x0f]), "2.5.29.15");
        assert_eq!(oid_text(&[0x2a; 41]).len(), 4 * 41);
    }

    #[test]
    fn a_flag_is_written_only_when_it_is_set() {
        assert_eq!(Cursor::new(&[0x01, 0x01, 0xff]).flag(), Ok(true));
        assert_eq!(Cursor::new(&[]).flag(), Ok(false));
        assert_eq!(Cursor::new(&[0x01, 0x01, 0x00]).flag(), Err(NotDer), "the default");
        assert_eq!(Cursor::new(&[0x01, 0x01, 0x01]).flag(), Err(NotDer), "BER's true");
    }
}

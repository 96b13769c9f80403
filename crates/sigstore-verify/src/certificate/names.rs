//! Names in certificates: distinguished names as bytes, and general names (RFC 5280 4.1.2.4 and
//! 4.2.1.6).

use std::net::IpAddr;

use crate::der::{Cursor, Element, NotDer, Span, context, context_constructed, tag};

/// 1.3.6.1.4.1.57264.1.7: the user name that Fulcio puts into an otherName.
const USERNAME: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x07];

/// A distinguished name, whose parts are not looked at: names are equal when their bytes are.
///
/// Authorities copy the subject of their certificate byte by byte into the issuer of those they
/// sign, so the case folding of RFC 5280 7.1, which could err, is not needed.
pub(super) fn distinguished(name: Element<'_>) -> Result<Span, NotDer> {
    let mut names = name.inside();
    while !names.is_empty() {
        let mut attributes = names.take(tag::SET)?.inside();
        if attributes.is_empty() {
            return Err(NotDer);
        }
        while !attributes.is_empty() {
            let mut attribute = attributes.take(tag::SEQUENCE)?.inside();
            attribute.oid()?;
            attribute.any()?;
            attribute.finish()?;
        }
    }
    Ok(name.whole)
}

/// The form of a distinguished name among general names.
pub(super) const DIRECTORY_NAME: &str = "directoryName";

/// One name of a subjectAltName.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GeneralName<'a> {
    Email(&'a str),
    Dns(&'a str),
    Uri(&'a str),
    /// Fulcio's otherName.
    Username(&'a str),
    Address(IpAddr),
    /// A form that names no signer.
    Other {
        /// As RFC 5280 calls the form.
        form: &'static str,
    },
}

/// The names of a subjectAltName, one after the other.
#[derive(Clone, Debug)]
pub(super) struct GeneralNames<'a> {
    rest: Cursor<'a>,
}

impl<'a> GeneralNames<'a> {
    /// The names of the value of the extension.
    pub(super) fn parse(value: Cursor<'a>) -> Result<Self, NotDer> {
        Ok(Self { rest: value.only(tag::SEQUENCE)?.inside() })
    }

    /// No names: the extension is absent.
    pub(super) fn none() -> Self {
        Self { rest: Cursor::new(&[]) }
    }
}

impl<'a> Iterator for GeneralNames<'a> {
    type Item = Result<GeneralName<'a>, NotDer>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let name = self.rest.any().and_then(|element| GeneralName::of(&element));
        if name.is_err() {
            // What follows cannot be separated any more.
            self.rest = Cursor::new(&[]);
        }
        Some(name)
    }
}

impl<'a> GeneralName<'a> {
    fn of(element: &Element<'a>) -> Result<Self, NotDer> {
        if element.tag & 0xc0 != context(0) {
            return Err(NotDer);
        }
        match element.tag & 0x1f {
            0 => other_name(element),
            1 => ia5(element, 1).map(Self::Email),
            2 => ia5(element, 2).map(Self::Dns),
            6 => ia5(element, 6).map(Self::Uri),
            7 => address(element.bytes()).map(Self::Address).ok_or(NotDer),
            _ => form(element.tag).map(|form| Self::Other { form }).ok_or(NotDer),
        }
    }
}

/// The form that a tag stands for, if names of that form are not read, or, for `otherName`, only
/// Fulcio's are.
pub(super) fn form(tag: u8) -> Option<&'static str> {
    match tag & 0x1f {
        0 => Some("otherName"),
        3 => Some("x400Address"),
        4 => Some(DIRECTORY_NAME),
        5 => Some("ediPartyName"),
        8 => Some("registeredID"),
        _ => None,
    }
}

/// RFC 5280 4.2.1.6: four octets or sixteen, in network byte order.
pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn other_name<'a>(element: &Element<'a>) -> Result<GeneralName<'a>, NotDer> {
    if element.tag != context_constructed(0) {
        return Err(NotDer);
    }
    let mut fields = element.inside();
    let kind = fields.oid()?;
    let value = fields.only(context_constructed(0))?;
    if kind != USERNAME {
        return Ok(GeneralName::Other { form: "otherName" });
    }
    let name = value.inside().only(tag::UTF8_STRING)?;
    std::str::from_utf8(name.bytes()).map(GeneralName::Username).map_err(|_| NotDer)
}

/// An IA5String: ASCII.
fn ia5<'a>(element: &Element<'a>, number: u8) -> Result<&'a str, NotDer> {
    match std::str::from_utf8(element.bytes()) {
        Ok(text) if text.is_ascii() && element.tag == context(number) => Ok(text),
        _ => Err(NotDer),
    }
}

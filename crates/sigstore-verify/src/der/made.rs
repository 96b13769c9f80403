//! Writes DER for tests, element by element, so that each can have one thing wrong.

use x509_cert::der::asn1::ObjectIdentifier;

use super::{context_constructed, tag, write_header};

/// Tag, length and value.
pub(crate) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut der = Vec::new();
    write_header(tag, value.len(), &mut der).unwrap();
    der.extend_from_slice(value);
    der
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SEQUENCE, &parts.concat())
}

pub(crate) fn set(parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag::SET, &parts.concat())
}

/// The tag `[number]` around other elements.
pub(crate) fn context(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(context_constructed(number), &parts.concat())
}

pub(crate) fn octets(value: &[u8]) -> Vec<u8> {
    tlv(tag::OCTET_STRING, value)
}

/// A bit string of whole octets.
pub(crate) fn bits(value: &[u8]) -> Vec<u8> {
    tlv(tag::BIT_STRING, &[&[0], value].concat())
}

/// From 0 to 127.
pub(crate) fn integer(number: u8) -> Vec<u8> {
    tlv(tag::INTEGER, &[number])
}

pub(crate) fn oid(arcs: &str) -> Vec<u8> {
    tlv(tag::OBJECT_IDENTIFIER, ObjectIdentifier::new_unwrap(arcs).as_bytes())
}

/// An algorithm identifier without parameters.
pub(crate) fn algorithm(arcs: &str) -> Vec<u8> {
    sequence(&[&oid(arcs)])
}

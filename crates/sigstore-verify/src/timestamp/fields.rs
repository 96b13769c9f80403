//! Reads the fields of one ASN.1 structure in a token, front to back; errors name the structure.

use crate::crypto::{HashAlgorithm, IdentifierError, Scheme};
use crate::der::{Cursor, Element, NotDer, tag};

use super::TimestampError;

/// The remaining fields of a structure.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    cursor: Cursor<'a>,
    /// Name of the structure, for errors.
    part: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields in the contents of a structure.
    pub(super) fn new(contents: &'a [u8], part: &'static str) -> Self {
        Self { cursor: Cursor::new(contents), part }
    }

    /// The fields of a `SEQUENCE`, which must be the whole input.
    pub(super) fn of_sequence(der: &'a [u8], part: &'static str) -> Result<Self, TimestampError> {
        let mut outer = Self::new(der, part);
        let inner = outer.sequence(part)?;
        outer.finish()?;
        Ok(inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }

    /// The error that this structure is malformed.
    pub(super) fn malformed(&self) -> TimestampError {
        TimestampError::Malformed { part: self.part }
    }

    /// The tag of the next field; `None` at the end.
    pub(super) fn peek(&self) -> Option<u8> {
        self.cursor.peek()
    }

    /// The next field, whatever it is.
    pub(super) fn any(&mut self) -> Result<Element<'a>, TimestampError> {
        self.cursor.any().map_err(|NotDer| self.malformed())
    }

    /// The next field, which must have `tag`.
    pub(super) fn take(&mut self, tag: u8) -> Result<Element<'a>, TimestampError> {
        self.cursor.take(tag).map_err(|NotDer| self.malformed())
    }

    /// The contents of the next field, which must have `tag`.
    pub(super) fn contents(&mut self, tag: u8) -> Result<&'a [u8], TimestampError> {
        self.take(tag).map(|field| field.bytes())
    }

    /// The contents of the next field if it has `tag`.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, TimestampError> {
        let field = self.cursor.optional(tag).map_err(|NotDer| self.malformed())?;
        Ok(field.map(|field| field.bytes()))
    }

    /// Enters the next field, a `SEQUENCE`.
    pub(super) fn sequence(&mut self, part: &'static str) -> Result<Self, TimestampError> {
        self.contents(tag::SEQUENCE).map(|contents| Self::new(contents, part))
    }

    /// Enters the next field, a `SET`.
    pub(super) fn set(&mut self, part: &'static str) -> Result<Self, TimestampError> {
        self.contents(tag::SET).map(|contents| Self::new(contents, part))
    }

    /// The contents of an OBJECT IDENTIFIER, whose encoding is unique, so that bytes can be
    /// compared.
    pub(super) fn oid(&mut self) -> Result<&'a [u8], TimestampError> {
        self.cursor.oid().map_err(|NotDer| self.malformed())
    }

    /// A BOOLEAN DEFAULT FALSE.
    pub(super) fn flag(&mut self) -> Result<bool, TimestampError> {
        self.cursor.flag().map_err(|NotDer| self.malformed())
    }

    /// The contents of an INTEGER of any length and sign.
    pub(super) fn integer(&mut self) -> Result<&'a [u8], TimestampError> {
        self.take(tag::INTEGER)?.integer().map_err(|NotDer| self.malformed())
    }

    /// The serial number of a certificate, which is not negative (RFC 5280 4.1.2.2): its bytes
    /// without a leading zero.
    pub(super) fn serial_number(&mut self) -> Result<&'a [u8], TimestampError> {
        self.take(tag::INTEGER)?.unsigned().map_err(|NotDer| self.malformed())
    }

    /// An INTEGER from 0 to 2^32 - 1.
    pub(super) fn number(&mut self) -> Result<u32, TimestampError> {
        self.take(tag::INTEGER)?.number().map_err(|NotDer| self.malformed())
    }

    /// An INTEGER from 0 to 2^32 - 1 with `tag` in place of its own, if it is the next field.
    pub(super) fn optional_number(&mut self, tag: u8) -> Result<Option<u32>, TimestampError> {
        let field = self.cursor.optional(tag).map_err(|NotDer| self.malformed())?;
        field.map(|field| field.number()).transpose().map_err(|NotDer| self.malformed())
    }

    /// The identifier of a hash.
    pub(super) fn hash_algorithm(&mut self) -> Result<HashAlgorithm, TimestampError> {
        let identifier = self.take(tag::SEQUENCE)?;
        HashAlgorithm::from_identifier(identifier.inside()).map_err(TimestampError::from)
    }

    /// The identifier of a signature over attributes that hold a digest made with `digest`.
    ///
    /// RFC 5652 5.4: the attributes are hashed with the algorithm of the content's digest, so a
    /// signature algorithm with another hash is refused.
    pub(super) fn scheme(&mut self, digest: HashAlgorithm) -> Result<Scheme, TimestampError> {
        let identifier = self.take(tag::SEQUENCE)?;
        let scheme = Scheme::from_identifier(identifier.inside(), Some(digest))?;
        // RFC 8419 3.1: with signed attributes the digest under Ed25519 is made with SHA-512.
        let hash = scheme.hash().unwrap_or(HashAlgorithm::Sha512);
        if hash == digest { Ok(scheme) } else { Err(TimestampError::DigestAlgorithmsDiffer) }
    }

    /// Checks that nothing is left.
    pub(super) fn finish(self) -> Result<(), TimestampError> {
        if self.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }
}

impl From<IdentifierError> for TimestampError {
    fn from(error: IdentifierError) -> Self {
        match error {
            IdentifierError::Malformed => Self::Malformed { part: "AlgorithmIdentifier" },
            IdentifierError::Unsupported { id } => {
                Self::UnsupportedAlgorithm { id: id.to_string() }
            }
            IdentifierError::PssParameters => Self::PssParameters,
        }
    }
}

//! X.509 certificates (RFC 5280) as Sigstore uses them: reading them, who they name, and whether a
//! path leads from them to an authority that is trusted.

mod authority;
mod constraints;
#[cfg(test)]
mod data_tests;
mod error;
mod extension;
mod fulcio;
mod identity;
#[cfg(test)]
pub(crate) mod made;
mod names;
mod parse;
#[cfg(test)]
mod parse_tests;
pub(crate) mod path;
#[cfg(test)]
mod path_tests;
mod pem;
mod policies;

use sealift_model::Timestamp;

pub use authority::{Authority, Profile};
pub use error::CertificateError;
pub use fulcio::{Extensions, FulcioExtension};
pub use identity::{CertificateIdentity, SubjectAlternativeName};
pub use path::Usage;

use crate::crypto::{Message, Provider, PublicKey, Scheme};
use crate::der::Span;

/// An X.509 certificate of version 3: read, **not** verified.
///
/// Everything in it is only claimed by its maker. Whether a trusted authority issued it is decided
/// by its path, which `Verifier` looks for.
///
/// The encoding is DER to the letter: what is BER alone is refused, and so are trailing bytes,
/// defaults that are written out and extensions that are there twice.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    /// The part that is signed.
    tbs: Span,
    serial: Span,
    issuer: Span,
    subject: Span,
    not_before: Timestamp,
    not_after: Timestamp,
    public_key: PublicKey,
    /// The issuer's signature scheme; none if the algorithm is not accepted.
    scheme: Option<Scheme>,
    signature: Span,
    extensions: extension::Extensions,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Certificate {
    /// The certificate as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certified public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The first second in which the certificate is valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second in which the certificate is valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The distinguished name of the subject, as DER; Fulcio leaves it empty.
    #[must_use]
    pub fn subject(&self) -> &[u8] {
        self.subject.of(&self.der)
    }

    /// Whether the subject names anything.
    fn has_subject(&self) -> bool {
        // An empty SEQUENCE has no more than tag and length.
        self.subject().len() > 2
    }

    /// The distinguished name of the authority that signed the certificate, as DER.
    #[must_use]
    pub fn issuer(&self) -> &[u8] {
        self.issuer.of(&self.der)
    }

    /// The serial number, big-endian and without leading zeros.
    #[must_use]
    pub fn serial_number(&self) -> &[u8] {
        match self.serial.of(&self.der) {
            [0, number @ ..] => number,
            number => number,
        }
    }

    /// The subject key identifier (RFC 5280 4.2.1.2), where the certificate has one.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key.map(|key| key.of(&self.der))
    }

    /// Whether the certificate says that it is an authority's, whose key may sign others.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|constraints| constraints.authority)
    }

    /// Whether subject and issuer are the same, as in a root certificate.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// Checks that the certificate is valid at a time, both ends included (RFC 5280 4.1.2.5).
    ///
    /// # Errors
    /// When it is not yet valid, or has expired.
    pub fn check_time(&self, at: Timestamp) -> Result<(), CertificateError> {
        let (not_before, not_after) = (self.not_before, self.not_after);
        if at < not_before {
            Err(CertificateError::NotYetValid { at, not_before })
        } else if at > not_after {
            Err(CertificateError::Expired { at, not_after })
        } else {
            Ok(())
        }
    }

    /// The bytes that the issuer signed.
    pub(crate) fn tbs(&self) -> &[u8] {
        self.tbs.of(&self.der)
    }

    /// The position of the signed part.
    pub(crate) fn tbs_span(&self) -> Span {
        self.tbs
    }

    /// The position of the embedded signed certificate timestamps.
    pub(crate) fn timestamp_list(&self) -> Option<extension::TimestampList> {
        self.extensions.timestamps
    }

    /// Checks that the key of `issuer` signed this certificate.
    fn check_signature(
        &self,
        issuer: &Self,
        provider: &dyn Provider,
    ) -> Result<(), CertificateError> {
        let scheme = self.scheme.ok_or(CertificateError::UnsupportedAlgorithm)?;
        let signature = self.signature.of(&self.der);
        let message = Message::Bytes(self.tbs());
        issuer
            .public_key
            .verify(provider, scheme, message, signature)
            .map_err(CertificateError::Signature)
    }
}

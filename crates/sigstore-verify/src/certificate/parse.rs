//! Reads a certificate: RFC 5280 4.1.

use sealift_model::Timestamp;
use x509_cert::der::asn1::{GeneralizedTime, UtcTime};

use super::error::CertificateError;
use super::extension::Extensions;
use super::{Certificate, names};
use crate::crypto::{IdentifierError, PublicKey, Scheme};
use crate::der::{Cursor, Element, NotDer, Span, context, context_constructed, tag};

/// Longest certificate that is read. Fulcio's have 1 to 2 KiB, and one with post-quantum keys and
/// signatures about 60 KiB; the limit also bounds the memory for name constraints.
const MAX_BYTES: usize = 128 * 1024;

/// RFC 5280 4.1.2.2.
const MAX_SERIAL_OCTETS: usize = 20;

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// When the bytes are not one certificate of version 3 in strict DER, or its key is not one
    /// that is accepted.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        Self::from_vec(der.to_vec())
    }

    /// Reads a certificate in DER that need not be copied.
    pub(crate) fn from_vec(der: Vec<u8>) -> Result<Self, CertificateError> {
        if der.len() > MAX_BYTES {
            return Err(CertificateError::TooLong { bytes: der.len(), max: MAX_BYTES });
        }
        let whole = Cursor::new(&der).only(tag::SEQUENCE);
        let mut fields = whole.map_err(malformed("certificate"))?.inside();
        let tbs = fields.take(tag::SEQUENCE).map_err(malformed("tbsCertificate"))?;
        let algorithm = fields.take(tag::SEQUENCE).map_err(malformed("signatureAlgorithm"))?;
        let signature = fields.only(tag::BIT_STRING).and_then(|bits| octets(&bits));
        let signature = signature.map_err(malformed("signatureValue"))?;
        let scheme = scheme(&algorithm).map_err(malformed("signatureAlgorithm"))?;

        let parts = Parts::parse(tbs.inside())?;
        if parts.algorithm.encoded() != algorithm.encoded() {
            return Err(CertificateError::AlgorithmsDiffer);
        }
        let public_key = PublicKey::from_der(parts.public_key.encoded());
        let public_key = public_key.map_err(CertificateError::PublicKey)?;
        let Parts { serial, issuer, subject, not_before, not_after, extensions, .. } = parts;
        let tbs = tbs.whole;
        Ok(Self {
            tbs,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            public_key,
            scheme,
            signature,
            extensions,
            der,
        })
    }
}

/// What a TBSCertificate holds.
struct Parts<'a> {
    serial: Span,
    algorithm: Element<'a>,
    issuer: Span,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Span,
    public_key: Element<'a>,
    extensions: Extensions,
}

impl<'a> Parts<'a> {
    fn parse(mut fields: Cursor<'a>) -> Result<Self, CertificateError> {
        version(&mut fields)?;
        let serial = fields.take(tag::INTEGER).map_err(malformed("serialNumber"))?;
        check_serial(&serial)?;
        let algorithm = fields.take(tag::SEQUENCE).map_err(malformed("signature"))?;
        let issuer = fields.take(tag::SEQUENCE).map_err(malformed("issuer"))?;
        if issuer.bytes().is_empty() {
            return Err(CertificateError::EmptyIssuer);
        }
        let issuer = names::distinguished(issuer).map_err(malformed("issuer"))?;
        let (not_before, not_after) = validity(&mut fields).map_err(malformed("validity"))?;
        let subject = fields.take(tag::SEQUENCE).and_then(names::distinguished);
        let subject = subject.map_err(malformed("subject"))?;
        let public_key = fields.take(tag::SEQUENCE).map_err(malformed("subjectPublicKeyInfo"))?;
        // RFC 5280 4.1.2.8: unique identifiers are read and ignored.
        fields.optional(context(1)).map_err(malformed("issuerUniqueID"))?;
        fields.optional(context(2)).map_err(malformed("subjectUniqueID"))?;
        let extensions = fields.optional(context_constructed(3));
        let extensions = extensions.map_err(malformed("extensions"))?;
        fields.finish().map_err(malformed("tbsCertificate"))?;
        let extensions = extensions.map(Extensions::parse).transpose()?.unwrap_or_default();
        Ok(Self {
            serial: serial.value,
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key,
            extensions,
        })
    }
}

/// RFC 5280 4.1.1.2. A certificate by an algorithm that is not accepted may still be that of a
/// trusted authority, whose signature proves nothing.
fn scheme(algorithm: &Element<'_>) -> Result<Option<Scheme>, NotDer> {
    match Scheme::from_identifier(algorithm.inside(), None) {
        Ok(scheme) => Ok(Some(scheme)),
        Err(IdentifierError::Malformed) => Err(NotDer),
        Err(IdentifierError::Unsupported { .. } | IdentifierError::PssParameters) => Ok(None),
    }
}

/// RFC 5280 4.1.2.1: certificates with extensions are of version 3, written as 2.
fn version(fields: &mut Cursor<'_>) -> Result<(), CertificateError> {
    let tagged = fields.optional(context_constructed(0)).map_err(malformed("version"))?;
    let Some(tagged) = tagged else { return Err(CertificateError::Version) };
    let version = tagged.inside().only(tag::INTEGER).map_err(malformed("version"))?;
    if version.bytes() == [2] { Ok(()) } else { Err(CertificateError::Version) }
}

/// RFC 5280 4.1.2.2: positive, and no longer than 20 octets.
fn check_serial(serial: &Element<'_>) -> Result<(), CertificateError> {
    match serial.integer().map_err(malformed("serialNumber"))? {
        [0] | [0x80..=0xff, ..] => Err(CertificateError::SerialNumber),
        octets if octets.len() > MAX_SERIAL_OCTETS => Err(CertificateError::SerialNumber),
        _ => Ok(()),
    }
}

/// RFC 5280 4.1.2.5.
fn validity(fields: &mut Cursor<'_>) -> Result<(Timestamp, Timestamp), NotDer> {
    let mut times = fields.take(tag::SEQUENCE)?.inside();
    let not_before = time(&times.any()?)?;
    let not_after = time(&times.any()?)?;
    times.finish()?;
    Ok((not_before, not_after))
}

/// Reads a time. The very end of the year 9999, which means "no end" (RFC 5280 4.1.2.5), becomes
/// the last moment of a [`Timestamp`], a day earlier.
fn time(element: &Element<'_>) -> Result<Timestamp, NotDer> {
    match element.tag {
        tag::UTC_TIME => Ok(element.decode::<UtcTime>()?.to_system_time().into()),
        tag::GENERALIZED_TIME => Ok(element.decode::<GeneralizedTime>()?.to_system_time().into()),
        _ => Err(NotDer),
    }
}

/// A BIT STRING of whole octets.
fn octets(bits: &Element<'_>) -> Result<Span, NotDer> {
    match bits.bytes() {
        [0, ..] => Ok(bits.value.skip_first()),
        _ => Err(NotDer),
    }
}

fn malformed(part: &'static str) -> impl Fn(NotDer) -> CertificateError {
    move |NotDer| CertificateError::Malformed { part }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::made;

    #[test]
    fn a_serial_number_is_positive_and_short() {
        let check = |octets: &[u8]| {
            let der = made::tlv(tag::INTEGER, octets);
            check_serial(&Cursor::new(&der).any().unwrap())
        };
        assert_eq!(check(&[1]), Ok(()));
        assert_eq!(check(&[0, 0x80]), Ok(()));
        assert_eq!(check(&[0x7f; 20]), Ok(()));
        let malformed = Err(CertificateError::Malformed { part: "serialNumber" });
        assert_eq!(check(&[0, 0x7f]), malformed);
        assert_eq!(check(&[]), malformed);
        for refused in [&[0][..], &[0x80], &[0xff, 0x01], &[0x7f; 21]] {
            assert_eq!(check(refused), Err(CertificateError::SerialNumber));
        }
    }

    #[test]
    fn times_are_in_whole_seconds_of_utc() {
        let read = |der: &[u8]| time(&Cursor::new(der).any().unwrap());
        let expected: Timestamp = "2023-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(read(b"\x17\x0d230101000000Z"), Ok(expected));
        assert_eq!(read(b"\x18\x0f20230101000000Z"), Ok(expected));
        let never = read(b"\x18\x0f99991231235959Z").unwrap();
        assert!(never > "9999-12-30T00:00:00Z".parse().unwrap());
        for refused in [
            &b"\x17\x0b2301010000Z"[..],
            b"\x17\x0f2301010000+0100",
            b"\x17\x0d231301000000Z",
            b"\x18\x1120230101000000.5Z",
            b"\x04\x0d230101000000Z",
        ] {
            assert_eq!(read(refused), Err(NotDer));
        }
    }
}

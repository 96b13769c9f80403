//! The certificate that a signer claims as its own: `ESSCertID` (RFC 2634 5.4.1) and `ESSCertIDv2`
//! (RFC 5035 4), which prevent the substitution of another certificate with the same key.

use sha1::{Digest as _, Sha1};

use crate::certificate::Certificate;
use crate::crypto::{Hash, HashAlgorithm};
use crate::der::{context_constructed, tag};

use super::TimestampError;
use super::fields::Fields;
use super::signed_data::IssuerAndSerial;

/// Identifies one certificate, by its hash and optionally by issuer and serial number.
#[derive(Debug)]
pub(super) struct SigningCertificate<'a> {
    hash: CertificateHash<'a>,
    issuer_and_serial: Option<IssuerAndSerial<'a>>,
}

#[derive(Debug)]
enum CertificateHash<'a> {
    /// The only hash of the first version. Nothing depends on it alone: the certificate has
    /// verified the signature and leads to a trusted authority.
    Sha1(&'a [u8]),
    Strong(Hash),
}

impl<'a> SigningCertificate<'a> {
    /// Reads a `SigningCertificate`.
    pub(super) fn parse_v1(values: &mut Fields<'a>) -> Result<Self, TimestampError> {
        let mut id = first(values, "SigningCertificate")?;
        let hash = CertificateHash::Sha1(id.contents(tag::OCTET_STRING)?);
        let issuer_and_serial = issuer_and_serial(&mut id)?;
        id.finish()?;
        Ok(Self { hash, issuer_and_serial })
    }

    /// Reads a `SigningCertificateV2`.
    pub(super) fn parse_v2(values: &mut Fields<'a>) -> Result<Self, TimestampError> {
        let mut id = first(values, "SigningCertificateV2")?;
        // DEFAULT SHA-256. DER omits a default, but real authorities write it.
        let algorithm = match id.peek() {
            Some(tag::SEQUENCE) => id.hash_algorithm()?,
            _ => HashAlgorithm::Sha256,
        };
        let hash = Hash::new(algorithm, id.contents(tag::OCTET_STRING)?)
            .map(CertificateHash::Strong)
            .ok_or_else(|| id.malformed())?;
        let issuer_and_serial = issuer_and_serial(&mut id)?;
        id.finish()?;
        Ok(Self { hash, issuer_and_serial })
    }

    /// Whether it identifies this certificate.
    pub(super) fn identifies(&self, certificate: &Certificate) -> bool {
        let same_hash = match &self.hash {
            CertificateHash::Sha1(hash) => Sha1::digest(certificate.der()).as_slice() == *hash,
            CertificateHash::Strong(hash) => hash.algorithm().hash(certificate.der()) == *hash,
        };
        same_hash && self.issuer_and_serial.is_none_or(|issuer| issuer.names(certificate))
    }
}

/// Enters the first identifier: "the first certificate identified in the sequence [..] MUST be the
/// certificate used to verify the signature" (RFC 5035 3). The others, and policies, would restrict
/// the path, which only the trusted root does here.
fn first<'a>(values: &mut Fields<'a>, part: &'static str) -> Result<Fields<'a>, TimestampError> {
    let mut fields = values.sequence(part)?;
    let mut certificates = fields.sequence(part)?;
    fields.optional(tag::SEQUENCE)?;
    fields.finish()?;
    certificates.sequence(part)
}

/// `IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber }`, where the issuer is one
/// `directoryName [4]` (RFC 5035 4: "the issuer name MUST be" that and nothing else).
fn issuer_and_serial<'a>(
    id: &mut Fields<'a>,
) -> Result<Option<IssuerAndSerial<'a>>, TimestampError> {
    if id.is_empty() {
        return Ok(None);
    }
    let mut fields = id.sequence("IssuerSerial")?;
    let mut names = fields.sequence("IssuerSerial.issuer")?;
    let issuer = names.contents(context_constructed(4))?;
    names.finish()?;
    let serial = fields.serial_number()?;
    fields.finish()?;
    Ok(Some(IssuerAndSerial { issuer, serial }))
}

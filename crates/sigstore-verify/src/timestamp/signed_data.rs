//! The signed message around a token's content: `SignedData` (RFC 5652 5.1) with one signer.

use crate::certificate::Certificate;
use crate::crypto::{HashAlgorithm, Scheme};
use crate::der::{context, context_constructed, tag};

use super::TimestampError;
use super::attributes::SignedAttributes;
use super::fields::Fields;

/// `id-ct-TSTInfo`, RFC 3161 2.4.2: 1.2.840.113549.1.9.16.1.4.
pub(super) const TST_INFO: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];

/// No chain has more certificates; real tokens have one to four.
const MAX_CERTIFICATES: usize = 16;

/// A signed message: the content, and the data of its only signer.
#[derive(Debug)]
pub(super) struct SignedData<'a> {
    /// DER of the `TSTInfo`.
    pub(super) content: &'a [u8],
    /// DER of each certificate in the message; an authority may have been asked to send none.
    pub(super) certificates: Vec<&'a [u8]>,
    /// The identifier of the signer.
    pub(super) signer: SignerIdentifier<'a>,
    /// Hash of the content, and of the attributes.
    pub(super) digest: HashAlgorithm,
    /// The signed attributes.
    pub(super) attributes: SignedAttributes<'a>,
    /// The signature scheme.
    pub(super) scheme: Scheme,
    /// The signature over the attributes.
    pub(super) signature: &'a [u8],
}

/// Names the certificate of a signer (RFC 5652 5.3).
#[derive(Clone, Copy, Debug)]
pub(super) enum SignerIdentifier<'a> {
    IssuerAndSerial(IssuerAndSerial<'a>),
    /// The contents of the subject key identifier extension's `OCTET STRING`.
    KeyIdentifier(&'a [u8]),
}

/// Names a certificate by its issuer and serial number.
#[derive(Clone, Copy, Debug)]
pub(super) struct IssuerAndSerial<'a> {
    /// DER of the issuer's name.
    pub(super) issuer: &'a [u8],
    /// The serial number, without leading zeros.
    pub(super) serial: &'a [u8],
}

impl SignerIdentifier<'_> {
    /// Whether this names the certificate.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        match *self {
            Self::IssuerAndSerial(issuer) => issuer.names(certificate),
            Self::KeyIdentifier(identifier) => {
                certificate.subject_key_identifier() == Some(identifier)
            }
        }
    }
}

impl IssuerAndSerial<'_> {
    /// Whether this names the certificate.
    pub(super) fn names(&self, certificate: &Certificate) -> bool {
        certificate.issuer() == self.issuer && certificate.serial_number() == self.serial
    }
}

impl<'a> SignedData<'a> {
    /// Reads the content of a `SignedData`.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, TimestampError> {
        const PART: &str = "SignedData";
        let mut fields = Fields::new(bytes, PART);
        // RFC 5652 5.1: 3, as the content is not `id-data`, and there are no attribute
        // certificates.
        let version = fields.number()?;
        if version != 3 {
            return Err(TimestampError::Version { part: PART, version });
        }
        let digests = fields.set("SignedData.digestAlgorithms")?;
        let content = encapsulated(fields.sequence("EncapsulatedContentInfo")?)?;
        let certificates = match fields.optional(context_constructed(0))? {
            Some(set) => certificates(Fields::new(set, "SignedData.certificates"))?,
            None => Vec::new(),
        };
        // Revocation lists are not used: revoked parts are removed from the trusted root.
        fields.optional(context_constructed(1))?;
        let mut signers = fields.set("SignedData.signerInfos")?;
        fields.finish()?;
        let signer = signers.sequence("SignerInfo")?;
        // RFC 3161 2.4.2: "the time-stamp token MUST NOT contain any signatures other than the
        // signature of the TSA".
        if !signers.is_empty() {
            return Err(TimestampError::SeveralSigners);
        }
        Self::signed_by(signer, digests, content, certificates)
    }

    /// `SignerInfo` (RFC 5652 5.3).
    fn signed_by(
        mut fields: Fields<'a>,
        digests: Fields<'a>,
        content: &'a [u8],
        certificates: Vec<&'a [u8]>,
    ) -> Result<Self, TimestampError> {
        let version = fields.number()?;
        let signer = signer_identifier(&mut fields)?;
        let expected = match signer {
            SignerIdentifier::IssuerAndSerial(_) => 1,
            SignerIdentifier::KeyIdentifier(_) => 3,
        };
        if version != expected {
            return Err(TimestampError::Version { part: "SignerInfo", version });
        }
        let digest = fields.hash_algorithm()?;
        check_listed(digests, digest)?;
        // RFC 5652 5.3: signed attributes "MUST be present if the content type of the
        // EncapsulatedContentInfo value being signed is not id-data".
        if fields.peek() != Some(context_constructed(0)) {
            return Err(TimestampError::NoAttributes);
        }
        let attributes = SignedAttributes::parse(fields.any()?)?;
        let scheme = fields.scheme(digest)?;
        let signature = fields.contents(tag::OCTET_STRING)?;
        // Unsigned attributes prove nothing.
        fields.optional(context_constructed(1))?;
        fields.finish()?;
        Ok(Self { content, certificates, signer, digest, attributes, scheme, signature })
    }
}

/// `EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING }`,
/// where the content may not be missing (RFC 3161 2.4.2).
fn encapsulated(mut fields: Fields<'_>) -> Result<&[u8], TimestampError> {
    if fields.contents(tag::OBJECT_IDENTIFIER)? != TST_INFO {
        return Err(TimestampError::NotTstInfo);
    }
    let mut content = Fields::new(fields.contents(context_constructed(0))?, "eContent");
    fields.finish()?;
    let octets = content.contents(tag::OCTET_STRING)?;
    content.finish()?;
    Ok(octets)
}

/// `CertificateSet`, with X.509 certificates only, since the version excludes others.
fn certificates<'a>(mut set: Fields<'a>) -> Result<Vec<&'a [u8]>, TimestampError> {
    let mut certificates = Vec::new();
    while !set.is_empty() {
        if certificates.len() == MAX_CERTIFICATES {
            return Err(TimestampError::TooManyCertificates { max: MAX_CERTIFICATES });
        }
        certificates.push(set.take(tag::SEQUENCE)?.encoded());
    }
    Ok(certificates)
}

fn signer_identifier<'a>(fields: &mut Fields<'a>) -> Result<SignerIdentifier<'a>, TimestampError> {
    if let Some(identifier) = fields.optional(context(0))? {
        return Ok(SignerIdentifier::KeyIdentifier(identifier));
    }
    let mut identifier = fields.sequence("IssuerAndSerialNumber")?;
    let issuer = identifier.take(tag::SEQUENCE)?.encoded();
    let serial = identifier.serial_number()?;
    identifier.finish()?;
    Ok(SignerIdentifier::IssuerAndSerial(IssuerAndSerial { issuer, serial }))
}

/// RFC 5652 5.1: the set lists the digests of all signers, and a signature whose digest "is not
/// included in this set" may be refused.
fn check_listed(mut digests: Fields<'_>, wanted: HashAlgorithm) -> Result<(), TimestampError> {
    let mut listed = false;
    while !digests.is_empty() {
        listed |= digests.hash_algorithm()? == wanted;
    }
    if listed { Ok(()) } else { Err(TimestampError::DigestAlgorithmsDiffer) }
}

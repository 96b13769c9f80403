//! Algorithm identifiers in certificates and signed messages: `AlgorithmIdentifier` (RFC 5280
//! 4.1.1.2), an object identifier and its parameters.

use x509_cert::der::asn1::ObjectIdentifier;

use super::key::{ID_ED25519, RSA_ENCRYPTION};
use super::{HashAlgorithm, Scheme};
use crate::der::{Cursor, NotDer, context_constructed, tag};

/// RFC 5754 2.
const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");
/// RFC 5758 3.2.
const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");
/// RFC 4055 5.
const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");
/// RFC 4055 3.1.
const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// RFC 4055 2.2.
const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");

const fn oid(arcs: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(arcs)
}

/// Why an identifier names no algorithm that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdentifierError {
    /// Not DER, or with parameters that the algorithm does not have.
    Malformed,
    /// SHA-1, MD5, DSA and every unknown algorithm.
    Unsupported { id: ObjectIdentifier },
    /// RSASSA-PSS with two hashes, or with a salt of another length than the hash.
    PssParameters,
}

impl From<NotDer> for IdentifierError {
    fn from(NotDer: NotDer) -> Self {
        Self::Malformed
    }
}

impl HashAlgorithm {
    /// Reads the contents of the identifier of a hash.
    pub(crate) fn from_identifier(mut identifier: Cursor<'_>) -> Result<Self, IdentifierError> {
        let algorithm = match object_identifier(&mut identifier)? {
            SHA256 => Self::Sha256,
            SHA384 => Self::Sha384,
            SHA512 => Self::Sha512,
            id => return Err(IdentifierError::Unsupported { id }),
        };
        // RFC 5754 2: parameters "MUST be absent", and NULL "MUST" be accepted.
        null_or_none(identifier)?;
        Ok(algorithm)
    }
}

impl Scheme {
    /// Reads the contents of the identifier of a signature algorithm.
    ///
    /// RFC 5754 3.2: in a signed message, `rsaEncryption` may name an RSA signature. It names no
    /// hash, so that of the message's digest applies, given as `digest`; elsewhere `digest` is
    /// `None`.
    pub(crate) fn from_identifier(
        mut identifier: Cursor<'_>,
        digest: Option<HashAlgorithm>,
    ) -> Result<Self, IdentifierError> {
        use HashAlgorithm::{Sha256, Sha384, Sha512};

        let id = object_identifier(&mut identifier)?;
        let scheme = match (id, digest) {
            (ECDSA_SHA256, _) => Self::Ecdsa(Sha256),
            (ECDSA_SHA384, _) => Self::Ecdsa(Sha384),
            (ECDSA_SHA512, _) => Self::Ecdsa(Sha512),
            (RSA_ENCRYPTION, Some(digest)) => Self::RsaPkcs1(digest),
            (RSA_SHA256, _) => Self::RsaPkcs1(Sha256),
            (RSA_SHA384, _) => Self::RsaPkcs1(Sha384),
            (RSA_SHA512, _) => Self::RsaPkcs1(Sha512),
            (RSA_PSS, _) => Self::RsaPss(pss_hash(&mut identifier)?),
            (ID_ED25519, _) => Self::Ed25519,
            _ => return Err(IdentifierError::Unsupported { id }),
        };
        match scheme {
            // RFC 4055 5: the parameters are NULL, and readers accept their absence.
            Self::RsaPkcs1(_) => null_or_none(identifier)?,
            // RFC 5758 3.2, RFC 8410 3: the parameters are absent.
            _ => identifier.finish()?,
        }
        Ok(scheme)
    }
}

fn object_identifier(identifier: &mut Cursor<'_>) -> Result<ObjectIdentifier, NotDer> {
    let id = identifier.take(tag::OBJECT_IDENTIFIER)?;
    ObjectIdentifier::from_bytes(id.bytes()).map_err(|_| NotDer)
}

fn null_or_none(mut identifier: Cursor<'_>) -> Result<(), NotDer> {
    if identifier.optional(tag::NULL)?.is_some_and(|null| !null.bytes().is_empty()) {
        return Err(NotDer);
    }
    identifier.finish()
}

/// Reads `RSASSA-PSS-params` (RFC 4055 3.1). The mask must use the hash of the message, and the
/// salt must be as long as that hash. The default of each is SHA-1, so none may be missing.
fn pss_hash(identifier: &mut Cursor<'_>) -> Result<HashAlgorithm, IdentifierError> {
    let parameters = identifier.optional(tag::SEQUENCE)?.ok_or(IdentifierError::PssParameters)?;
    let mut fields = parameters.inside();
    let (Some(hash), Some(mask), Some(salt)) = (
        fields.optional(context_constructed(0))?,
        fields.optional(context_constructed(1))?,
        fields.optional(context_constructed(2))?,
    ) else {
        return Err(IdentifierError::PssParameters);
    };
    fields.finish()?;
    let hash = HashAlgorithm::from_identifier(hash.inside().only(tag::SEQUENCE)?.inside())?;
    let mut mask = mask.inside().only(tag::SEQUENCE)?.inside();
    let id = object_identifier(&mut mask)?;
    if id != MGF1 {
        return Err(IdentifierError::Unsupported { id });
    }
    let mask_hash = HashAlgorithm::from_identifier(mask.only(tag::SEQUENCE)?.inside())?;
    let salt_bytes = salt.inside().only(tag::INTEGER)?.number()?;
    if mask_hash != hash || usize::try_from(salt_bytes) != Ok(hash.digest_bytes()) {
        return Err(IdentifierError::PssParameters);
    }
    Ok(hash)
}

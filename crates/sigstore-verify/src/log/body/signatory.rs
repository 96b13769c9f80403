//! The signer, as bodies record it.

use crate::crypto::{HashAlgorithm, PublicKey};
use crate::json::{Field, FieldErrorKind};
use crate::key_details::KeyDetails;
use crate::log::LogError;
use crate::pem;

/// The signer of a signature.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a bundle has one or the other")]
pub enum Signatory<'a> {
    /// By the key of a certificate.
    Certificate {
        /// The certificate in DER.
        der: &'a [u8],
        /// Its key.
        key: &'a PublicKey,
    },
    /// By a key that the verifier knows.
    Key(&'a PublicKey),
}

impl<'a> Signatory<'a> {
    /// Label of the PEM block that Rekor records.
    const fn label(self) -> &'static str {
        match self {
            Self::Certificate { .. } => "CERTIFICATE",
            Self::Key(_) => "PUBLIC KEY",
        }
    }

    /// Its DER encoding: a certificate or a SubjectPublicKeyInfo.
    fn der(self) -> &'a [u8] {
        match self {
            Self::Certificate { der, .. } => der,
            Self::Key(key) => key.der(),
        }
    }

    fn key(self) -> &'a PublicKey {
        match self {
            Self::Certificate { key, .. } | Self::Key(key) => key,
        }
    }
}

/// Checks a PEM block in base64, as Rekor v1 records certificates and keys.
pub(super) fn same_pem(recorded: Field<'_>, expected: Signatory<'_>) -> Result<(), LogError> {
    let text = recorded.strict_bytes()?;
    let blocks = pem::blocks(&text, 1).map_err(LogError::VerifierPem)?;
    same(
        blocks
            .iter()
            .all(|block| block.label == expected.label() && block.contents == expected.der()),
    )
}

/// Checks a `Signatory` message of Rekor v2, and returns its key details.
pub(super) fn same_message(
    recorded: Field<'_>,
    expected: Signatory<'_>,
) -> Result<&'static KeyDetails, LogError> {
    let certificate = recorded.optional("x509Certificate")?;
    let key = recorded.optional("publicKey")?;
    let found = match (expected, certificate, key) {
        (_, Some(_), Some(_)) => return Err(recorded.error(FieldErrorKind::SetTwice).into()),
        (Signatory::Certificate { .. }, Some(found), None)
        | (Signatory::Key(_), None, Some(found)) => found.get("rawBytes")?.strict_bytes()?,
        _ => return Err(LogError::VerifierDiffers),
    };
    same(found == expected.der())?;
    let field = recorded.get("keyDetails")?;
    let details = KeyDetails::of(field)?.filter(|details| details.is_registered());
    let details = details.ok_or_else(|| field.unknown_value())?;
    fit(details, details.fit(expected.key().algorithm()))?;
    Ok(details)
}

/// Checks that a signed digest has the hash of the details, if they name one.
pub(super) fn same_hash(details: &KeyDetails, hash: HashAlgorithm) -> Result<(), LogError> {
    fit(details, details.scheme.hash().is_none_or(|own| own == hash))
}

fn fit(details: &KeyDetails, fits: bool) -> Result<(), LogError> {
    if fits { Ok(()) } else { Err(LogError::KeyDetails { found: details.name }) }
}

fn same(equal: bool) -> Result<(), LogError> {
    if equal { Ok(()) } else { Err(LogError::VerifierDiffers) }
}

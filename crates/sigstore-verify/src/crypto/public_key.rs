//! Public keys, parsed once.

use std::fmt;
use std::hash::{Hash, Hasher};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::{AnyRef, BitStringRef};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::key::{Key, RSA_ENCRYPTION};
use super::{Claim, KeyAlgorithm, KeyError, Message, Provider, Scheme, SignatureError};
use crate::pem::{self, PemError};

/// A public key whose numbers are checked: ECDSA P-256, P-384, P-521, RSA or Ed25519.
///
/// Two keys are equal when their encodings are; each key has only one.
#[derive(Clone)]
pub struct PublicKey {
    der: Box<[u8]>,
    id: [u8; 32],
    key: Key,
    #[cfg(feature = "aws-lc")]
    aws_lc: super::aws_lc::Parsed,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280 4.1.2.7).
    ///
    /// # Errors
    /// Names what is wrong; encodings that are not DER, points that are not on their curve and
    /// RSA below 2048 or above 8192 bits are refused.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self::new(Key::from_spki(der)?, der.into()))
    }

    /// Reads PEM (RFC 7468 13) of a `SubjectPublicKeyInfo` (`PUBLIC KEY`), or, as cosign does, of
    /// an `RSAPublicKey` (`RSA PUBLIC KEY`).
    ///
    /// # Errors
    /// As [`PublicKey::from_der`]; also for anything but one PEM block.
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let block = pem::blocks(text, 1)?.into_iter().next().ok_or(PemError::NoBlock)?;
        match block.label {
            "PUBLIC KEY" => Self::from_der(&block.contents),
            "RSA PUBLIC KEY" => Self::from_pkcs1(&block.contents),
            label => Err(KeyError::PemLabel { label: label.into() }),
        }
    }

    /// Reads a DER `RSAPublicKey` (RFC 8017 A.1.1), as some logs in trusted roots have it.
    ///
    /// # Errors
    /// As [`PublicKey::from_der`].
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        let key = Key::from_rsa_public_key(der)?;
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: RSA_ENCRYPTION,
                parameters: Some(AnyRef::NULL),
            },
            subject_public_key: BitStringRef::from_bytes(der).map_err(|_| KeyError::RsaEncoding)?,
        };
        let der = info.to_der().map_err(|_| KeyError::RsaEncoding)?;
        Ok(Self::new(key, der.into()))
    }

    fn new(key: Key, der: Box<[u8]>) -> Self {
        Self {
            id: Sha256::digest(&der).into(),
            der,
            key,
            #[cfg(feature = "aws-lc")]
            aws_lc: super::aws_lc::Parsed::default(),
        }
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.key.algorithm()
    }

    /// Its DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of its `SubjectPublicKeyInfo`: the log id of RFC 6962 3.2, and Rekor's.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Checks one signature.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] when the signature is well formed but wrong; otherwise, why it
    /// cannot be checked.
    pub fn verify(
        &self,
        provider: &dyn Provider,
        scheme: Scheme,
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let claim = Claim::new(self, scheme, message, signature)?;
        if provider.holds(&claim) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    #[cfg(feature = "aws-lc")]
    pub(super) fn aws_lc(&self) -> &super::aws_lc::Parsed {
        &self.aws_lc
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der.hash(state);
    }
}

/// Algorithm and id; logs and trusted roots name keys by the id.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.algorithm(), HEXLOWER.encode(&self.id))
    }
}

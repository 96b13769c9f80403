//! Signature schemes, each including its hash.

use std::fmt;

use super::{HashAlgorithm, KeyAlgorithm};

/// A signature scheme with its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA (FIPS 186-5 6) on the curve of the key; the signature is a DER `ECDSA-Sig-Value`
    /// (RFC 3279 2.2.3).
    Ecdsa(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5 (RFC 8017 8.2).
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS (RFC 8017 8.1), MGF1 with the same hash, salt as long as the hash.
    RsaPss(HashAlgorithm),
    /// Ed25519 (RFC 8032 5.1), which signs the message itself.
    Ed25519,
    /// Ed25519ph (RFC 8032 5.1), which signs the SHA-512 of the message, with empty context.
    Ed25519ph,
}

impl Scheme {
    /// The default scheme of a key of this algorithm: ECDSA with the hash of the curve's strength,
    /// RSA PKCS#1 v1.5 with SHA-256.
    #[must_use]
    pub const fn default_for(key: KeyAlgorithm) -> Self {
        match key {
            KeyAlgorithm::EcdsaP256 => Self::Ecdsa(HashAlgorithm::Sha256),
            KeyAlgorithm::EcdsaP384 => Self::Ecdsa(HashAlgorithm::Sha384),
            KeyAlgorithm::EcdsaP521 => Self::Ecdsa(HashAlgorithm::Sha512),
            KeyAlgorithm::Rsa { .. } => Self::RsaPkcs1(HashAlgorithm::Sha256),
            KeyAlgorithm::Ed25519 => Self::Ed25519,
        }
    }

    /// The hash of the message that is signed; `None` if the message itself is signed.
    #[must_use]
    pub const fn hash(self) -> Option<HashAlgorithm> {
        match self {
            Self::Ecdsa(hash) | Self::RsaPkcs1(hash) | Self::RsaPss(hash) => Some(hash),
            Self::Ed25519 => None,
            Self::Ed25519ph => Some(HashAlgorithm::Sha512),
        }
    }

    /// Whether keys of this algorithm can make such signatures.
    #[must_use]
    pub const fn fits(self, key: KeyAlgorithm) -> bool {
        match self {
            Self::Ecdsa(_) => matches!(
                key,
                KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 | KeyAlgorithm::EcdsaP521
            ),
            Self::RsaPkcs1(_) | Self::RsaPss(_) => matches!(key, KeyAlgorithm::Rsa { .. }),
            Self::Ed25519 | Self::Ed25519ph => matches!(key, KeyAlgorithm::Ed25519),
        }
    }
}

/// Lower case, the hash last: `ecdsa-sha256`, `rsa-pkcs1v15-sha256`, `ed25519ph`.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(hash) => write!(f, "ecdsa-{hash}"),
            Self::RsaPkcs1(hash) => write!(f, "rsa-pkcs1v15-{hash}"),
            Self::RsaPss(hash) => write!(f, "rsa-pss-{hash}"),
            Self::Ed25519 => f.write_str("ed25519"),
            Self::Ed25519ph => f.write_str("ed25519ph"),
        }
    }
}

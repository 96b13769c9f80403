//! Kinds of keys, and their parsed numbers.

use std::fmt;

use ecdsa::EcdsaCurve;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey};
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::curve::CurveKey;
use super::{KeyError, integers};

/// RFC 5480 2.1.1.
const ID_EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 5480 2.1.1.1.
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
/// RFC 3279 2.3.1.
pub(super) const RSA_ENCRYPTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 8410 3.
pub(super) const ID_ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Shortest RSA modulus: the minimum of NIST SP 800-131A and the registry of protobuf-specs.
const MIN_RSA_BITS: usize = 2048;
/// Longest RSA modulus: the cost grows with the cube of the length, and no longer key than 4096 is
/// in use.
const MAX_RSA_BITS: usize = 8192;
/// Largest RSA exponent, of 33 bits as in other verifiers; keys in use have 65537.
const MAX_RSA_EXPONENT: u64 = (1 << 33) - 1;

/// The algorithm of a public key, with its curve or length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// ECDSA on P-256 (secp256r1).
    EcdsaP256,
    /// ECDSA on P-384 (secp384r1).
    EcdsaP384,
    /// ECDSA on P-521 (secp521r1).
    EcdsaP521,
    /// RSA.
    Rsa {
        /// Length of the modulus, 2048 to 8192.
        bits: u32,
    },
    /// Ed25519.
    Ed25519,
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EcdsaP256 => f.write_str("ecdsa-p256"),
            Self::EcdsaP384 => f.write_str("ecdsa-p384"),
            Self::EcdsaP521 => f.write_str("ecdsa-p521"),
            Self::Rsa { bits } => write!(f, "rsa-{bits}"),
            Self::Ed25519 => f.write_str("ed25519"),
        }
    }
}

/// The numbers of a key, checked: the point is on its curve, the modulus in its bounds.
#[derive(Clone, Debug)]
pub(super) enum Key {
    P256(CurveKey<NistP256>),
    P384(CurveKey<NistP384>),
    P521(CurveKey<NistP521>),
    Rsa(Box<rsa::RsaPublicKey>),
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

impl Key {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 4.1.2.7).
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyError::Der)?;
        // The bit strings of all these algorithms are whole octets.
        let bytes = info.subject_public_key.as_bytes().ok_or(KeyError::Der)?;
        let algorithm = info.algorithm.oid;
        let parameters = info.algorithm.parameters;
        match algorithm {
            ID_EC_PUBLIC_KEY => Self::from_point(named_curve(algorithm, parameters)?, bytes),
            RSA_ENCRYPTION => {
                // RFC 3279 2.3.1: "The parameters field MUST have ASN.1 type NULL".
                if parameters != Some(AnyRef::NULL) {
                    return Err(KeyError::Parameters { algorithm: algorithm.to_string() });
                }
                Self::from_rsa_public_key(bytes)
            }
            ID_ED25519 => {
                // RFC 8410 3: "the parameters MUST be absent".
                if parameters.is_some() {
                    return Err(KeyError::Parameters { algorithm: algorithm.to_string() });
                }
                Self::from_edwards_point(bytes)
            }
            _ => Err(KeyError::Algorithm { algorithm: algorithm.to_string() }),
        }
    }

    /// Reads an elliptic curve point (SEC 1 2.3.3) and checks that it is on the curve.
    ///
    /// Only the uncompressed form, which RFC 5480 2.2 requires. The compressed form is optional
    /// there, not used by Sigstore, and would give the same key a second id.
    fn from_point(curve: ObjectIdentifier, bytes: &[u8]) -> Result<Self, KeyError> {
        const UNCOMPRESSED: u8 = 4;
        if bytes.first() != Some(&UNCOMPRESSED) {
            return Err(KeyError::Point);
        }
        match curve {
            SECP256R1 => on_curve(bytes).map(Self::P256),
            SECP384R1 => on_curve(bytes).map(Self::P384),
            SECP521R1 => on_curve(bytes).map(Self::P521),
            _ => Err(KeyError::Curve { curve: curve.to_string() }),
        }
    }

    /// Reads an `RSAPublicKey` (RFC 8017 A.1.1):
    ///
    /// ```text
    /// RSAPublicKey ::= SEQUENCE {
    ///     modulus           INTEGER,  -- n
    ///     publicExponent    INTEGER   -- e
    /// }
    /// ```
    pub(super) fn from_rsa_public_key(der: &[u8]) -> Result<Self, KeyError> {
        let (modulus, exponent) = integers::pair(der).map_err(|_| KeyError::RsaEncoding)?;
        let bits = bits(modulus);
        if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
            return Err(KeyError::RsaBits { bits });
        }
        if !is_odd(modulus) {
            return Err(KeyError::RsaModulus);
        }
        let exponent = small(exponent)
            .filter(|e| (3..=MAX_RSA_EXPONENT).contains(e) && e % 2 == 1)
            .ok_or(KeyError::RsaExponent)?;
        let modulus = rsa::BoxedUint::from_be_slice_vartime(modulus);
        rsa::RsaPublicKey::new_with_size_limits(
            modulus,
            exponent.into(),
            MIN_RSA_BITS..=MAX_RSA_BITS,
        )
        .map(|key| Self::Rsa(Box::new(key)))
        .map_err(|_| KeyError::RsaEncoding)
    }

    /// Reads an Ed25519 point (RFC 8032 5.1.3).
    ///
    /// That section refuses encodings with y out of range and a zero x with a sign. In addition,
    /// points of small order are refused, since under them one signature holds for many messages.
    fn from_edwards_point(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::Point)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        // The library accepts encodings that are not canonical and keeps them.
        let canonical = key.to_edwards().compress();
        if canonical.as_bytes() != bytes || key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(Self::Ed25519(Box::new(key)))
    }

    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::P256(_) => KeyAlgorithm::EcdsaP256,
            Self::P384(_) => KeyAlgorithm::EcdsaP384,
            Self::P521(_) => KeyAlgorithm::EcdsaP521,
            Self::Rsa(key) => {
                KeyAlgorithm::Rsa { bits: rsa::traits::PublicKeyParts::n(&**key).bits() }
            }
            Self::Ed25519(_) => KeyAlgorithm::Ed25519,
        }
    }
}

/// The library checks the curve's equation, and that the coordinates are within the field.
fn on_curve<C>(bytes: &[u8]) -> Result<CurveKey<C>, KeyError>
where
    C: EcdsaCurve + CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    PublicKey::from_sec1_bytes(bytes).map(|key| CurveKey::new(&key)).map_err(|_| KeyError::Point)
}

/// RFC 5480 2.1.1: the parameters are a named curve; implicit and specified ones MUST NOT be.
fn named_curve(
    algorithm: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
) -> Result<ObjectIdentifier, KeyError> {
    parameters
        .and_then(|curve| curve.decode_as().ok())
        .ok_or_else(|| KeyError::Parameters { algorithm: algorithm.to_string() })
}

/// Length in bits of a big-endian number without leading zero bytes.
fn bits(bytes: &[u8]) -> usize {
    bytes.split_first().map_or(0, |(first, rest)| {
        let first = usize::try_from(u8::BITS - first.leading_zeros()).unwrap_or_default();
        rest.len() * 8 + first
    })
}

fn is_odd(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|last| last % 2 == 1)
}

/// A big-endian number that fits 64 bits.
fn small(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

//! The only valid encoding of each kind of signature, checked before any provider sees it.

use ecdsa::EcdsaCurve;
use p256::NistP256;
use p256::elliptic_curve::{CurveArithmetic, FieldBytes};
use p384::NistP384;
use p521::NistP521;
use rsa::traits::PublicKeyParts as _;

use super::curve::CurveKey;
use super::key::Key;
use super::{SignatureError, integers};

/// A key with a well-formed signature of its kind.
#[derive(Clone, Debug)]
pub(super) enum Pair<'a> {
    P256(&'a CurveKey<NistP256>, ecdsa::Signature<NistP256>),
    P384(&'a CurveKey<NistP384>, ecdsa::Signature<NistP384>),
    P521(&'a CurveKey<NistP521>, ecdsa::Signature<NistP521>),
    Rsa(&'a rsa::RsaPublicKey, &'a [u8]),
    Ed25519(&'a ed25519_dalek::VerifyingKey, &'a [u8; 64]),
}

impl<'a> Pair<'a> {
    pub(super) fn new(key: &'a Key, signature: &'a [u8]) -> Result<Self, SignatureError> {
        Ok(match key {
            Key::P256(key) => Self::P256(key, ecdsa_numbers(signature)?),
            Key::P384(key) => Self::P384(key, ecdsa_numbers(signature)?),
            Key::P521(key) => Self::P521(key, ecdsa_numbers(signature)?),
            Key::Rsa(key) => Self::Rsa(key, of_length(signature, key.size())?),
            Key::Ed25519(key) => Self::Ed25519(key, ed25519_parts(signature)?),
        })
    }
}

/// ```text
/// Ecdsa-Sig-Value  ::=  SEQUENCE  {
///      r     INTEGER,
///      s     INTEGER  }
/// ```
/// (RFC 3279 2.2.3), in DER: shortest lengths and integers, nothing after them. Both numbers are
/// in `1..n` (FIPS 186-5 6.4.2 step 1). A high s is right: Sigstore's signers make them.
fn ecdsa_numbers<C: EcdsaCurve + CurveArithmetic>(
    der: &[u8],
) -> Result<ecdsa::Signature<C>, SignatureError> {
    let (r, s) = integers::pair(der).map_err(|_| SignatureError::Malformed)?;
    let r = field_bytes::<C>(r).ok_or(SignatureError::Malformed)?;
    let s = field_bytes::<C>(s).ok_or(SignatureError::Malformed)?;
    ecdsa::Signature::from_scalars(r, s).map_err(|_| SignatureError::Malformed)
}

/// Pads a big-endian number to the width of the field; `None` where it is wider.
pub(super) fn field_bytes<C: EcdsaCurve>(number: &[u8]) -> Option<FieldBytes<C>> {
    let mut bytes = FieldBytes::<C>::default();
    let start = bytes.len().checked_sub(number.len())?;
    bytes.get_mut(start..)?.copy_from_slice(number);
    Some(bytes)
}

/// RFC 8017 8.1.2 and 8.2.2, step 1: "If the length of the signature S is not k octets [...]
/// output "invalid signature" and stop."
fn of_length(signature: &[u8], bytes: usize) -> Result<&[u8], SignatureError> {
    if signature.len() == bytes { Ok(signature) } else { Err(SignatureError::Malformed) }
}

/// RFC 8032 5.1.7 step 1: "split the signature into two 32-octet halves. [...] the second half as
/// an integer S, in the range 0 <= s < L."
fn ed25519_parts(signature: &[u8]) -> Result<&[u8; 64], SignatureError> {
    /// The order of the base point, 2^252 + 27742317777372353535851937790883648493, big-endian.
    const ORDER: [u8; 32] = [
        0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7,
        0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
    ];
    let signature: &[u8; 64] = signature.try_into().map_err(|_| SignatureError::Malformed)?;
    let (_, s) = signature.split_at(32);
    if s.iter().rev().lt(ORDER.iter()) { Ok(signature) } else { Err(SignatureError::Malformed) }
}

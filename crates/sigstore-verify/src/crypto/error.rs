//! Why a key or a signature is refused.

use super::{HashAlgorithm, KeyAlgorithm, Scheme};
use crate::pem::PemError;

/// Why bytes are not a public key that this crate verifies with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not one DER `SubjectPublicKeyInfo` (RFC 5280 4.1) without trailing bytes.
    #[error("not a DER SubjectPublicKeyInfo")]
    Der,
    /// Not one PEM block (RFC 7468).
    #[error("not a public key in PEM")]
    Pem(#[from] PemError),
    /// PEM of something other than a public key.
    #[error("PEM block of {label:?}, not of a public key")]
    PemLabel {
        /// The label between `BEGIN` and the dashes.
        label: String,
    },
    /// A key of an algorithm that Sigstore does not use.
    #[error("key algorithm {algorithm} is not supported")]
    Algorithm {
        /// Object identifier of the algorithm, with dots.
        algorithm: String,
    },
    /// Parameters that the algorithm must not have, or the lack of required ones.
    #[error("the parameters do not fit key algorithm {algorithm}")]
    Parameters {
        /// Object identifier of the algorithm, with dots.
        algorithm: String,
    },
    /// A curve other than P-256, P-384 and P-521.
    #[error("curve {curve} is not supported")]
    Curve {
        /// Object identifier of the curve, with dots.
        curve: String,
    },
    /// Not an uncompressed point on the curve; for Ed25519, not a canonical point of large order.
    #[error("not a valid point of the curve")]
    Point,
    /// Not one DER `RSAPublicKey` (RFC 8017 A.1.1) without trailing bytes.
    #[error("not a DER RSAPublicKey")]
    RsaEncoding,
    /// An RSA modulus of another length than 2048 to 8192 bits.
    #[error("an RSA modulus of {bits} bits, not 2048 to 8192")]
    RsaBits {
        /// Length of the modulus.
        bits: usize,
    },
    /// An even RSA modulus.
    #[error("the RSA modulus is even")]
    RsaModulus,
    /// An RSA exponent that is even, below 3 or of more than 33 bits.
    #[error("the RSA exponent is even, below 3 or longer than 33 bits")]
    RsaExponent,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Well formed, but not over this message by this key.
    #[error("the signature does not match message and key")]
    Mismatch,
    /// Not in the scheme's only encoding, or a number is out of range.
    #[error("the signature is malformed")]
    Malformed,
    /// The scheme is for other keys.
    #[error("scheme {scheme} does not fit a key {key}")]
    SchemeDoesNotFitKey {
        /// The requested scheme.
        scheme: Scheme,
        /// The algorithm of the key.
        key: KeyAlgorithm,
    },
    /// The scheme signs the message itself, but only its digest is known.
    #[error("scheme {scheme} needs the message, not its digest")]
    NeedsMessage {
        /// The requested scheme.
        scheme: Scheme,
    },
    /// The given digest is of another hash than the scheme's.
    #[error("scheme {scheme} needs a digest other than {found}")]
    DigestDoesNotFitScheme {
        /// The requested scheme.
        scheme: Scheme,
        /// The hash of the given digest.
        found: HashAlgorithm,
    },
    /// The registry of algorithms of Sigstore's protobuf-specs does not pair this key and hash.
    #[error("a key {key} does not sign with {hash}")]
    HashDoesNotFitKey {
        /// The hash that was declared.
        hash: HashAlgorithm,
        /// The algorithm of the key.
        key: KeyAlgorithm,
    },
}

//! The task of a provider: to decide whether a well-formed claim is true.

use std::fmt::Debug;

use super::form::Pair;
use super::{Hash, PublicKey, Scheme, SignatureError};

/// What was signed: the whole message, or its digest if only that is known.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way to hold a message")]
pub enum Message<'a> {
    /// The message itself.
    Bytes(&'a [u8]),
    /// Its digest, for schemes that sign a digest of the same hash.
    Digest(&'a Hash),
}

/// What a scheme signs, after hashing.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a scheme signs a digest or the message")]
pub enum Input<'a> {
    /// The digest by the scheme's own hash.
    Digest(Hash),
    /// The message itself, only for [`Scheme::Ed25519`].
    Message(&'a [u8]),
}

/// The claim that `signature` is by `key` over `input`: well formed, not yet known to be true.
///
/// Only [`PublicKey::verify`] makes one: the scheme fits the key, the input the scheme, and the
/// signature has the scheme's encoding, with its numbers in range.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    key: &'a PublicKey,
    scheme: Scheme,
    input: Input<'a>,
    signature: &'a [u8],
    pair: Pair<'a>,
}

impl<'a> Claim<'a> {
    pub(super) fn new(
        key: &'a PublicKey,
        scheme: Scheme,
        message: Message<'a>,
        signature: &'a [u8],
    ) -> Result<Self, SignatureError> {
        if !scheme.fits(key.algorithm()) {
            return Err(SignatureError::SchemeDoesNotFitKey { scheme, key: key.algorithm() });
        }
        let pair = Pair::new(key.key(), signature)?;
        Ok(Self { key, scheme, input: input(scheme, message)?, signature, pair })
    }

    /// The key that supposedly signed.
    #[must_use]
    pub fn key(&self) -> &'a PublicKey {
        self.key
    }

    /// The scheme, which fits the key.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What was supposedly signed.
    #[must_use]
    pub fn input(&self) -> Input<'a> {
        self.input
    }

    /// The signature: for ECDSA strict DER with both numbers in `1..n`, for RSA as long as the
    /// modulus, for Ed25519 64 bytes with S in range.
    #[must_use]
    pub fn signature(&self) -> &'a [u8] {
        self.signature
    }

    pub(super) fn pair(&self) -> &Pair<'a> {
        &self.pair
    }
}

/// Does the arithmetic of signatures.
///
/// The caller chooses one; [`RustCrypto`](super::RustCrypto) is always available.
pub trait Provider: Send + Sync + Debug {
    /// Whether the claim is true: the one signature equation of its scheme holds.
    fn holds(&self, claim: &Claim<'_>) -> bool;
}

fn input(scheme: Scheme, message: Message<'_>) -> Result<Input<'_>, SignatureError> {
    match (scheme.hash(), message) {
        (Some(hash), Message::Bytes(bytes)) => Ok(Input::Digest(hash.hash(bytes))),
        (Some(hash), Message::Digest(digest)) if digest.algorithm() == hash => {
            Ok(Input::Digest(*digest))
        }
        (Some(_), Message::Digest(digest)) => {
            Err(SignatureError::DigestDoesNotFitScheme { scheme, found: digest.algorithm() })
        }
        (None, Message::Bytes(bytes)) => Ok(Input::Message(bytes)),
        (None, Message::Digest(_)) => Err(SignatureError::NeedsMessage { scheme }),
    }
}

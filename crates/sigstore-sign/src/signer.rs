//! What makes a signature.

use std::fmt::Debug;

use sealift_sigstore_verify::{KeyAlgorithm, Message, PublicKey, Scheme};

/// Holds a secret key, here or elsewhere: in memory, in a key management service, on a token.
pub trait Signer: Debug + Send + Sync {
    /// The public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// When the key does not sign that way, or the key cannot be used.
    fn sign(&self, scheme: Scheme, message: Message<'_>) -> Result<Vec<u8>, SignError>;
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key is of another kind than the scheme.
    #[error("a key of {key} does not sign with {scheme}")]
    Scheme {
        /// What the key is.
        key: KeyAlgorithm,
        /// What was asked for.
        scheme: Scheme,
    },
    /// A digest of another algorithm than the scheme's, or a digest alone where the scheme signs
    /// the message itself.
    #[error("{scheme} cannot sign this digest")]
    Digest {
        /// What was asked for.
        scheme: Scheme,
    },
    /// The key could not be used.
    #[error("the key cannot be used")]
    Unusable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The library beneath says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library refused")]
pub(crate) struct Refused;

impl SignError {
    pub(crate) fn refused<T>(_: T) -> Self {
        Self::Unusable(Box::new(Refused))
    }
}

//! Makers of signatures.

use std::fmt::Debug;

use sealift_sigstore_verify::{KeyAlgorithm, Message, PublicKey, Scheme};

/// Has access to a secret key: in memory, in a key management service, or on a token.
pub trait Signer: Debug + Send + Sync {
    /// The public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// When the key does not support the scheme, or cannot be used.
    fn sign(&self, scheme: Scheme, message: Message<'_>) -> Result<Vec<u8>, SignError>;
}

/// Why a signature could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The scheme does not fit the key.
    #[error("a key of {key} does not sign with {scheme}")]
    Scheme {
        /// The algorithm of the key.
        key: KeyAlgorithm,
        /// The requested scheme.
        scheme: Scheme,
    },
    /// The digest is of another algorithm than the scheme's, or the scheme signs the message
    /// itself.
    #[error("{scheme} cannot sign this digest")]
    Digest {
        /// The requested scheme.
        scheme: Scheme,
    },
    /// The key could not be used.
    #[error("the key cannot be used")]
    Unusable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The error of the underlying library, which gives no details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library refused")]
pub(crate) struct Refused;

impl SignError {
    pub(crate) fn refused<T>(_: T) -> Self {
        Self::Unusable(Box::new(Refused))
    }
}

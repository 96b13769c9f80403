//! What a signature is supposed to be about.

use std::borrow::Cow;

use crate::crypto::{Hash, HashAlgorithm};

/// The artifact that a signature or statement must be about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Artifact<'a> {
    /// Its content.
    Bytes(&'a [u8]),
    /// Its digest alone. Ed25519 without pre-hash cannot be verified with it.
    Digest(&'a Hash),
    /// Whatever the statement says: its subjects are compared with nothing. A message signature
    /// cannot be verified so.
    InsecureUnchecked,
}

impl<'a> Artifact<'a> {
    /// Its digest by `algorithm`, when it can be told.
    pub(crate) fn hash(self, algorithm: HashAlgorithm) -> Option<Cow<'a, Hash>> {
        match self {
            Self::Bytes(bytes) => Some(Cow::Owned(algorithm.hash(bytes))),
            Self::Digest(hash) => (hash.algorithm() == algorithm).then_some(Cow::Borrowed(hash)),
            Self::InsecureUnchecked => None,
        }
    }
}

//! The artifact that a signature must be about.

use std::borrow::Cow;

use crate::crypto::{Hash, HashAlgorithm};

/// The artifact that a signature or statement must be about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Artifact<'a> {
    /// Its content.
    Bytes(&'a [u8]),
    /// Its digest alone. Ed25519 without pre-hash cannot be verified with a digest.
    Digest(&'a Hash),
    /// Any artifact: the subjects of the statement are not compared. A message signature cannot be
    /// verified without an artifact.
    InsecureUnchecked,
}

impl<'a> Artifact<'a> {
    /// Its digest by `algorithm`, if it is known or can be computed.
    pub(crate) fn hash(self, algorithm: HashAlgorithm) -> Option<Cow<'a, Hash>> {
        match self {
            Self::Bytes(bytes) => Some(Cow::Owned(algorithm.hash(bytes))),
            Self::Digest(hash) => (hash.algorithm() == algorithm).then_some(Cow::Borrowed(hash)),
            Self::InsecureUnchecked => None,
        }
    }
}

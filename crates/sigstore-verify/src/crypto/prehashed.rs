//! A known digest in place of the hash function that would compute it.

use sha2::digest::consts::U64;
use sha2::digest::{FixedOutput, HashMarker, Output, OutputSizeUser, Update};

use super::{Hash, HashAlgorithm};

/// A SHA-512 digest that is known already: the library's Ed25519ph takes a hash function that has
/// read the message and asks it for the digest once.
#[derive(Debug)]
pub(super) struct Prehashed([u8; 64]);

impl Prehashed {
    pub(super) fn new(digest: &Hash) -> Option<Self> {
        (digest.algorithm() == HashAlgorithm::Sha512)
            .then(|| digest.as_bytes().try_into().ok().map(Self))?
    }
}

impl FixedOutput for Prehashed {
    fn finalize_into(self, out: &mut Output<Self>) {
        out.copy_from_slice(&self.0);
    }
}

impl OutputSizeUser for Prehashed {
    type OutputSize = U64;
}

/// Required by the trait bound; the value is the digest of no message.
impl Default for Prehashed {
    fn default() -> Self {
        Self([0; 64])
    }
}

/// Required by the trait bound; nothing is added, since the digest is final.
impl Update for Prehashed {
    fn update(&mut self, _: &[u8]) {}
}

impl HashMarker for Prehashed {}

//! The default provider: the RustCrypto and dalek crates, in Rust alone.

use ed25519_dalek::{Verifier as _, VerifyingKey};
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::form::Pair;
use super::prehashed::Prehashed;
use super::{Claim, Hash, HashAlgorithm, Input, Provider, Scheme};

/// Verifies with the crates of RustCrypto: no C, no assembler, every scheme.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct RustCrypto;

impl Provider for RustCrypto {
    fn holds(&self, claim: &Claim<'_>) -> bool {
        match (claim.pair(), claim.input()) {
            (Pair::P256(key, signature), Input::Digest(digest)) => key.holds(&digest, signature),
            (Pair::P384(key, signature), Input::Digest(digest)) => key.holds(&digest, signature),
            (Pair::P521(key, signature), Input::Digest(digest)) => key.holds(&digest, signature),
            (Pair::Rsa(key, signature), Input::Digest(digest)) => {
                rsa_holds(key, claim.scheme(), &digest, signature)
            }
            (Pair::Ed25519(key, signature), Input::Message(message)) => {
                key.verify(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
            }
            (Pair::Ed25519(key, signature), Input::Digest(digest)) => {
                ed25519ph_holds(key, &digest, signature)
            }
            (_, Input::Message(_)) => false,
        }
    }
}

/// RFC 8032 5.1, Ed25519ph without context.
pub(super) fn ed25519ph_holds(key: &VerifyingKey, digest: &Hash, signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    Prehashed::new(digest)
        .is_some_and(|digest| key.verify_prehashed(digest, None, &signature).is_ok())
}

fn rsa_holds(key: &RsaPublicKey, scheme: Scheme, digest: &Hash, signature: &[u8]) -> bool {
    let algorithm = digest.algorithm();
    let digest = digest.as_bytes();
    match (scheme, algorithm) {
        (Scheme::RsaPkcs1(_), HashAlgorithm::Sha256) => {
            key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature)
        }
        (Scheme::RsaPkcs1(_), HashAlgorithm::Sha384) => {
            key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature)
        }
        (Scheme::RsaPkcs1(_), HashAlgorithm::Sha512) => {
            key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature)
        }
        (Scheme::RsaPss(_), HashAlgorithm::Sha256) => {
            key.verify(Pss::<Sha256>::new(), digest, signature)
        }
        (Scheme::RsaPss(_), HashAlgorithm::Sha384) => {
            key.verify(Pss::<Sha384>::new(), digest, signature)
        }
        (Scheme::RsaPss(_), HashAlgorithm::Sha512) => {
            key.verify(Pss::<Sha512>::new(), digest, signature)
        }
        (Scheme::Ecdsa(_) | Scheme::Ed25519 | Scheme::Ed25519ph, _) => return false,
    }
    .is_ok()
}

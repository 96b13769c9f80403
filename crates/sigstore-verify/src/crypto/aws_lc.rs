//! The fast provider: AWS-LC, in C and assembler.

use std::sync::OnceLock;

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{self, ParsedPublicKey, UnparsedPublicKey, VerificationAlgorithm};

use super::form::Pair;
use super::rust_crypto::ed25519ph_holds;
use super::{Claim, Hash, HashAlgorithm, Input, KeyAlgorithm, Provider, PublicKey, Scheme};

/// Verifies with AWS-LC, three to five times as fast on curves as
/// [`RustCrypto`](super::RustCrypto).
///
/// It lacks Ed25519ph, for which it uses the same library as [`RustCrypto`](super::RustCrypto).
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct AwsLc;

impl Provider for AwsLc {
    fn holds(&self, claim: &Claim<'_>) -> bool {
        let key = claim.key();
        let Some(algorithm) = algorithm(key.algorithm(), claim.scheme()) else {
            // Not through the other provider, which would link all its curves into a program that
            // only uses this one.
            return match (claim.pair(), claim.input()) {
                (Pair::Ed25519(key, signature), Input::Digest(digest)) => {
                    ed25519ph_holds(key, &digest, signature)
                }
                _ => false,
            };
        };
        let by_default = claim.scheme() == Scheme::default_for(key.algorithm());
        match (claim.input(), by_default.then(|| key.aws_lc().get(key)).flatten()) {
            (Input::Digest(hash), Some(parsed)) => imported(&hash)
                .is_some_and(|hash| parsed.verify_digest_sig(&hash, claim.signature()).is_ok()),
            (Input::Digest(hash), None) => imported(&hash).is_some_and(|hash| {
                let key = UnparsedPublicKey::new(algorithm, key.der());
                key.verify_digest(&hash, claim.signature()).is_ok()
            }),
            (Input::Message(message), Some(parsed)) => {
                parsed.verify_sig(message, claim.signature()).is_ok()
            }
            (Input::Message(message), None) => UnparsedPublicKey::new(algorithm, key.der())
                .verify(message, claim.signature())
                .is_ok(),
        }
    }
}

/// A key in AWS-LC's form, for its default scheme: made when first needed and then shared, since
/// the keys of authorities and logs serve many verifications.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed(OnceLock<Option<ParsedPublicKey>>);

impl Parsed {
    fn get(&self, key: &PublicKey) -> Option<&ParsedPublicKey> {
        self.0
            .get_or_init(|| {
                let algorithm = algorithm(key.algorithm(), Scheme::default_for(key.algorithm()))?;
                ParsedPublicKey::new(algorithm, key.der()).ok()
            })
            .as_ref()
    }
}

fn algorithm(key: KeyAlgorithm, scheme: Scheme) -> Option<&'static dyn VerificationAlgorithm> {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    use KeyAlgorithm::{EcdsaP256, EcdsaP384, EcdsaP521, Ed25519, Rsa};

    Some(match (key, scheme) {
        (EcdsaP256, Scheme::Ecdsa(Sha256)) => &signature::ECDSA_P256_SHA256_ASN1,
        (EcdsaP256, Scheme::Ecdsa(Sha384)) => &signature::ECDSA_P256_SHA384_ASN1,
        (EcdsaP256, Scheme::Ecdsa(Sha512)) => &signature::ECDSA_P256_SHA512_ASN1,
        (EcdsaP384, Scheme::Ecdsa(Sha256)) => &signature::ECDSA_P384_SHA256_ASN1,
        (EcdsaP384, Scheme::Ecdsa(Sha384)) => &signature::ECDSA_P384_SHA384_ASN1,
        (EcdsaP384, Scheme::Ecdsa(Sha512)) => &signature::ECDSA_P384_SHA512_ASN1,
        (EcdsaP521, Scheme::Ecdsa(Sha256)) => &signature::ECDSA_P521_SHA256_ASN1,
        (EcdsaP521, Scheme::Ecdsa(Sha384)) => &signature::ECDSA_P521_SHA384_ASN1,
        (EcdsaP521, Scheme::Ecdsa(Sha512)) => &signature::ECDSA_P521_SHA512_ASN1,
        (Rsa { .. }, Scheme::RsaPkcs1(Sha256)) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (Rsa { .. }, Scheme::RsaPkcs1(Sha384)) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (Rsa { .. }, Scheme::RsaPkcs1(Sha512)) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (Rsa { .. }, Scheme::RsaPss(Sha256)) => &signature::RSA_PSS_2048_8192_SHA256,
        (Rsa { .. }, Scheme::RsaPss(Sha384)) => &signature::RSA_PSS_2048_8192_SHA384,
        (Rsa { .. }, Scheme::RsaPss(Sha512)) => &signature::RSA_PSS_2048_8192_SHA512,
        (Ed25519, Scheme::Ed25519) => &signature::ED25519,
        _ => return None,
    })
}

fn imported(hash: &Hash) -> Option<Digest> {
    let algorithm = match hash.algorithm() {
        HashAlgorithm::Sha256 => &digest::SHA256,
        HashAlgorithm::Sha384 => &digest::SHA384,
        HashAlgorithm::Sha512 => &digest::SHA512,
    };
    Digest::import_less_safe(hash.as_bytes(), algorithm).ok()
}

//! Properties of keys and signatures made here, under all providers at once.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod both;
mod signer;

use both::Both;
use proptest::prelude::*;
use sealift_sigstore_verify::{
    Hash, HashAlgorithm, KeyAlgorithm, KeyError, Message, PublicKey, Scheme, SignatureError,
};
use signer::Signer;

const HASHES: [HashAlgorithm; 3] =
    [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];

/// Any curve signs with any hash, longer than the order or shorter (FIPS 186-5 6.4.2).
#[test]
fn every_scheme_verifies_what_was_signed() {
    for signer in Signer::all() {
        for scheme in signer.schemes() {
            let signature = signer.sign(scheme, b"message");
            let message = Message::Bytes(b"message");
            let key = signer.public_key();
            assert_eq!(key.verify(&Both, scheme, message, &signature), Ok(()), "{scheme}");
            assert_eq!(
                key.verify(&Both, scheme, Message::Bytes(b"messages"), &signature),
                Err(SignatureError::Mismatch),
                "{scheme}"
            );
        }
    }
}

#[test]
fn a_digest_stands_for_its_message_where_the_scheme_signs_it() {
    for signer in Signer::all() {
        for scheme in signer.schemes() {
            let signature = signer.sign(scheme, b"message");
            for hash in HASHES {
                let digest = hash.hash(b"message");
                let expected = match scheme.hash() {
                    Some(own) if own == hash => Ok(()),
                    Some(_) => Err(SignatureError::DigestDoesNotFitScheme { scheme, found: hash }),
                    None => Err(SignatureError::NeedsMessage { scheme }),
                };
                let message = Message::Digest(&digest);
                let verdict = signer.public_key().verify(&Both, scheme, message, &signature);
                assert_eq!(verdict, expected, "{scheme} {hash}");
            }
        }
    }
}

#[test]
fn a_scheme_of_other_keys_is_refused() {
    for signer in Signer::all() {
        let key = signer.public_key();
        for scheme in Signer::all().iter().flat_map(Signer::schemes) {
            if scheme.fits(key.algorithm()) {
                continue;
            }
            assert_eq!(
                key.verify(&Both, scheme, Message::Bytes(b""), &[]),
                Err(SignatureError::SchemeDoesNotFitKey { scheme, key: key.algorithm() })
            );
        }
    }
}

/// Of the schemes that may have been used, the one that was is found, and no other.
#[test]
fn the_scheme_that_holds_is_told() {
    for signer in Signer::all() {
        let key = signer.public_key();
        let candidates = Scheme::candidates(key.algorithm(), None).unwrap();
        for scheme in signer.schemes() {
            let signature = signer.sign(scheme, b"message");
            let found = key.verify_any(&Both, candidates, Message::Bytes(b"message"), &signature);
            let expected = Some(scheme).filter(|scheme| candidates.contains(scheme));
            assert_eq!(found, expected.ok_or(SignatureError::Mismatch));
        }
    }
}

/// The registry of algorithms in protobuf-specs, and what cosign makes without a declaration.
#[test]
fn a_declared_hash_decides() {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    use KeyAlgorithm::{EcdsaP256, EcdsaP384, EcdsaP521};

    let ecdsa = |key, declared| Scheme::candidates(key, declared).ok();
    assert_eq!(ecdsa(EcdsaP256, None), Some(&[Scheme::Ecdsa(Sha256)][..]));
    assert_eq!(ecdsa(EcdsaP256, Some(Sha256)), Some(&[Scheme::Ecdsa(Sha256)][..]));
    assert_eq!(
        Scheme::candidates(EcdsaP256, Some(Sha512)),
        Err(SignatureError::HashDoesNotFitKey { hash: Sha512, key: EcdsaP256 })
    );
    assert_eq!(ecdsa(EcdsaP256, Some(Sha384)), None);
    assert_eq!(ecdsa(EcdsaP384, None), Some(&[Scheme::Ecdsa(Sha384), Scheme::Ecdsa(Sha256)][..]));
    assert_eq!(ecdsa(EcdsaP384, Some(Sha256)), Some(&[Scheme::Ecdsa(Sha256)][..]));
    assert_eq!(ecdsa(EcdsaP384, Some(Sha512)), None);
    assert_eq!(ecdsa(EcdsaP521, None), Some(&[Scheme::Ecdsa(Sha512), Scheme::Ecdsa(Sha256)][..]));
    assert_eq!(ecdsa(EcdsaP521, Some(Sha512)), Some(&[Scheme::Ecdsa(Sha512)][..]));
    assert_eq!(ecdsa(EcdsaP521, Some(Sha384)), None);
}

/// One that only a digest is there for, when the scheme signs the message, is not a mismatch.
#[test]
fn what_could_not_be_checked_is_told() {
    let signer = Signer::ed25519();
    let digest: Hash = HashAlgorithm::Sha256.hash(b"message");
    let candidates = Scheme::candidates(KeyAlgorithm::Ed25519, None).unwrap();
    let signature = signer.sign(Scheme::Ed25519, b"message");
    assert_eq!(
        signer.public_key().verify_any(&Both, candidates, Message::Digest(&digest), &signature),
        Err(SignatureError::NeedsMessage { scheme: Scheme::Ed25519 })
    );
}

/// n - s is as good as s (FIPS 186-5 has no rule on it), and Sigstore's signers make either.
#[test]
fn a_high_s_is_accepted() {
    let (signer, scheme) = (Signer::p256(), Scheme::Ecdsa(HashAlgorithm::Sha256));
    let mut halves = [0, 0];
    for number in 0..8_u8 {
        let signature = p256::ecdsa::Signature::from_der(&signer.sign(scheme, &[number])).unwrap();
        let low = signature.normalize_s();
        let (r, s) = low.split_scalars();
        let high = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap();
        for (count, form) in halves.iter_mut().zip([low, high]) {
            let der = form.to_der();
            let message = Message::Bytes(std::slice::from_ref(&number));
            let verdict = signer.public_key().verify(&Both, scheme, message, der.as_bytes());
            *count += u8::from(verdict.is_ok());
        }
    }
    assert_eq!(halves, [8, 8]);
}

/// No bit of a signature is free, nor any of a key: each flipped bit is refused or, in a key, is
/// another key.
#[test]
fn no_flipped_bit_verifies() {
    for signer in Signer::all() {
        let scheme = signer.schemes()[0];
        let signature = signer.sign(scheme, b"message");
        // Each bit of the short ones, a sample of those that take longer.
        let step = match signature.len() {
            0..80 => 1,
            80..200 => 7,
            _ => 29,
        };
        for bit in (0..signature.len() * 8).step_by(step) {
            let flipped = flip(&signature, bit);
            let verdict =
                signer.public_key().verify(&Both, scheme, Message::Bytes(b"message"), &flipped);
            assert!(verdict.is_err(), "{scheme}, bit {bit}");
        }
        let der = signer.public_key().der();
        for bit in (0..der.len() * 8).step_by(step) {
            if let Ok(key) = PublicKey::from_der(&flip(der, bit)) {
                let verdict = key.verify(&Both, scheme, Message::Bytes(b"message"), &signature);
                assert!(verdict.is_err(), "{scheme}, bit {bit} of the key");
            }
        }
    }
}

#[test]
fn trailing_and_missing_bytes_are_refused() {
    for signer in Signer::all() {
        let der = signer.public_key().der();
        assert_eq!(PublicKey::from_der(&[der, &[0]].concat()), Err(KeyError::Der));
        assert_eq!(PublicKey::from_der(&der[..der.len() - 1]), Err(KeyError::Der));
        let scheme = signer.schemes()[0];
        let signature = signer.sign(scheme, b"message");
        for other in [[&*signature, &[0]].concat(), signature[1..].to_vec(), Vec::new()] {
            assert_eq!(
                signer.public_key().verify(&Both, scheme, Message::Bytes(b"message"), &other),
                Err(SignatureError::Malformed)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn anything_as_a_key_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::from_der(&bytes);
        let _ = PublicKey::from_pem(&bytes);
        let _ = PublicKey::from_pkcs1(&bytes);
    }

    /// The providers agree on keys and signatures with changed, removed or added bytes.
    #[test]
    fn providers_agree_on_changed_bytes(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..3),
        of_the_key in any::<bool>(),
    ) {
        let signers = Signer::all();
        let signer = which.get(signers);
        let scheme = *which.get(&signer.schemes());
        let mut signature = signer.sign(scheme, b"message");
        let mut der = signer.public_key().der().to_vec();
        let changed = if of_the_key { &mut der } else { &mut signature };
        let before = changed.clone();
        for (at, byte, kind) in changes {
            let at = at.index(changed.len());
            match kind {
                0 => changed[at] = byte,
                1 => changed.insert(at, byte),
                _ => drop(changed.remove(at)),
            }
        }
        let same = before == *changed;
        if let Ok(key) = PublicKey::from_der(&der) {
            let verdict = key.verify(&Both, scheme, Message::Bytes(b"message"), &signature);
            prop_assert_eq!(verdict.is_ok(), same);
        }
    }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

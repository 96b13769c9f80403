//! Any bytes as a signature, under a key of each kind: the providers agree, and accept none.
#![no_main]

#[path = "../../tests/both/mod.rs"]
mod both;

use std::sync::LazyLock;

use both::Both;
use libfuzzer_sys::fuzz_target;
use sealift_sigstore_verify::{HashAlgorithm, Message, PublicKey, Scheme};

/// The base points of P-256, P-384 (SEC 2 2.4.2, 2.5.1) and Ed25519 (RFC 8032 5.1), each behind
/// the head of its `SubjectPublicKeyInfo`.
const POINTS: [&str; 3] = [
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004\
     6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
     4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    "3076301006072a8648ce3d020106052b8104002203620004\
     aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7\
     3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    "302a300506032b6570032100\
     5866666666666666666666666666666666666666666666666666666666666666",
];

static KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| {
    let points = POINTS.iter().map(|key| PublicKey::from_der(&hex(key)).expect("a point"));
    points.chain([rsa()]).collect()
});

fuzz_target!(|bytes: &[u8]| {
    for key in KEYS.iter() {
        for scheme in schemes().filter(|scheme| scheme.fits(key.algorithm())) {
            let verdict = key.verify(&Both, scheme, Message::Bytes(b"message"), bytes);
            assert!(verdict.is_err(), "{scheme}");
        }
    }
});

fn schemes() -> impl Iterator<Item = Scheme> {
    let hashes = [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
    let hashed = hashes
        .into_iter()
        .flat_map(|hash| [Scheme::Ecdsa(hash), Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)]);
    hashed.chain([Scheme::Ed25519, Scheme::Ed25519ph])
}

/// Under 2^2048 - 1 as the modulus: odd, and of the right length.
fn rsa() -> PublicKey {
    let head = hex("3082010a0282010100");
    PublicKey::from_pkcs1(&[&*head, &[0xff; 256], &hex("0203010001")].concat()).expect("a key")
}

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).expect("digits"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect()
}

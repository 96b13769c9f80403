//! Keys: every kind signs and is verified by `sealift-sigstore-verify`, key files of cosign are
//! read, and what is written is read again.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use sealift_sigstore_sign::{KeyFileError, PrivateKey, Signer as _, public_pem};
use sealift_sigstore_verify::{
    HashAlgorithm, KeyAlgorithm, Message, PublicKey, RustCrypto, Scheme,
};
use sealift_tests::{Suite, test_data};
use zeroize::Zeroizing;

const PASSWORD: &[u8] = b"throwaway-test-password";

fn with(password: &[u8]) -> impl FnOnce() -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let password = Zeroizing::new(password.to_vec());
    || Ok(password)
}

fn none() -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    Err(KeyFileError::PasswordNeeded)
}

fn signs(key: &PrivateKey) {
    let algorithm = key.public_key().algorithm();
    let mut schemes = vec![Scheme::default_for(algorithm)];
    match algorithm {
        KeyAlgorithm::Rsa { .. } => schemes.push(Scheme::RsaPss(HashAlgorithm::Sha512)),
        KeyAlgorithm::Ed25519 => schemes.push(Scheme::Ed25519ph),
        _ => {}
    }
    for scheme in schemes {
        let signature = key.sign(scheme, Message::Bytes(b"message")).unwrap();
        let public = key.public_key();
        assert_eq!(
            public.verify(&RustCrypto, scheme, Message::Bytes(b"message"), &signature),
            Ok(())
        );
        if let (Some(hash), false) = (scheme.hash(), algorithm == KeyAlgorithm::Ed25519) {
            let digest = hash.hash(b"message");
            let signature = key.sign(scheme, Message::Digest(&digest)).unwrap();
            let message = Message::Bytes(b"message");
            assert_eq!(public.verify(&RustCrypto, scheme, message, &signature), Ok(()));
        }
    }
}

#[test]
fn every_kind_of_key_is_made_and_signs() {
    for algorithm in [
        KeyAlgorithm::EcdsaP256,
        KeyAlgorithm::EcdsaP384,
        KeyAlgorithm::EcdsaP521,
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::Rsa { bits: 2048 },
    ] {
        let key = PrivateKey::generate(algorithm).unwrap();
        assert_eq!(key.public_key().algorithm(), algorithm);
        signs(&key);
        let again = PrivateKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(again.to_pkcs8(), key.to_pkcs8());
        let public = PublicKey::from_pem(key.public_pem().as_bytes()).unwrap();
        assert_eq!(&public, key.public_key());
    }
    let refused = PrivateKey::generate(KeyAlgorithm::Rsa { bits: 1024 });
    assert_eq!(refused.unwrap_err(), KeyFileError::Algorithm);
}

#[test]
fn a_scheme_must_fit_the_key() {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    for scheme in [Scheme::Ed25519, Scheme::Ecdsa(HashAlgorithm::Sha512)] {
        assert!(key.sign(scheme, Message::Bytes(b"")).is_err(), "{scheme}");
    }
    let digest = HashAlgorithm::Sha512.hash(b"");
    let scheme = Scheme::Ecdsa(HashAlgorithm::Sha256);
    assert!(key.sign(scheme, Message::Digest(&digest)).is_err());
}

#[test]
fn what_is_encrypted_is_opened_with_its_password_alone() {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let text = key.to_encrypted_pem(b"secret").unwrap();
    assert!(text.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJrZGYiOnsi"));
    assert!(text.lines().all(|line| line.len() <= 64));
    let open = |password| PrivateKey::from_pem(text.as_bytes(), with(password));
    assert_eq!(open(b"secret").unwrap().public_key(), key.public_key());
    for wrong in [&b"Secret"[..], b"", b"secret\n"] {
        assert_eq!(open(wrong).unwrap_err(), KeyFileError::WrongPassword);
    }
    let refused = PrivateKey::from_pem(text.as_bytes(), none);
    assert_eq!(refused.unwrap_err(), KeyFileError::PasswordNeeded);
    let empty = key.to_encrypted_pem(b"").unwrap();
    assert!(PrivateKey::from_pem(empty.as_bytes(), with(b"")).is_ok());
}

/// A key file with this JSON.
fn sealed(json: &str) -> String {
    use sealift_sigstore_verify::encode_base64;
    let label = "ENCRYPTED COSIGN PRIVATE KEY";
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", encode_base64(json.as_bytes()))
}

#[test]
fn hostile_parameters_are_refused_before_they_cost() {
    let with_cost = |n: &str, r: &str, p: &str| {
        let json = format!(
            r#"{{"kdf":{{"name":"scrypt","params":{{"N":{n},"r":{r},"p":{p}}},"salt":"AA=="}},
                "cipher":{{"name":"nacl/secretbox","nonce":"AA=="}},"ciphertext":""}}"#
        );
        PrivateKey::from_pem(sealed(&json).as_bytes(), || panic!("asked for the password"))
    };
    for (n, r, p) in [
        ("4194304", "1", "1"),
        ("65536", "64", "1"),
        ("65536", "8", "9"),
        ("65536", "8", "18446744073709551615"),
        ("18446744073709551615", "8", "1"),
        ("65537", "8", "1"),
        ("0", "8", "1"),
        ("1", "8", "1"),
        ("65536", "0", "1"),
        ("65536", "8", "0"),
    ] {
        let error = with_cost(n, r, p).unwrap_err();
        assert!(matches!(error, KeyFileError::Cost { .. }), "{n} {r} {p}: {error}");
    }
    for (n, r, p) in [("-1", "8", "1"), ("1e99", "8", "1"), ("\"8\"", "8", "1")] {
        assert_eq!(with_cost(n, r, p).unwrap_err(), KeyFileError::EncryptedForm);
    }
}

#[test]
fn other_encryptions_and_labels_are_named() {
    let json = r#"{"kdf":{"name":"argon2","params":{"N":1,"r":1,"p":1},"salt":""},
        "cipher":{"name":"nacl/secretbox","nonce":""},"ciphertext":""}"#;
    let error = PrivateKey::from_pem(sealed(json).as_bytes(), none).unwrap_err();
    assert_eq!(error, KeyFileError::Encryption { found: "argon2".into() });
    let text = public_pem(PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap().public_key());
    let error = PrivateKey::from_pem(text.as_bytes(), none).unwrap_err();
    assert_eq!(error, KeyFileError::Label { label: "PUBLIC KEY".into() });
    let long = vec![b'\n'; 100_000];
    let error = PrivateKey::from_pem(&long, none).unwrap_err();
    assert_eq!(error, KeyFileError::TooLarge { bytes: 100_000, max: 65_536 });
}

/// Every `NAME.key` beside a `NAME.pub`, both made by cosign.
fn pairs(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut secret: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|end| end == "key")).collect();
    secret.sort();
    secret.into_iter().map(|key| (key.clone(), key.with_extension("pub"))).collect()
}

#[test]
fn key_files_of_cosign_are_read_and_written_in_the_same_form() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("cosign-keys", "");
    for (secret, public) in pairs(&data.join("sigstore/signed-images/keys")) {
        let name = public.display().to_string();
        let (secret, public) = (fs::read(secret).unwrap(), fs::read_to_string(public).unwrap());
        let key = PrivateKey::from_pem(&secret, with(PASSWORD)).unwrap();
        signs(&key);
        let wrong = PrivateKey::from_pem(&secret, with(b"another")).unwrap_err();
        assert_eq!(wrong, KeyFileError::WrongPassword);
        let written = key.to_encrypted_pem(PASSWORD).unwrap();
        assert_eq!(shape(&written), shape(&String::from_utf8(secret).unwrap()));
        let written = key.public_pem();
        suite.case(&name, if written == public { Ok(()) } else { Err(written) });
    }
    suite.finish();
}

/// Borders, lengths of lines, and the JSON but for salt, nonce and ciphertext, of whose PKCS#8
/// the length is left.
fn shape(text: &str) -> (Vec<String>, String) {
    let lines: Vec<&str> = text.lines().collect();
    let [begin, digits @ .., end] = lines.as_slice() else { panic!("{text}") };
    let json = sealift_sigstore_verify::decode_base64(&digits.concat()).unwrap();
    let mut document: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let text = String::from_utf8(json).unwrap();
    let mut shape = text.clone();
    for pointer in ["/kdf/salt", "/cipher/nonce", "/ciphertext"] {
        let value = document.pointer_mut(pointer).unwrap();
        let digits = value.as_str().unwrap().to_owned();
        shape = shape.replace(&digits, &format!("{} letters", digits.len()));
    }
    let lengths: Vec<String> = digits.iter().map(|line| line.len().to_string()).collect();
    ([vec![(*begin).to_owned(), (*end).to_owned()], lengths].concat(), shape)
}

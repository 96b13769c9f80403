//! A log made by tests: it signs what they like.

use ed25519_dalek::Signer as _;
use sealift_model::Timestamp;

use super::merkle::{leaf_hash, tree};
use super::{Entry, InclusionProof};
use crate::base64;
use crate::crypto::{HashAlgorithm, PublicKey, Scheme};
use crate::trust::{TransparencyLog, Window};

/// SubjectPublicKeyInfo up to the point (RFC 5480 2).
const P256_HEADER: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// SubjectPublicKeyInfo up to the key (RFC 8410 4).
const ED25519_HEADER: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

pub(crate) enum TestKey {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl TestKey {
    pub(crate) fn p256(seed: u8) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(super) fn ed25519(seed: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    pub(crate) fn public(&self) -> PublicKey {
        let der = match self {
            Self::P256(key) => {
                [P256_HEADER, key.verifying_key().to_sec1_point(false).as_bytes()].concat()
            }
            Self::Ed25519(key) => {
                [ED25519_HEADER, key.verifying_key().as_bytes().as_slice()].concat()
            }
        };
        PublicKey::from_der(&der).unwrap()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    fn scheme(&self) -> Scheme {
        match self {
            Self::P256(_) => Scheme::Ecdsa(HashAlgorithm::Sha256),
            Self::Ed25519(_) => Scheme::Ed25519,
        }
    }
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The log at `https://log.example`, trusted in the whole of 2025.
pub(super) fn trusted(key: &TestKey) -> TransparencyLog {
    let window = Window::new(time("2025-01-01T00:00:00Z"), Some(time("2025-12-31T00:00:00Z")));
    let url = "https://log.example".to_owned();
    TransparencyLog::new(url, key.public(), key.scheme(), window.unwrap())
}

pub(super) fn signature_line(name: &str, key_id: &[u8], signature: &[u8]) -> String {
    format!("\u{2014} {name} {}\n", base64::encode(&[key_id, signature].concat()))
}

/// Text of a checkpoint.
pub(super) fn checkpoint_text(origin: &str, size: usize, root: &[u8]) -> String {
    format!("{origin}\n{size}\n{}\n", base64::encode(root))
}

/// A note of one signature, under the key id that the log's id begins with.
pub(super) fn note(key: &TestKey, origin: &str, text: &str) -> String {
    let name = origin.split(' ').next().unwrap();
    let signature = key.sign(text.as_bytes());
    format!("{text}\n{}", signature_line(name, &key.public().id()[..4], &signature))
}

/// An entry in the middle of a tree of seven, without a promise.
pub(super) fn entry(key: &TestKey, origin: &str, kind: (&str, &str), body: &[u8]) -> Entry {
    let mut leaves: Vec<_> = (0..7_u8).map(|leaf| leaf_hash(&[leaf])).collect();
    leaves[4] = leaf_hash(body);
    let root = tree::root(&leaves);
    let text = checkpoint_text(origin, leaves.len(), &root);
    Entry {
        log_index: 4,
        log_id: key.public().id().to_vec(),
        kind: kind.0.to_owned(),
        version: kind.1.to_owned(),
        integrated_time: None,
        promise: None,
        proof: Some(InclusionProof {
            log_index: 4,
            tree_size: 7,
            root_hash: root.to_vec(),
            hashes: tree::path(4, &leaves).iter().map(|node| node.to_vec()).collect(),
            checkpoint: Some(note(key, origin, &text)),
        }),
        body: body.to_vec(),
    }
}

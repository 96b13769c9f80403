//! An entry of any parts in a log whose every signature holds: body, proof and promise are read,
//! and what is accepted is what was asked for.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sealift_model::Timestamp;
use sealift_sigstore_verify::{
    Claim, Entry, HashAlgorithm, InclusionProof, Provider, PublicKey, Scheme, Signatory, Signed,
    SignedContent, TransparencyLog, Window,
};

const KINDS: [(&str, &str); 6] = [
    ("hashedrekord", "0.0.1"),
    ("hashedrekord", "0.0.2"),
    ("dsse", "0.0.1"),
    ("dsse", "0.0.2"),
    ("intoto", "0.0.1"),
    ("intoto", "0.0.2"),
];

/// Number of the kind, index and body.
type Leaf<'a> = (usize, u64, &'a [u8]);
/// Signature and seconds.
type Promise<'a> = (&'a [u8], Option<i32>);
/// Index, size, root, path and checkpoint.
type Proof<'a> = (u64, u64, [u8; 32], Vec<[u8; 32]>, Option<&'a str>);

/// Believes every signature: what else is wrong must be found without them.
#[derive(Debug)]
struct Believing;

impl Provider for Believing {
    fn holds(&self, _: &Claim<'_>) -> bool {
        true
    }
}

/// A log with the key of RFC 8032 7.1, test 1.
static LOG: LazyLock<TransparencyLog> = LazyLock::new(|| {
    let der = [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
        b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a",
        b"\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a",
    ];
    let key = PublicKey::from_der(&der.concat()).expect("the key is good");
    let start = Timestamp::from_unix_seconds(0).expect("the time is good");
    let window = Window::new(start, None).expect("it has no end");
    TransparencyLog::new("https://l".to_owned(), key, Scheme::Ed25519, window)
});

fuzz_target!(|data: (bool, Leaf<'_>, Option<Promise<'_>>, Option<Proof<'_>>)| {
    let (is_envelope, leaf, promise, proof) = data;
    let entry = entry(leaf, promise, proof);
    let digest = HashAlgorithm::Sha256.hash(b"message");
    let content = if is_envelope {
        SignedContent::Envelope { payload_type: "t", payload: b"payload", pae: b"message" }
    } else {
        SignedContent::Digest(&digest)
    };
    let signatory = Signatory::Key(LOG.key());
    let signed = Signed { signature: b"signature", signatory, content };
    if let Ok(verified) = entry.verify(&signed, std::slice::from_ref(&*LOG), &Believing) {
        assert!(entry.promise.is_some() || entry.proof.is_some());
        assert_eq!(verified.integrated_time().is_some(), entry.promise.is_some());
        assert_eq!(verified.checkpoint().is_some(), entry.proof.is_some());
    }
});

fn entry(leaf: Leaf<'_>, promise: Option<Promise<'_>>, proof: Option<Proof<'_>>) -> Entry {
    let (number, log_index, body) = leaf;
    let (kind, version) = KINDS[number % KINDS.len()];
    let time = promise.and_then(|(_, seconds)| Timestamp::from_unix_seconds(seconds?.into()).ok());
    Entry {
        log_index,
        log_id: LOG.id().to_vec(),
        kind: kind.to_owned(),
        version: version.to_owned(),
        integrated_time: time,
        promise: promise.map(|(signature, _)| signature.to_vec()),
        proof: proof.map(|(log_index, tree_size, root, path, checkpoint)| InclusionProof {
            log_index,
            tree_size,
            root_hash: root.to_vec(),
            hashes: path.iter().map(|hash| hash.to_vec()).collect(),
            checkpoint: checkpoint.map(str::to_owned),
        }),
        body: body.to_vec(),
    }
}

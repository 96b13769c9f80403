//! Inclusion proofs: the path from an entry to a root, and the checkpoint that vouches for it.

use sha2::{Digest, Sha256};

use super::checkpoint::{Checkpoint, NoteSignature};
use super::merkle::{self, Node};
use super::{Entry, InclusionProof, LogError};
use crate::crypto::{KeyAlgorithm, Message, Provider};
use crate::trust::TransparencyLog;

/// A checkpoint that its log has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedCheckpoint {
    /// The name under which the log signed, in Rekor v1 with the number of the shard's tree.
    pub origin: String,
    /// Leaves of the tree.
    pub tree_size: u64,
    /// Root of the tree.
    pub root_hash: [u8; 32],
}

/// Checks that the entry, by the hash of its body, is a leaf of a tree whose root the log has
/// signed.
///
/// The index in the proof is the one in the tree. The index of the entry counts over all shards of
/// a Rekor v1 log and only its promise covers it; for a log with one tree, the caller compares
/// them.
///
/// # Errors
/// When a part is missing or malformed, when the path does not lead from the entry to the root, or
/// when the log's checkpoint has another size or root.
pub(crate) fn verify(
    entry: &Entry,
    leaf_hash: Node,
    log: &TransparencyLog,
    provider: &dyn Provider,
) -> Result<VerifiedCheckpoint, LogError> {
    let proof = entry.proof.as_ref().ok_or(LogError::MissingProof)?;
    let note = proof.checkpoint.as_deref().ok_or(LogError::MissingCheckpoint)?;
    let checkpoint = Checkpoint::parse(note)?;
    let root = same_tree(proof, &checkpoint)?;
    merkle::verify_inclusion(leaf_hash, proof.log_index, proof.tree_size, &proof.hashes, root)?;
    verify_signature(&checkpoint, log, provider)?;
    Ok(VerifiedCheckpoint {
        origin: checkpoint.origin().to_owned(),
        tree_size: checkpoint.tree_size(),
        root_hash: *checkpoint.root_hash(),
    })
}

/// The root of the tree, on which proof and checkpoint must agree.
fn same_tree<'c>(
    proof: &InclusionProof,
    checkpoint: &'c Checkpoint<'_>,
) -> Result<&'c Node, LogError> {
    if checkpoint.tree_size() != proof.tree_size {
        return Err(LogError::CheckpointSizeDiffers {
            checkpoint: checkpoint.tree_size(),
            proof: proof.tree_size,
        });
    }
    if *checkpoint.root_hash() != merkle::node(&proof.root_hash)? {
        return Err(LogError::CheckpointRootDiffers);
    }
    Ok(checkpoint.root_hash())
}

/// Checks origin and signature of the log's own checkpoint.
///
/// C2SP signed-note: signatures of unknown keys are ignored "even if they share a name or ID (but
/// not both) with a known key"; the first one that has both must be valid.
fn verify_signature(
    checkpoint: &Checkpoint<'_>,
    log: &TransparencyLog,
    provider: &dyn Provider,
) -> Result<(), LogError> {
    let name = signer(checkpoint.origin(), log).ok_or_else(|| LogError::CheckpointOrigin {
        expected: log.origin().to_owned(),
        found: checkpoint.origin().to_owned(),
    })?;
    let is_own = |line: &&NoteSignature<'_>| line.name == name && is_key_id(line.key_id, log, name);
    let line = checkpoint.signatures().iter().find(is_own).ok_or(LogError::CheckpointUnsigned)?;
    let text = Message::Bytes(checkpoint.text().as_bytes());
    log.key()
        .verify(provider, log.scheme(), text, &line.signature)
        .map_err(LogError::CheckpointSignature)
}

/// The name under which the log signs a checkpoint of this origin; none if the origin is another
/// log's.
///
/// The Sigstore client specification derives it from the base URL of the log. Logs omit the port
/// (Rekor v2) or keep it (some of Rekor v1). The origin is that name, to which Rekor v1 appends the
/// tree of the shard: `rekor.sigstore.dev - 2605736670972794746`. If only the key of a log is
/// known, there is no name to compare, and the signature decides.
fn signer<'o>(origin: &'o str, log: &TransparencyLog) -> Option<&'o str> {
    let is_tree = |tree: &str| !tree.is_empty() && tree.bytes().all(|byte| byte.is_ascii_digit());
    let name = match origin.split_once(" - ") {
        Some((name, tree)) if is_tree(tree) => name,
        _ => origin,
    };
    let is_named = || name == log.origin() || name == authority(log.base_url());
    let is_log = !name.is_empty() && (log.is_of_any_name() || is_named());
    is_log.then_some(name)
}

/// Host and port of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Whether the id in a signature with the log's name is that of the log's key.
///
/// A trusted root may give the id (`TransparencyLogInstance.checkpoint_key_id` in protobuf-specs:
/// "if not set, assume log_id equals checkpoint_key_id"). Not every root names its logs by the
/// note's key id, so the id that C2SP signed-note derives from name and key is accepted as well.
fn is_key_id(id: [u8; 4], log: &TransparencyLog, name: &str) -> bool {
    match log.checkpoint_key_id() {
        Some(expected) => expected.starts_with(&id),
        None => log.id().starts_with(&id) || derived_key_id(log, name).starts_with(&id),
    }
}

/// C2SP signed-note, Signature types: "SHA-256(key name || 0x0A || 0x01 || 32-byte Ed25519 public
/// key)", for ECDSA the hash of the SubjectPublicKeyInfo, and protobuf-specs takes that for RSA.
fn derived_key_id(log: &TransparencyLog, name: &str) -> [u8; 32] {
    match (log.key().algorithm(), log.key().der().last_chunk::<32>()) {
        // RFC 8410 section 4: the SubjectPublicKeyInfo ends in the key.
        (KeyAlgorithm::Ed25519, Some(key)) => {
            let hash = Sha256::new().chain_update(name).chain_update(b"\n\x01").chain_update(key);
            hash.finalize().into()
        }
        _ => *log.key().id(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::made::{TestKey, checkpoint_text, entry, note, signature_line, trusted};
    use super::*;
    use crate::crypto::{RustCrypto, SignatureError};
    use crate::log::CheckpointError;

    const BODY: &[u8] = b"a leaf";

    fn entry_of(key: &TestKey, origin: &str) -> Entry {
        entry(key, origin, ("hashedrekord", "0.0.1"), BODY)
    }

    fn proof(entry: &mut Entry) -> &mut InclusionProof {
        entry.proof.as_mut().unwrap()
    }

    fn verify(
        entry: &Entry,
        log: &TransparencyLog,
        provider: &RustCrypto,
    ) -> Result<VerifiedCheckpoint, LogError> {
        super::verify(entry, merkle::leaf_hash(&entry.body), log, provider)
    }

    fn reason(entry: &Entry, key: &TestKey) -> LogError {
        verify(entry, &trusted(key), &RustCrypto).unwrap_err()
    }

    #[test]
    fn logs_of_both_keys_and_generations() {
        for key in [TestKey::p256(1), TestKey::ed25519(1)] {
            for origin in ["log.example", "log.example - 8050909264565447525"] {
                let entry = entry_of(&key, origin);
                let verified = verify(&entry, &trusted(&key), &RustCrypto).unwrap();
                assert_eq!((verified.origin.as_str(), verified.tree_size), (origin, 7));
                assert_eq!(verified.root_hash.as_slice(), entry.proof.unwrap().root_hash);
            }
        }
    }

    #[test]
    fn a_log_may_sign_with_its_port() {
        let key = TestKey::p256(1);
        let log = trusted(&key);
        let at = |url: &str| {
            TransparencyLog::new(url.to_owned(), key.public(), log.scheme(), log.window())
        };
        let entry = entry_of(&key, "log.example:8000 - 1");
        assert!(verify(&entry, &at("http://log.example:8000/x"), &RustCrypto).is_ok());
        assert!(verify(&entry, &at("http://log.example:8001"), &RustCrypto).is_err());
        let entry = entry_of(&key, "log.example");
        assert!(verify(&entry, &at("http://log.example:8000"), &RustCrypto).is_ok());
    }

    #[test]
    fn a_log_known_by_its_key_alone_has_any_name() {
        for key in [TestKey::p256(1), TestKey::ed25519(1)] {
            let like = trusted(&key);
            let log = TransparencyLog::of_key(key.public(), like.scheme(), like.window());
            for origin in ["log.example", "other.example:8000 - 1"] {
                assert!(verify(&entry_of(&key, origin), &log, &RustCrypto).is_ok());
            }
            let reason = |entry: &Entry| verify(entry, &log, &RustCrypto).unwrap_err();
            let by_other = entry_of(&TestKey::p256(2), "log.example");
            assert_eq!(reason(&by_other), LogError::CheckpointUnsigned);
            // The same with an id that claims to be the key's.
            let mut forged = entry_of(&key, "log.example");
            let text = checkpoint_text("log.example", 7, &proof(&mut forged).root_hash);
            let signature = TestKey::p256(2).sign(text.as_bytes());
            let line = signature_line("log.example", &key.public().id()[..4], &signature);
            proof(&mut forged).checkpoint = Some(format!("{text}\n{line}"));
            assert!(matches!(reason(&forged), LogError::CheckpointSignature(_)));
        }
        // A trusted root that leaves the URL out names no log at all.
        let (key, like) = (TestKey::p256(1), trusted(&TestKey::p256(1)));
        let log = TransparencyLog::new(String::new(), key.public(), like.scheme(), like.window());
        assert!(verify(&entry_of(&key, "log.example"), &log, &RustCrypto).is_err());
    }

    #[test]
    fn checkpoints_of_other_origins() {
        let key = TestKey::p256(1);
        for origin in ["other.example", "log.example - x", "log.example -  1", "log.example.", "x"]
        {
            let expected = LogError::CheckpointOrigin {
                expected: "log.example".to_owned(),
                found: origin.to_owned(),
            };
            assert_eq!(reason(&entry_of(&key, origin), &key), expected);
        }
    }

    #[test]
    fn a_tree_of_others() {
        let key = TestKey::p256(1);
        let mut other = entry_of(&key, "log.example");
        other.body.push(0);
        assert_eq!(reason(&other, &key), LogError::RootDiffers);
        let mut other = entry_of(&key, "log.example");
        proof(&mut other).log_index = 5;
        assert_eq!(reason(&other, &key), LogError::RootDiffers);
        let mut other = entry_of(&key, "log.example");
        proof(&mut other).tree_size = 8;
        let expected = LogError::CheckpointSizeDiffers { checkpoint: 7, proof: 8 };
        assert_eq!(reason(&other, &key), expected);
        let mut other = entry_of(&key, "log.example");
        proof(&mut other).root_hash[0] ^= 1;
        assert_eq!(reason(&other, &key), LogError::CheckpointRootDiffers);
        proof(&mut other).root_hash.pop();
        let expected = LogError::HashLength { expected: 32, found: 31 };
        assert_eq!(reason(&other, &key), expected);
    }

    #[test]
    fn what_is_missing() {
        let key = TestKey::p256(1);
        let mut entry = entry_of(&key, "log.example");
        proof(&mut entry).checkpoint = Some(String::new());
        let expected = LogError::Checkpoint(CheckpointError::NoSignatures);
        assert_eq!(reason(&entry, &key), expected);
        proof(&mut entry).checkpoint = None;
        assert_eq!(reason(&entry, &key), LogError::MissingCheckpoint);
        entry.proof = None;
        assert_eq!(reason(&entry, &key), LogError::MissingProof);
    }

    /// The same entry with other signatures below its checkpoint.
    fn signed(key: &TestKey, lines: impl Fn(&str) -> String) -> Entry {
        let mut entry = entry_of(key, "log.example");
        let text = checkpoint_text("log.example", 7, &proof(&mut entry).root_hash);
        proof(&mut entry).checkpoint = Some(format!("{text}\n{}", lines(&text)));
        entry
    }

    #[test]
    fn signatures_of_others_are_ignored() {
        let key = TestKey::ed25519(1);
        let id = key.public().id()[..4].to_vec();
        let own = |text: &str| signature_line("log.example", &id, &key.sign(text.as_bytes()));
        let others = signature_line("witness.example", &id, b"x")
            + &signature_line("log.example", b"else", b"x");
        let entry = signed(&key, |text| others.clone() + &own(text));
        assert!(verify(&entry, &trusted(&key), &RustCrypto).is_ok());
        let entry = signed(&key, |text| own(text) + &others);
        assert!(verify(&entry, &trusted(&key), &RustCrypto).is_ok());
        let entry = signed(&key, |_| others.clone());
        assert_eq!(reason(&entry, &key), LogError::CheckpointUnsigned);
    }

    #[test]
    fn the_first_own_signature_decides() {
        let (key, other) = (TestKey::ed25519(1), TestKey::ed25519(2));
        let id = key.public().id()[..4].to_vec();
        let line = |key: &TestKey, text: &str| {
            signature_line("log.example", &id, &key.sign(text.as_bytes()))
        };
        let entry = signed(&key, |text| line(&other, text) + &line(&key, text));
        let expected = LogError::CheckpointSignature(SignatureError::Mismatch);
        assert_eq!(reason(&entry, &key), expected);
        let entry = signed(&key, |text| line(&key, &text.replace('7', "8")));
        assert_eq!(reason(&entry, &key), expected);
    }

    #[test]
    fn key_ids() {
        let key = TestKey::ed25519(1);
        let (log, public) = (trusted(&key), key.public());
        // By hand, from the formula of C2SP signed-note.
        let encoded = [b"log.example\n\x01".as_slice(), &public.der()[12..]].concat();
        let derived: [u8; 32] = Sha256::digest(encoded).into();
        let entry_with = |id: &[u8]| {
            let id = id[..4].to_vec();
            signed(&key, move |text| {
                signature_line("log.example", &id, &TestKey::ed25519(1).sign(text.as_bytes()))
            })
        };
        let accepts =
            |log: &TransparencyLog, id: &[u8]| match verify(&entry_with(id), log, &RustCrypto) {
                Ok(_) => true,
                Err(error) => {
                    assert_eq!(error, LogError::CheckpointUnsigned);
                    false
                }
            };
        assert!(accepts(&log, public.id()) && accepts(&log, &derived));
        assert!(!accepts(&log, &[0; 32]));
        let renamed = log.clone().with_id(b"another id".to_vec());
        assert!(accepts(&renamed, b"another id") && !accepts(&renamed, public.id()));
        let told = log.with_checkpoint_key_id(vec![1, 2, 3, 4]);
        assert!(accepts(&told, &[1, 2, 3, 4]) && !accepts(&told, &derived));
        assert!(!accepts(&told.with_checkpoint_key_id(vec![1, 2, 3]), &[1, 2, 3, 4]));
        let ecdsa = trusted(&TestKey::p256(1));
        assert_eq!(derived_key_id(&ecdsa, "log.example"), *TestKey::p256(1).public().id());
    }

    #[test]
    fn a_note_over_other_text() {
        let key = TestKey::p256(1);
        let mut entry = entry_of(&key, "log.example");
        let text = checkpoint_text("log.example", 7, &proof(&mut entry).root_hash);
        let extended = note(&key, "log.example", &text).replace("\n\n", "\nextension\n\n");
        proof(&mut entry).checkpoint = Some(extended);
        let expected = LogError::CheckpointSignature(SignatureError::Mismatch);
        assert_eq!(reason(&entry, &key), expected);
        let text = text + "extension\n";
        proof(&mut entry).checkpoint = Some(note(&key, "log.example", &text));
        assert!(verify(&entry, &trusted(&key), &RustCrypto).is_ok());
    }
}

//! Verifies a whole entry: the log, what it signed, and that it is about this signature.

use sealift_model::Timestamp;

use super::body::{self, Kind, Signed};
use super::merkle::{self, Node};
use super::{Entry, LogError, VerifiedCheckpoint, inclusion, promise};
use crate::crypto::Provider;
use crate::trust::TransparencyLog;

/// The proof that a trusted log recorded a signature.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedEntry<'l> {
    log: &'l TransparencyLog,
    log_index: u64,
    leaf_hash: Node,
    integrated_time: Option<Timestamp>,
    checkpoint: Option<VerifiedCheckpoint>,
}

impl<'l> VerifiedEntry<'l> {
    /// The log.
    #[must_use]
    pub fn log(&self) -> &'l TransparencyLog {
        self.log
    }

    /// Index of the entry in the log: in the tree of the checkpoint, or, for an entry of Rekor v1
    /// with a promise, the index over all shards that the promise covers.
    #[must_use]
    pub fn log_index(&self) -> u64 {
        self.log_index
    }

    /// Hash of the entry's leaf. Two entries of a log with the same hash are one: a different index
    /// or time does not prove a second entry.
    #[must_use]
    pub fn leaf_hash(&self) -> &[u8; 32] {
        &self.leaf_hash
    }

    /// When the log took the entry: the time that its promise covers. None without a promise, since
    /// nobody signed the time then.
    #[must_use]
    pub fn integrated_time(&self) -> Option<Timestamp> {
        self.integrated_time
    }

    /// The checkpoint that includes the entry; none if there was only a promise.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&VerifiedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// An entry without any proof, for tests of how entries are used.
    #[cfg(test)]
    pub(crate) fn made(log: &'l TransparencyLog, integrated_time: Option<Timestamp>) -> Self {
        Self { log, log_index: 0, leaf_hash: [0; 32], integrated_time, checkpoint: None }
    }

    /// Checks that the log was trusted at `at`. If the log itself signed no time, the caller must
    /// check this at another known time: that of a timestamp over the signature.
    ///
    /// # Errors
    /// When the time lies outside the validity of the log.
    pub fn check_trusted_at(&self, at: Timestamp) -> Result<(), LogError> {
        check_window(self.log, at)
    }
}

impl Entry {
    /// Checks that one of `logs` has this entry, and that the entry records what was signed.
    ///
    /// Both promise and proof must be valid if present, and one of them must be present: for Rekor
    /// v2 the proof. For Rekor v1 the caller decides which ones are required.
    ///
    /// # Errors
    /// The first reason why the entry proves nothing. If several logs have its id, for example one
    /// key with two windows, the reason is that of the last.
    pub fn verify<'l>(
        &self,
        signed: &Signed<'_>,
        logs: &'l [TransparencyLog],
        provider: &dyn Provider,
    ) -> Result<VerifiedEntry<'l>, LogError> {
        let mut candidates = logs.iter().filter(|log| log.id() == self.log_id).peekable();
        if candidates.peek().is_none() {
            return Err(LogError::UnknownLog { id: self.log_id.clone() });
        }
        let kind = Kind::of(self)?;
        self.check_parts(kind)?;
        body::verify(kind, &self.body, signed)?;
        let leaf_hash = merkle::leaf_hash(&self.body);
        let mut reason = LogError::Unproven;
        for log in candidates {
            match self.verify_with(leaf_hash, log, provider) {
                Ok(verified) => return Ok(verified),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    fn verify_with<'l>(
        &self,
        leaf_hash: Node,
        log: &'l TransparencyLog,
        provider: &dyn Provider,
    ) -> Result<VerifiedEntry<'l>, LogError> {
        let integrated_time = match self.promise {
            Some(_) => Some(promise::verify(self, log, provider)?),
            None => None,
        };
        let checkpoint = match self.proof {
            Some(_) => Some(inclusion::verify(self, leaf_hash, log, provider)?),
            None => None,
        };
        let log_index = match (&self.promise, &self.proof) {
            (None, Some(proof)) => proof.log_index,
            _ => self.log_index,
        };
        Ok(VerifiedEntry { log, log_index, leaf_hash, integrated_time, checkpoint })
    }

    /// Checks that the entry has the evidence that logs of its generation give.
    fn check_parts(&self, kind: Kind) -> Result<(), LogError> {
        match (&self.promise, &self.proof) {
            (None, None) if !kind.is_rekor_v2() => Err(LogError::Unproven),
            (_, None) if kind.is_rekor_v2() => Err(LogError::MissingProof),
            // A log of Rekor v2 is a single tree.
            (_, Some(proof)) if kind.is_rekor_v2() && proof.log_index != self.log_index => {
                Err(LogError::IndexDiffers { entry: self.log_index, proof: proof.log_index })
            }
            _ => Ok(()),
        }
    }
}

/// Checks that a log was trusted at a time.
pub(super) fn check_window(log: &TransparencyLog, at: Timestamp) -> Result<(), LogError> {
    let window = log.window();
    if window.contains(at) { Ok(()) } else { Err(LogError::OutsideWindow { time: at, window }) }
}

#[cfg(test)]
mod tests {
    use super::super::made::{TestKey, entry, time, trusted};
    use super::super::{Signatory, SignedContent, promise};
    use super::*;
    use crate::base64::encode;
    use crate::crypto::{HashAlgorithm, RustCrypto, SignatureError};
    use crate::pem;
    use crate::trust::Window;

    const SIGNATURE: &[u8] = b"a signature";

    /// What the entries of these tests are about, with the keys of signer and log.
    fn check(entry: &Entry, logs: &[TransparencyLog]) -> Result<Option<Timestamp>, LogError> {
        let digest = HashAlgorithm::Sha256.hash(b"message");
        let key = TestKey::p256(9).public();
        let signed = Signed {
            signature: SIGNATURE,
            signatory: Signatory::Key(&key),
            content: SignedContent::Digest(&digest),
        };
        entry.verify(&signed, logs, &RustCrypto).map(|verified| verified.integrated_time())
    }

    fn body_v1() -> String {
        let key = TestKey::p256(9).public();
        let pem = pem::encode("PUBLIC KEY", key.der());
        let digest = HashAlgorithm::Sha256.hash(b"message").to_string();
        format!(
            r#"{{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{{"data":{{"hash":{{"algorithm":"sha256","value":"{}"}}}},"signature":{{"content":"{}","publicKey":{{"content":"{}"}}}}}}}}"#,
            digest.trim_start_matches("sha256:"),
            encode(SIGNATURE),
            encode(pem.as_bytes()),
        )
    }

    fn body_v2() -> String {
        format!(
            r#"{{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{{"hashedRekordV002":{{"data":{{"algorithm":"SHA2_256","digest":"{}"}},"signature":{{"content":"{}","verifier":{{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{{"rawBytes":"{}"}}}}}}}}}}}}"#,
            encode(HashAlgorithm::Sha256.hash(b"message").as_bytes()),
            encode(SIGNATURE),
            encode(TestKey::p256(9).public().der()),
        )
    }

    /// An entry of Rekor v1 with proof and promise, integrated at noon.
    fn v1(key: &TestKey) -> Entry {
        let kind = ("hashedrekord", "0.0.1");
        let mut entry = entry(key, "log.example - 3", kind, body_v1().as_bytes());
        entry.log_index = 1004;
        promised(entry, key, "2025-06-01T12:00:00Z")
    }

    fn v2(key: &TestKey) -> Entry {
        entry(key, "log.example", ("hashedrekord", "0.0.2"), body_v2().as_bytes())
    }

    fn promised(mut entry: Entry, key: &TestKey, at: &str) -> Entry {
        let at = time(at);
        entry.integrated_time = Some(at);
        entry.promise = Some(key.sign(promise::payload(&entry, at).as_bytes()));
        entry
    }

    #[test]
    fn entries_of_both_generations() {
        let key = TestKey::p256(1);
        let logs = [trusted(&key)];
        assert_eq!(check(&v1(&key), &logs), Ok(Some(time("2025-06-01T12:00:00Z"))));
        assert_eq!(check(&v2(&key), &logs), Ok(None));
        let proof_alone = Entry { promise: None, ..v1(&key) };
        assert_eq!(check(&proof_alone, &logs), Ok(None));
        let promise_alone = Entry { proof: None, ..v1(&key) };
        assert_eq!(check(&promise_alone, &logs), Ok(Some(time("2025-06-01T12:00:00Z"))));
    }

    #[test]
    fn evidence_that_is_missing() {
        let key = TestKey::p256(1);
        let logs = [trusted(&key)];
        let bare = Entry { proof: None, promise: None, ..v1(&key) };
        assert_eq!(check(&bare, &logs), Err(LogError::Unproven));
        let promise_alone =
            promised(Entry { proof: None, ..v2(&key) }, &key, "2025-06-01T12:00:00Z");
        assert_eq!(check(&promise_alone, &logs), Err(LogError::MissingProof));
        let timeless = Entry { integrated_time: None, ..v1(&key) };
        assert_eq!(check(&timeless, &logs), Err(LogError::MissingIntegratedTime));
    }

    /// One of the two does not make up for the other.
    #[test]
    fn evidence_that_does_not_hold() {
        let key = TestKey::p256(1);
        let logs = [trusted(&key)];
        let mut entry = v1(&key);
        entry.promise = Some(TestKey::p256(2).sign(b"something"));
        assert_eq!(check(&entry, &logs), Err(LogError::Promise(SignatureError::Mismatch)));
        let mut entry = v1(&key);
        entry.proof.as_mut().unwrap().checkpoint = None;
        assert_eq!(check(&entry, &logs), Err(LogError::MissingCheckpoint));
        let mut entry = v1(&key);
        entry.log_index += 1;
        assert_eq!(check(&entry, &logs), Err(LogError::Promise(SignatureError::Mismatch)));
        let mut entry = v2(&key);
        entry.log_index += 1;
        assert_eq!(check(&entry, &logs), Err(LogError::IndexDiffers { entry: 5, proof: 4 }));
    }

    #[test]
    fn unknown_logs_and_kinds() {
        let key = TestKey::p256(1);
        let unknown = LogError::UnknownLog { id: key.public().id().to_vec() };
        assert_eq!(check(&v1(&key), &[trusted(&TestKey::p256(2))]), Err(unknown.clone()));
        assert_eq!(check(&v1(&key), &[]), Err(unknown));
        for (kind, version) in [("hashedrekord", "0.0.3"), ("rekord", "0.0.1"), ("", "")] {
            let (kind, version) = (kind.to_owned(), version.to_owned());
            let entry = Entry { kind: kind.clone(), version: version.clone(), ..v1(&key) };
            let expected = LogError::UnknownKind { kind, version };
            assert_eq!(check(&entry, &[trusted(&key)]), Err(expected));
        }
    }

    #[test]
    fn the_window_has_both_its_ends() {
        let key = TestKey::p256(1);
        let log = trusted(&key);
        for at in ["2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z"] {
            let entry = promised(v1(&key), &key, at);
            assert_eq!(check(&entry, std::slice::from_ref(&log)), Ok(Some(time(at))));
        }
        for at in ["2024-12-31T23:59:59Z", "2025-12-31T00:00:01Z"] {
            let entry = promised(v1(&key), &key, at);
            let expected = LogError::OutsideWindow { time: time(at), window: log.window() };
            assert_eq!(check(&entry, std::slice::from_ref(&log)), Err(expected));
        }
    }

    #[test]
    fn one_key_with_two_windows() {
        let key = TestKey::p256(1);
        let late = Window::new(time("2026-01-01T00:00:00Z"), None).unwrap();
        let early = trusted(&key);
        let url = early.base_url().to_owned();
        let late = TransparencyLog::new(url, key.public(), early.scheme(), late);
        for logs in [[early.clone(), late.clone()], [late, early]] {
            assert!(check(&v1(&key), &logs).is_ok());
        }
    }

    #[test]
    fn what_is_proved() {
        let key = TestKey::ed25519(1);
        let logs = [trusted(&key)];
        let digest = HashAlgorithm::Sha256.hash(b"message");
        let signer = TestKey::p256(9).public();
        let signed = Signed {
            signature: SIGNATURE,
            signatory: Signatory::Key(&signer),
            content: SignedContent::Digest(&digest),
        };
        let verify = |entry: &Entry| entry.verify(&signed, &logs, &RustCrypto).unwrap();
        let entry = v1(&key);
        let verified = verify(&entry);
        assert_eq!((verified.log(), verified.log_index()), (&logs[0], 1004));
        assert_eq!(verified.leaf_hash(), &merkle::leaf_hash(&entry.body));
        assert_eq!(verified.checkpoint().unwrap().tree_size, 7);
        assert_eq!(verified.check_trusted_at(time("2025-12-31T00:00:00Z")), Ok(()));
        assert!(verified.check_trusted_at(time("2026-01-01T00:00:00Z")).is_err());
        // Nobody signed the index over all shards, nor the time.
        let unsigned = verify(&Entry { promise: None, ..entry });
        assert_eq!((unsigned.log_index(), unsigned.integrated_time()), (4, None));
    }
}

//! Transparency logs: Rekor v1 (promise, proof, checkpoint) and v2 (proof, checkpoint).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::key::{HashKind, KeyKind, SecretKey, pem};
use super::merkle;

/// A log of signatures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RekorLog {
    /// Its key.
    pub key: SecretKey,
    /// Its host, which is the name that signs its checkpoints.
    pub host: String,
    /// What it is.
    pub kind: LogKind,
}

/// Version and key of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogKind {
    /// Rekor v1 with a P-256 key.
    Rekor1,
    /// Rekor v2 with a P-256 key.
    Rekor2Ecdsa,
    /// Rekor v2 with an Ed25519 key.
    Rekor2Ed25519,
}

/// The type of an entry; its version is the one that the log writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// `hashedrekord` 0.0.1 or 0.0.2.
    HashedRekord,
    /// `dsse` 0.0.1 or 0.0.2.
    Dsse,
    /// `intoto` 0.0.1.
    Intoto1,
    /// `intoto` 0.0.2.
    Intoto2,
}

/// How an entry is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EntryRecipe {
    /// The log that it claims to be in.
    pub log: LogKind,
    /// Its type; none chooses what the log's clients write.
    pub kind: Option<EntryKind>,
    /// The leaf's place in the tree.
    pub index: u64,
    /// The leaves of the tree.
    pub size: u64,
    /// Seconds after the signing; only Rekor v1 tells a time.
    pub integrated: i64,
    /// Whether there is a promise; only Rekor v1 gives one.
    pub promise: bool,
    /// Whether there is a proof with a checkpoint.
    pub proof: bool,
    /// Whether another key than the log's signs promise and checkpoint.
    pub forged: bool,
    /// Whether the entry claims an unknown log, which signs it.
    pub unknown: bool,
    /// First line of the checkpoint, where it is not the log's.
    pub origin: Option<String>,
    /// Name in the signature line of the checkpoint, where it is not the log's.
    pub signer: Option<String>,
    /// How many others sign the checkpoint beside the log, before it.
    pub witnesses: usize,
    /// Changes the body before the log takes it.
    pub edit: Option<fn(&mut Value)>,
}

impl EntryRecipe {
    /// An entry as the log makes it.
    #[must_use]
    pub fn usual(log: LogKind) -> Self {
        Self {
            log,
            kind: None,
            index: 4,
            size: 11,
            integrated: 1,
            promise: log == LogKind::Rekor1,
            proof: true,
            forged: false,
            unknown: false,
            origin: None,
            signer: None,
            witnesses: 0,
            edit: None,
        }
    }
}

/// What an entry is about.
pub(super) struct Subject<'a> {
    pub(super) signature: &'a [u8],
    pub(super) key: &'a SecretKey,
    pub(super) hash: HashKind,
    /// DER.
    pub(super) certificate: Option<&'a [u8]>,
    pub(super) content: Signed<'a>,
}

pub(super) enum Signed<'a> {
    Message(&'a [u8]),
    Envelope { payload: &'a [u8], payload_type: &'a str, json: &'a Value, pae: &'a [u8] },
}

impl RekorLog {
    pub(super) fn new(seed: &str, host: &str, kind: LogKind) -> Self {
        let key = match kind {
            LogKind::Rekor1 | LogKind::Rekor2Ecdsa => KeyKind::P256,
            LogKind::Rekor2Ed25519 => KeyKind::Ed25519,
        };
        let key = SecretKey::from_seed(key, &format!("{seed} {host}"));
        Self { key, host: host.into(), kind }
    }

    /// The log's identifier: SHA-256 of an ECDSA key, of name and key of an Ed25519 one, whose
    /// first four bytes are the hint in a checkpoint (C2SP signed-note, Signature types).
    #[must_use]
    pub fn id(&self) -> Vec<u8> {
        let public = self.key.public_der();
        let hashed = match self.key.kind() {
            KeyKind::Ed25519 => {
                [self.host.as_bytes(), b"\n\x01", &public[public.len() - 32..]].concat()
            }
            _ => public,
        };
        Sha256::digest(hashed).to_vec()
    }

    /// An entry of a bundle.
    pub(super) fn enter(
        &self,
        recipe: &EntryRecipe,
        subject: &Subject<'_>,
        signed_at: i64,
        other: &SecretKey,
    ) -> Value {
        let (kind, version, mut body) = self.body(recipe, subject);
        if let Some(edit) = recipe.edit {
            edit(&mut body);
        }
        self.seal(recipe, (kind, version), &serde_json::to_vec(&body).unwrap(), signed_at, other)
    }

    /// An entry with this body, as the log makes it when it takes something.
    #[must_use]
    pub fn take(&self, recipe: &EntryRecipe, body: &Value, at: i64, other: &SecretKey) -> Value {
        let text = |name: &str| body[name].as_str().unwrap();
        let kind = (text("kind"), text("apiVersion"));
        self.seal(recipe, kind, &serde_json::to_vec(body).unwrap(), at, other)
    }

    fn seal(
        &self,
        recipe: &EntryRecipe,
        (kind, version): (&str, &str),
        body: &[u8],
        signed_at: i64,
        other: &SecretKey,
    ) -> Value {
        let signer = if recipe.forged || recipe.unknown { other } else { &self.key };
        let id =
            if recipe.unknown { Sha256::digest(other.public_der()).to_vec() } else { self.id() };
        // The public log is made of shards: an entry's index is not the leaf's.
        let log_index = match self.kind {
            LogKind::Rekor1 => recipe.index.saturating_add(4_163_431).min(i64::MAX.unsigned_abs()),
            _ => recipe.index,
        };
        let mut entry = json!({
            "logIndex": log_index.to_string(),
            "logId": {"keyId": STANDARD.encode(&id)},
            "kindVersion": {"kind": kind, "version": version},
            "canonicalizedBody": STANDARD.encode(body),
        });
        if self.kind == LogKind::Rekor1 {
            let time = signed_at + recipe.integrated;
            entry["integratedTime"] = time.to_string().into();
            if recipe.promise {
                let promise = promise(signer, &id, body, time, log_index);
                entry["inclusionPromise"] =
                    json!({"signedEntryTimestamp": STANDARD.encode(promise)});
            }
        }
        if recipe.proof {
            entry["inclusionProof"] = self.proof(recipe, body, signer, &id);
        }
        entry
    }

    fn proof(&self, recipe: &EntryRecipe, body: &[u8], signer: &SecretKey, id: &[u8]) -> Value {
        let path = merkle::place(body, recipe.index, recipe.size, &self.host);
        let hashes: Vec<_> = path.hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
        json!({
            "logIndex": recipe.index.to_string(),
            "treeSize": recipe.size.to_string(),
            "rootHash": STANDARD.encode(path.root),
            "hashes": hashes,
            "checkpoint": {"envelope": self.checkpoint(recipe, &path.root, signer, id)},
        })
    }

    /// A signed note over the root (C2SP tlog-checkpoint).
    fn checkpoint(
        &self,
        recipe: &EntryRecipe,
        root: &[u8],
        signer: &SecretKey,
        id: &[u8],
    ) -> String {
        let origin = match (&recipe.origin, self.kind) {
            (Some(origin), _) => origin.clone(),
            (None, LogKind::Rekor1) => format!("{} - 2605736670972794746", self.host),
            (None, _) => self.host.clone(),
        };
        let note = format!("{origin}\n{}\n{}\n", recipe.size, STANDARD.encode(root));
        let name = recipe.signer.as_ref().unwrap_or(&self.host);
        let mut lines: Vec<String> = (0..recipe.witnesses)
            .map(|number| {
                let name = format!("witness{number}.example");
                let key = SecretKey::from_seed(KeyKind::Ed25519, &name);
                let public = key.public_der();
                let hint = Sha256::digest([name.as_bytes(), b"\n\x01", &public[12..]].concat());
                signature_line(&name, &hint, &key.sign(HashKind::Sha512, note.as_bytes()))
            })
            .collect();
        lines.push(signature_line(name, id, &signer.sign(HashKind::Sha256, note.as_bytes())));
        format!("{note}\n{}", lines.concat())
    }

    /// Type, version and canonical body of an entry. Keys of a JSON object are sorted.
    fn body(
        &self,
        recipe: &EntryRecipe,
        subject: &Subject<'_>,
    ) -> (&'static str, &'static str, Value) {
        let second = self.kind != LogKind::Rekor1;
        let usual = match (&subject.content, second) {
            (Signed::Envelope { .. }, false) => EntryKind::Dsse,
            _ => EntryKind::HashedRekord,
        };
        let (kind, version, spec) = match (recipe.kind.unwrap_or(usual), second) {
            (EntryKind::HashedRekord, false) => ("hashedrekord", "0.0.1", subject.hashedrekord_1()),
            (EntryKind::HashedRekord, true) => ("hashedrekord", "0.0.2", subject.hashedrekord_2()),
            (EntryKind::Dsse, false) => ("dsse", "0.0.1", subject.dsse_1()),
            (EntryKind::Dsse, true) => ("dsse", "0.0.2", subject.dsse_2()),
            (EntryKind::Intoto1, _) => ("intoto", "0.0.1", subject.intoto_1()),
            (EntryKind::Intoto2, _) => ("intoto", "0.0.2", subject.intoto_2()),
        };
        (kind, version, json!({"apiVersion": version, "kind": kind, "spec": spec}))
    }
}

/// The signed entry timestamp: over the entry's canonical JSON (RFC 8785).
fn promise(signer: &SecretKey, id: &[u8], body: &[u8], time: i64, index: u64) -> Vec<u8> {
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = STANDARD.encode(body);
    let entry =
        format!(r#"{{"body":"{body}","integratedTime":{time},"logID":"{id}","logIndex":{index}}}"#);
    signer.sign(HashKind::Sha256, entry.as_bytes())
}

fn signature_line(name: &str, id: &[u8], signature: &[u8]) -> String {
    format!("\u{2014} {name} {}\n", STANDARD.encode([&id[..4], signature].concat()))
}

impl Subject<'_> {
    /// The bytes that the entry's digest is over: the artifact, or the envelope's
    /// pre-authentication encoding.
    fn signed_bytes(&self) -> &[u8] {
        match &self.content {
            Signed::Message(message) => message,
            Signed::Envelope { pae, .. } => pae,
        }
    }

    fn envelope(&self) -> (&[u8], &str, &Value) {
        match &self.content {
            Signed::Envelope { payload, payload_type, json, .. } => (payload, payload_type, json),
            Signed::Message(_) => panic!("an entry of an envelope for a message"),
        }
    }

    /// The PEM of certificate or key.
    fn verifier_pem(&self) -> String {
        match self.certificate {
            Some(certificate) => pem("CERTIFICATE", certificate),
            None => self.key.public_pem(),
        }
    }

    fn verifier_2(&self) -> Value {
        let mut verifier = match self.certificate {
            Some(der) => json!({"x509Certificate": {"rawBytes": STANDARD.encode(der)}}),
            None => json!({"publicKey": {"rawBytes": STANDARD.encode(self.key.public_der())}}),
        };
        verifier["keyDetails"] = self.key.details().into();
        verifier
    }

    fn hashedrekord_1(&self) -> Value {
        let digest = hex(&self.hash.digest(self.signed_bytes()));
        json!({
            "data": {"hash": {"algorithm": self.hash.name(), "value": digest}},
            "signature": {
                "content": STANDARD.encode(self.signature),
                "publicKey": {"content": STANDARD.encode(self.verifier_pem())},
            },
        })
    }

    fn hashedrekord_2(&self) -> Value {
        let digest = STANDARD.encode(self.hash.digest(self.signed_bytes()));
        json!({"hashedRekordV002": {
            "data": {"algorithm": self.hash.protobuf(), "digest": digest},
            "signature": {
                "content": STANDARD.encode(self.signature),
                "verifier": self.verifier_2(),
            },
        }})
    }

    fn dsse_1(&self) -> Value {
        let (payload, _, json) = self.envelope();
        json!({
            "envelopeHash": sha256(&serde_json::to_vec(json).unwrap()),
            "payloadHash": sha256(payload),
            "signatures": [{
                "signature": STANDARD.encode(self.signature),
                "verifier": STANDARD.encode(self.verifier_pem()),
            }],
        })
    }

    fn dsse_2(&self) -> Value {
        let (payload, ..) = self.envelope();
        let digest = STANDARD.encode(HashKind::Sha256.digest(payload));
        json!({"dsseV002": {
            "payloadHash": {"algorithm": "SHA2_256", "digest": digest},
            "signatures": [{
                "content": STANDARD.encode(self.signature),
                "verifier": self.verifier_2(),
            }],
        }})
    }

    fn intoto_1(&self) -> Value {
        let (payload, _, json) = self.envelope();
        json!({
            "content": {
                "hash": sha256(&serde_json::to_vec(json).unwrap()),
                "payloadHash": sha256(payload),
            },
            "publicKey": STANDARD.encode(self.verifier_pem()),
        })
    }

    /// Payload and signature are encoded once more than in the envelope.
    fn intoto_2(&self) -> Value {
        let (payload, payload_type, json) = self.envelope();
        let signature = STANDARD.encode(STANDARD.encode(self.signature));
        json!({"content": {
            "envelope": {
                "payload": STANDARD.encode(STANDARD.encode(payload)),
                "payloadType": payload_type,
                "signatures": [{
                    "publicKey": STANDARD.encode(self.verifier_pem()),
                    "sig": signature,
                }],
            },
            "hash": sha256(&serde_json::to_vec(json).unwrap()),
            "payloadHash": sha256(payload),
        }})
    }
}

fn sha256(bytes: &[u8]) -> Value {
    json!({"algorithm": "sha256", "value": hex(&Sha256::digest(bytes))})
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

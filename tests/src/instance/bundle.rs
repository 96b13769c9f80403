//! Signs something as a recipe says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::key::{HashKind, KeyKind, SecretKey};
use super::rekor::{self, Subject};
use super::signer::{CertificateRecipe, Identity};
use super::{EntryRecipe, Instance, LogKind, TimestampRecipe};

/// The type of in-toto statements in an envelope.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// What to sign, how, and what to get wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recipe {
    /// What is signed.
    pub content: Content,
    /// Which key signs: one for each kind and name.
    pub key: (KeyKind, String),
    /// The hash, where it is not the key's own.
    pub hash: Option<HashKind>,
    /// When it is signed, in Unix seconds.
    pub signed_at: i64,
    /// The signer's certificate; none is a signature by a bare key.
    pub certificate: Option<CertificateRecipe>,
    /// Entries in logs.
    pub entries: Vec<EntryRecipe>,
    /// Timestamps.
    pub timestamps: Vec<TimestampRecipe>,
    /// Version of the bundle.
    pub version: Version,
}

/// What is signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content {
    /// An artifact.
    Message(Vec<u8>),
    /// An envelope around a payload.
    Envelope {
        /// The payload.
        payload: Vec<u8>,
        /// What it is.
        payload_type: String,
    },
}

impl Content {
    /// An in-toto statement about an artifact.
    #[must_use]
    pub fn statement(artifact: &[u8], predicate_type: &str, predicate: &Value) -> Self {
        let digest = rekor::hex(&HashKind::Sha256.digest(artifact));
        Self::statement_of(&digest, predicate_type, predicate)
    }

    /// An in-toto statement about what has a SHA-256 digest, in hexadecimal.
    #[must_use]
    pub fn statement_of(digest: &str, predicate_type: &str, predicate: &Value) -> Self {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "artifact", "digest": {"sha256": digest}}],
            "predicateType": predicate_type,
            "predicate": predicate,
        });
        let payload = serde_json::to_vec(&statement).unwrap();
        Self::Envelope { payload, payload_type: IN_TOTO.into() }
    }
}

/// Version of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// With a certificate chain, and a promise.
    V01,
    /// With a certificate chain, and a proof.
    V02,
    /// With one certificate, and a proof.
    V03,
    /// The same, with the media type of the older form.
    V03Parameter,
}

impl Version {
    fn media_type(self) -> &'static str {
        match self {
            Self::V01 => "application/vnd.dev.sigstore.bundle+json;version=0.1",
            Self::V02 => "application/vnd.dev.sigstore.bundle+json;version=0.2",
            Self::V03 => "application/vnd.dev.sigstore.bundle.v0.3+json",
            Self::V03Parameter => "application/vnd.dev.sigstore.bundle+json;version=0.3",
        }
    }
}

impl Recipe {
    /// A keyless signature over an artifact, in Rekor v1, by the P-256 key of a name.
    #[must_use]
    pub fn keyless(instance: &Instance, name: &str, artifact: &[u8]) -> Self {
        let identity = Identity::Email(format!("{name}@{}", instance.organization));
        Self {
            content: Content::Message(artifact.to_vec()),
            key: (KeyKind::P256, name.into()),
            hash: None,
            signed_at: instance.now,
            certificate: Some(CertificateRecipe::usual(identity, &instance.issuer())),
            entries: vec![EntryRecipe::usual(LogKind::Rekor1)],
            timestamps: vec![],
            version: Version::V03,
        }
    }

    /// The same in Rekor v2, whose time comes from a timestamp.
    #[must_use]
    pub fn keyless_2(instance: &Instance, name: &str, artifact: &[u8], log: LogKind) -> Self {
        let mut recipe = Self::keyless(instance, name, artifact);
        recipe.entries = vec![EntryRecipe::usual(log)];
        recipe.timestamps = vec![TimestampRecipe::default()];
        recipe
    }

    /// A signature by a bare key, in no log.
    #[must_use]
    pub fn key(instance: &Instance, kind: KeyKind, name: &str, artifact: &[u8]) -> Self {
        let mut recipe = Self::keyless(instance, name, artifact);
        recipe.key.0 = kind;
        recipe.certificate = None;
        recipe.entries.clear();
        recipe
    }
}

/// Something signed: all parts of its bundle.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signed {
    /// The signer's key.
    pub key: SecretKey,
    /// The signature.
    pub signature: Vec<u8>,
    /// The signer's certificate, DER.
    pub certificate: Option<Vec<u8>>,
    /// The certificate's issuers, DER.
    pub chain: Vec<Vec<u8>>,
    /// Entries as a bundle has them.
    pub entries: Vec<Value>,
    /// Answers of timestamp authorities, DER.
    pub timestamps: Vec<Vec<u8>>,
    /// The part of the bundle that holds the signature: its name and its value.
    pub content: (&'static str, Value),
    version: Version,
}

impl Instance {
    /// Signs as a recipe says.
    #[must_use]
    pub fn sign(&self, recipe: &Recipe) -> Signed {
        let key = self.key(recipe.key.0, &recipe.key.1);
        let hash = recipe.hash.unwrap_or_else(|| key.hash());
        let pae = recipe.content.signed_bytes();
        let signature = key.sign(hash, &pae);
        let authority =
            if recipe.certificate.as_ref().is_some_and(|certificate| certificate.impostor) {
                &self.impostor
            } else {
                &self.authority
            };
        let certificate = recipe.certificate.as_ref().map(|certificate| {
            let seed = format!("{} {}", self.seed, recipe.key.1);
            let logs = [&self.ct_log, &self.unknown_ct_log];
            certificate.issue(&seed, &key, recipe.signed_at, authority, logs)
        });
        let content = recipe.content.json(hash, &signature);
        let signed = match &recipe.content {
            Content::Message(message) => rekor::Signed::Message(message),
            Content::Envelope { payload, payload_type } => {
                rekor::Signed::Envelope { payload, payload_type, json: &content.1, pae: &pae }
            }
        };
        let certificate_der = certificate.as_deref();
        let subject = Subject {
            signature: &signature,
            key: &key,
            hash,
            certificate: certificate_der,
            content: signed,
        };
        let entries = recipe.entries.iter().map(|entry| self.enter(entry, &subject, recipe));
        let entries = entries.collect();
        let timestamps = recipe.timestamps.iter().map(|stamp| {
            let authority = if stamp.unknown {
                &self.unknown_timestamp_authority
            } else {
                &self.timestamp_authority
            };
            authority.stamp(stamp, &signature, recipe.signed_at, &self.other_key)
        });
        let timestamps = timestamps.collect();
        let chain = authority.chain().to_vec();
        let version = recipe.version;
        Signed { key, signature, certificate, chain, entries, timestamps, content, version }
    }

    /// The certificate of a key, as the authority issues it.
    #[must_use]
    pub fn certify(&self, recipe: &CertificateRecipe, name: &str, at: i64) -> Vec<u8> {
        let (key, seed) = (self.key(KeyKind::P256, name), format!("{} {name}", self.seed));
        let authority = if recipe.impostor { &self.impostor } else { &self.authority };
        recipe.issue(&seed, &key, at, authority, [&self.ct_log, &self.unknown_ct_log])
    }

    /// A key that is none of the instance's.
    #[must_use]
    pub fn foreign_key(&self) -> &SecretKey {
        &self.other_key
    }

    fn enter(&self, entry: &EntryRecipe, subject: &Subject<'_>, recipe: &Recipe) -> Value {
        let log = self.logs.iter().find(|log| log.kind == entry.log).unwrap();
        log.enter(entry, subject, recipe.signed_at, &self.other_key)
    }
}

impl Content {
    /// The artifact, or the pre-authentication encoding of the envelope (DSSE, Signature Definition).
    fn signed_bytes(&self) -> Vec<u8> {
        match self {
            Self::Message(message) => message.clone(),
            Self::Envelope { payload, payload_type } => {
                let head =
                    format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
                [head.as_bytes(), payload].concat()
            }
        }
    }

    fn json(&self, hash: HashKind, signature: &[u8]) -> (&'static str, Value) {
        let signature = STANDARD.encode(signature);
        match self {
            Self::Message(message) => {
                let digest = STANDARD.encode(hash.digest(message));
                let digest = json!({"algorithm": hash.protobuf(), "digest": digest});
                ("messageSignature", json!({"messageDigest": digest, "signature": signature}))
            }
            Self::Envelope { payload, payload_type } => {
                let envelope = json!({
                    "payload": STANDARD.encode(payload),
                    "payloadType": payload_type,
                    "signatures": [{"sig": signature}],
                });
                ("dsseEnvelope", envelope)
            }
        }
    }
}

impl Signed {
    /// The bundle, as JSON to change.
    #[must_use]
    pub fn bundle(&self) -> Value {
        let mut material = match (&self.certificate, self.version) {
            (None, _) => json!({"publicKey": {"hint": self.hint()}}),
            (Some(leaf), Version::V03 | Version::V03Parameter) => {
                json!({"certificate": {"rawBytes": STANDARD.encode(leaf)}})
            }
            // Without the root, which a bundle may not have.
            (Some(leaf), Version::V01 | Version::V02) => json!({
                "x509CertificateChain": {"certificates": [
                    {"rawBytes": STANDARD.encode(leaf)},
                    {"rawBytes": STANDARD.encode(&self.chain[0])},
                ]}
            }),
        };
        if !self.entries.is_empty() {
            material["tlogEntries"] = self.entries.clone().into();
        }
        if !self.timestamps.is_empty() {
            let stamps: Vec<_> = self
                .timestamps
                .iter()
                .map(|stamp| json!({"signedTimestamp": STANDARD.encode(stamp)}))
                .collect();
            material["timestampVerificationData"] = json!({"rfc3161Timestamps": stamps});
        }
        let (name, content) = &self.content;
        json!({
            "mediaType": self.version.media_type(),
            "verificationMaterial": material,
            *name: content,
        })
    }

    /// The hint by which a bundle names a bare key: its SHA-256.
    #[must_use]
    pub fn hint(&self) -> String {
        STANDARD.encode(HashKind::Sha256.digest(&self.key.public_der()))
    }

    /// The bundle's bytes.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.bundle()).unwrap()
    }
}

//! Signatures with their evidence, in the forms that cosign writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_sigstore_verify::{Entry, Hash, HashAlgorithm, InclusionProof, PublicKey};

use crate::json::Node;

/// The media type of bundles, and the artifact type of manifests that hold one.
pub const BUNDLE_MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The signer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a signer has a certificate or a bare key")]
pub enum SignerMaterial {
    /// A key that verifiers know.
    Key(Box<PublicKey>),
    /// A certificate in DER, with those above it except the root.
    Certificate {
        /// The signer's certificate.
        leaf: Vec<u8>,
        /// The issuers' certificates, the nearest first.
        chain: Vec<Vec<u8>>,
    },
}

/// The signed content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the protobuf message has these two")]
pub enum SignedPayload {
    /// A message that is stored elsewhere, with its digest if the scheme signs one.
    Message {
        /// Digest of the message.
        digest: Option<Hash>,
    },
    /// An envelope (DSSE).
    Envelope {
        /// The type of the payload.
        payload_type: String,
        /// The payload.
        payload: Vec<u8>,
    },
}

/// A signature with its evidence. Created, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the protobuf message has these fields")]
pub struct SignatureBundle {
    /// The signer.
    pub signer: SignerMaterial,
    /// Entries in transparency logs.
    pub entries: Vec<Entry>,
    /// RFC 3161 responses over the signature, in DER.
    pub timestamps: Vec<Vec<u8>>,
    /// The signed content.
    pub payload: SignedPayload,
    /// The signature.
    pub signature: Vec<u8>,
}

impl SignatureBundle {
    /// The bundle of version 0.3, as cosign 3 writes it.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let timestamps = self
            .timestamps
            .iter()
            .map(|timestamp| Node::object([("signedTimestamp", Some(base64(timestamp)))]));
        let timestamps = list(timestamps);
        let (key, certificate) = match &self.signer {
            SignerMaterial::Key(key) => {
                (Some(Node::object([("hint", Some(base64(key.id())))])), None)
            }
            SignerMaterial::Certificate { leaf, .. } => {
                (None, Some(Node::object([("rawBytes", Some(base64(leaf)))])))
            }
        };
        let material = Node::object([
            ("publicKey", key),
            ("certificate", certificate),
            ("tlogEntries", list(self.entries.iter().map(entry))),
            (
                "timestampVerificationData",
                timestamps.map(|list| Node::object([("rfc3161Timestamps", Some(list))])),
            ),
        ]);
        let (message, envelope) = match &self.payload {
            SignedPayload::Message { digest } => (Some(self.message(digest.as_ref())), None),
            SignedPayload::Envelope { payload_type, payload } => {
                (None, Some(self.envelope(payload_type, payload)))
            }
        };
        let document = Node::object([
            ("mediaType", Some(Node::text(BUNDLE_MEDIA_TYPE))),
            ("verificationMaterial", Some(material)),
            ("messageSignature", message),
            ("dsseEnvelope", envelope),
        ]);
        document.spaced().into_bytes()
    }

    /// The envelope alone, as the older form of attestations stores it; `None` for a message.
    #[must_use]
    pub fn envelope_json(&self) -> Option<Vec<u8>> {
        match &self.payload {
            SignedPayload::Message { .. } => None,
            SignedPayload::Envelope { payload_type, payload } => {
                Some(self.envelope(payload_type, payload).compact().into_bytes())
            }
        }
    }

    fn message(&self, digest: Option<&Hash>) -> Node<'_> {
        let digest = Node::object([
            ("algorithm", digest.map(|digest| Node::text(protobuf_name(digest.algorithm())))),
            ("digest", digest.map(|digest| base64(digest.as_bytes()))),
        ]);
        Node::object([
            ("messageDigest", Some(digest)),
            ("signature", Some(base64(&self.signature))),
        ])
    }

    fn envelope<'a>(&'a self, payload_type: &'a str, payload: &'a [u8]) -> Node<'a> {
        let signature = Node::object([("sig", Some(base64(&self.signature)))]);
        Node::object([
            ("payload", Some(base64(payload))),
            ("payloadType", Some(Node::text(payload_type))),
            ("signatures", Some(Node::List(vec![signature]))),
        ])
    }
}

/// The name of a hash in protobuf-specs (`sigstore_common.proto`, `HashAlgorithm`).
pub(crate) fn protobuf_name(algorithm: HashAlgorithm) -> &'static str {
    match algorithm {
        HashAlgorithm::Sha384 => "SHA2_384",
        HashAlgorithm::Sha512 => "SHA2_512",
        _ => "SHA2_256",
    }
}

fn base64(bytes: &[u8]) -> Node<'static> {
    Node::text(STANDARD.encode(bytes))
}

/// A list; `None` if it is empty, since the JSON mapping of protocol buffers omits empty ones.
fn list<'a>(nodes: impl Iterator<Item = Node<'a>>) -> Option<Node<'a>> {
    let nodes: Vec<_> = nodes.collect();
    (!nodes.is_empty()).then_some(Node::List(nodes))
}

/// A 64-bit integer, which is a text in JSON; `None` for zero, which is omitted.
fn integer(number: i64) -> Option<Node<'static>> {
    (number != 0).then(|| Node::text(number.to_string()))
}

fn natural(number: u64) -> Option<Node<'static>> {
    (number != 0).then(|| Node::text(number.to_string()))
}

fn entry(entry: &Entry) -> Node<'_> {
    let promise = entry.promise.as_ref();
    Node::object([
        ("logIndex", natural(entry.log_index)),
        ("logId", Some(Node::object([("keyId", Some(base64(&entry.log_id)))]))),
        (
            "kindVersion",
            Some(Node::object([
                ("kind", Some(Node::text(&entry.kind))),
                ("version", Some(Node::text(&entry.version))),
            ])),
        ),
        ("integratedTime", entry.integrated_time.and_then(|time| integer(time.unix_seconds()))),
        (
            "inclusionPromise",
            promise.map(|set| Node::object([("signedEntryTimestamp", Some(base64(set)))])),
        ),
        ("inclusionProof", entry.proof.as_ref().map(proof)),
        ("canonicalizedBody", Some(base64(&entry.body))),
    ])
}

fn proof(proof: &InclusionProof) -> Node<'_> {
    let checkpoint = proof.checkpoint.as_deref();
    Node::object([
        ("logIndex", natural(proof.log_index)),
        ("rootHash", Some(base64(&proof.root_hash))),
        ("treeSize", natural(proof.tree_size)),
        ("hashes", list(proof.hashes.iter().map(|hash| base64(hash)))),
        ("checkpoint", checkpoint.map(|text| Node::object([("envelope", Some(Node::text(text)))]))),
    ])
}

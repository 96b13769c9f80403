//! Looks up entries in Rekor that do not lie beside their signatures (`openapi.yaml`, `POST
//! /api/v1/log/entries/retrieve`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_http::{Client, Url, UrlError};
use sealift_sigstore_verify::{
    Artifact, Bundle, Content, Entry, Envelope, Hash, HashAlgorithm, KeyAlgorithm, Material,
    PublicKey, TrustedKey,
};
use serde_json::{Value, json};

use super::ask::{Asked, below};
use super::error::{Service, ServiceError};
use super::rekor::{enveloped, hashed_record, read_first};
use crate::json::Node;
use crate::key::{pem_block, public_pem};

/// Entries that one query may contain (`openapi.yaml`, `SearchLogQuery`, `maxItems`).
const MAX_PROPOSALS: usize = 10;

/// Looks up the log entries of signatures, as cosign does for signatures without an entry beside
/// them. The entries found are not trusted: the verification of the signature checks them.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct LogSearch {
    /// The HTTP client.
    pub client: Client,
    /// The URL of the log, version 1 of Rekor.
    pub url: Url,
}

impl LogSearch {
    /// The log of the public-good instance.
    pub const PUBLIC: &str = "https://rekor.sigstore.dev";

    /// Searches the log at `url`, else the public one.
    ///
    /// # Errors
    /// When `url` is malformed.
    pub fn named(client: Client, url: Option<&str>) -> Result<Self, UrlError> {
        Ok(Self { client, url: url.unwrap_or(Self::PUBLIC).parse()? })
    }

    /// Returns the entry of a signature of `artifact`, the earliest of several; `keys` are those
    /// that may have signed if there is no certificate. None if the log has no entry, or no
    /// possible signer is known.
    ///
    /// # Errors
    /// When the log cannot be reached, refuses, or its answer is malformed.
    pub fn entry(
        &self,
        bundle: &Bundle,
        artifact: Artifact<'_>,
        keys: &[TrustedKey],
    ) -> Result<Option<Entry>, ServiceError> {
        let mut found = Vec::new();
        for proposals in proposals(bundle, artifact, keys).chunks(MAX_PROPOSALS) {
            found.extend(self.retrieve(proposals)?);
        }
        Ok(found.into_iter().min_by_key(|entry: &Entry| entry.integrated_time))
    }

    fn retrieve(&self, proposals: &[Value]) -> Result<Vec<Entry>, ServiceError> {
        let service = Service::Log;
        let url = below(&self.url, "/api/v1/log/entries/retrieve")
            .ok_or(ServiceError::NotConfigured { service })?;
        let request = json!({ "entries": proposals }).to_string();
        let asked = Asked { client: &self.client, service };
        let answer = asked.post(&url, "application/json", request.as_bytes())?;
        if answer.status == 404 {
            return Ok(Vec::new());
        }
        let answer = answer.accepted()?;
        let document = answer.json()?;
        let malformed = || answer.malformed("no list of entries with promise and proof");
        let found = document.as_array().ok_or_else(malformed)?;
        let found = found.iter().filter_map(Value::as_object).flat_map(|one| one.values());
        found.map(read_first).collect::<Option<_>>().ok_or_else(malformed)
    }
}

/// The entries that any of the possible signers would have requested.
fn proposals(bundle: &Bundle, artifact: Artifact<'_>, keys: &[TrustedKey]) -> Vec<Value> {
    let signers: Vec<(String, &PublicKey)> = match bundle.material() {
        Material::Certificate { leaf, .. } => {
            vec![(pem_block("CERTIFICATE", leaf.der()), leaf.public_key())]
        }
        _ => keys.iter().map(TrustedKey::key).map(|key| (public_pem(key), key)).collect(),
    };
    let of_one = |(pem, key): &(String, &PublicKey)| -> Vec<Value> {
        match bundle.content() {
            Content::Message { signature, .. } => {
                let messages = messages(artifact, key);
                messages.iter().map(|digest| hashed_record(pem, signature, digest)).collect()
            }
            // The log finds an envelope by its exact bytes, which cosign writes in one of two ways.
            Content::Envelope(envelope) => {
                written(envelope).iter().map(|text| enveloped(pem, text)).collect()
            }
        }
    };
    signers.iter().flat_map(of_one).collect()
}

/// The digests of a message that a key may have signed.
fn messages(artifact: Artifact<'_>, key: &PublicKey) -> Vec<Hash> {
    match artifact {
        Artifact::Bytes(bytes) => hashes(key).iter().map(|one| one.hash(bytes)).collect(),
        Artifact::Digest(digest) => vec![*digest],
        _ => Vec::new(),
    }
}

/// The hashes that a key may use: older versions of cosign use SHA-256 for any curve.
fn hashes(key: &PublicKey) -> &'static [HashAlgorithm] {
    match key.algorithm() {
        KeyAlgorithm::EcdsaP384 => &[HashAlgorithm::Sha384, HashAlgorithm::Sha256],
        KeyAlgorithm::EcdsaP521 => &[HashAlgorithm::Sha512, HashAlgorithm::Sha256],
        KeyAlgorithm::Ed25519 => &[HashAlgorithm::Sha512],
        _ => &[HashAlgorithm::Sha256],
    }
}

/// The two JSON texts of an envelope: as Go writes the structure of `go-securesystemslib`, and the
/// message of protobuf-specs.
fn written(envelope: &Envelope) -> [String; 2] {
    let payload = ("payload", Some(Node::text(STANDARD.encode(envelope.unverified_payload()))));
    let kind = ("payloadType", Some(Node::text(envelope.payload_type())));
    let signatures = |is_older: bool| {
        let each = envelope.signatures().iter().map(|one| {
            let id = one.key_id.as_deref().or(is_older.then_some(""));
            let signature = Node::text(STANDARD.encode(&one.signature));
            Node::object([("keyid", id.map(Node::text)), ("sig", Some(signature))])
        });
        ("signatures", Some(Node::List(each.collect())))
    };
    let older = Node::object([kind.clone(), payload.clone(), signatures(true)]);
    [older.compact(), Node::object([payload, kind, signatures(false)]).compact()]
}

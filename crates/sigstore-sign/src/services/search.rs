//! Asking Rekor for an entry that does not lie beside its signature (`openapi.yaml`,
//! `POST /api/v1/log/entries/retrieve`).

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

/// Entries that one question may be about (`openapi.yaml`, `SearchLogQuery`, `maxItems`).
const MAX_PROPOSALS: usize = 10;

/// Looks up the entries of signatures in a log, as cosign does of those beside which none lies.
/// Who verifies a signature with what is found believes none of it before it is verified, too.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct LogSearch {
    /// Asks the log.
    pub client: Client,
    /// Where the log is, version 1 of Rekor.
    pub url: Url,
}

impl LogSearch {
    /// The log of the public-good instance.
    pub const PUBLIC: &str = "https://rekor.sigstore.dev";

    /// Searches the log that is named, else the public one.
    ///
    /// # Errors
    /// When what is named is no URL.
    pub fn named(client: Client, url: Option<&str>) -> Result<Self, UrlError> {
        Ok(Self { client, url: url.unwrap_or(Self::PUBLIC).parse()? })
    }

    /// The entry of a signature of `artifact`, the earliest of several; `keys` are those that may
    /// have signed what has no certificate. None where the log has none, and where it is not known
    /// who signed.
    ///
    /// # Errors
    /// When the log cannot be asked, refuses, or answers with what is no entry.
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

/// What the log would have been asked to enter, by each that may have signed.
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
            // The log knows an envelope by its very bytes, in one of cosign's two ways to write it.
            Content::Envelope(envelope) => {
                written(envelope).iter().map(|text| enveloped(pem, text)).collect()
            }
        }
    };
    signers.iter().flat_map(of_one).collect()
}

/// The digests of a message by which a key may sign it.
fn messages(artifact: Artifact<'_>, key: &PublicKey) -> Vec<Hash> {
    match artifact {
        Artifact::Bytes(bytes) => hashes(key).iter().map(|one| one.hash(bytes)).collect(),
        Artifact::Digest(digest) => vec![*digest],
        _ => Vec::new(),
    }
}

/// Older versions of cosign sign by SHA-256, whatever the curve.
fn hashes(key: &PublicKey) -> &'static [HashAlgorithm] {
    match key.algorithm() {
        KeyAlgorithm::EcdsaP384 => &[HashAlgorithm::Sha384, HashAlgorithm::Sha256],
        KeyAlgorithm::EcdsaP521 => &[HashAlgorithm::Sha512, HashAlgorithm::Sha256],
        KeyAlgorithm::Ed25519 => &[HashAlgorithm::Sha512],
        _ => &[HashAlgorithm::Sha256],
    }
}

/// An envelope as Go writes the structure of `go-securesystemslib`, and as it writes the message of
/// protobuf-specs.
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

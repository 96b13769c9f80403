//! Asking Rekor for an entry that does not lie beside its signature (`openapi.yaml`,
//! `POST /api/v1/log/entries/retrieve`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_http::{Client, Url};
use sealift_sigstore_verify::{
    Bundle, Content, Entry, Envelope, Hash, HashAlgorithm, KeyAlgorithm, Material, PublicKey,
};
use serde_json::{Value, json};

use super::ask::{Asked, below};
use super::error::{Service, WitnessError};
use super::rekor::{enveloped, hashed_record, read_first};
use crate::json::Node;
use crate::key::{pem_block, public_pem};

/// Looks up the entries of signatures in a log, as cosign does of those beside which none lies.
/// Who verifies a signature with what is found believes none of it before it is verified, too.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "all of it must be said")]
pub struct LogSearch {
    /// Asks the log.
    pub client: Client,
    /// Where the log is, version 1 of Rekor.
    pub url: Url,
    /// The key that is to have signed what has no certificate.
    pub key: Option<PublicKey>,
}

impl LogSearch {
    /// The hashes by which the signer of a bundle may sign messages.
    #[must_use]
    pub fn hashes(&self, bundle: &Bundle) -> &'static [HashAlgorithm] {
        let key = match (bundle.material(), &self.key) {
            (Material::Certificate { leaf, .. }, _) => Some(leaf.public_key()),
            (_, key) => key.as_ref(),
        };
        // Older versions of cosign sign by SHA-256, whatever the curve.
        match key.map(PublicKey::algorithm) {
            Some(KeyAlgorithm::EcdsaP384) => &[HashAlgorithm::Sha384, HashAlgorithm::Sha256],
            Some(KeyAlgorithm::EcdsaP521) => &[HashAlgorithm::Sha512, HashAlgorithm::Sha256],
            Some(KeyAlgorithm::Ed25519) => &[HashAlgorithm::Sha512],
            _ => &[HashAlgorithm::Sha256],
        }
    }

    /// The entry of a signature, the earliest of several; `messages` are digests of what was
    /// signed, where that is no envelope. None where the log has none, and where it is not known
    /// who signed.
    ///
    /// # Errors
    /// When the log cannot be asked, refuses, or answers with what is no entry.
    pub fn entry(&self, bundle: &Bundle, messages: &[Hash]) -> Result<Option<Entry>, WitnessError> {
        let Some(proposals) = self.proposals(bundle, messages) else { return Ok(None) };
        let service = Service::Log;
        let url = below(&self.url, "/api/v1/log/entries/retrieve")
            .ok_or(WitnessError::NotConfigured { service })?;
        let request = json!({ "entries": proposals }).to_string();
        let asked = Asked { client: &self.client, service };
        let answer = asked.post(&url, "application/json", request.as_bytes())?;
        if answer.status == 404 {
            return Ok(None);
        }
        let answer = answer.accepted()?;
        let document = answer.json()?;
        let malformed = || answer.malformed("no list of entries with promise and proof");
        let found = document.as_array().ok_or_else(malformed)?;
        let found = found.iter().filter_map(Value::as_object).flat_map(|one| one.values());
        let found: Option<Vec<Entry>> = found.map(read_first).collect();
        let found = found.ok_or_else(malformed)?;
        Ok(found.into_iter().min_by_key(|entry| entry.integrated_time))
    }

    /// What the log would have been asked to enter.
    fn proposals(&self, bundle: &Bundle, messages: &[Hash]) -> Option<Vec<Value>> {
        let pem = match (bundle.material(), &self.key) {
            (Material::Certificate { leaf, .. }, _) => pem_block("CERTIFICATE", leaf.der()),
            (_, Some(key)) => public_pem(key),
            _ => return None,
        };
        Some(match bundle.content() {
            Content::Message { signature, .. } => {
                messages.iter().map(|digest| hashed_record(&pem, signature, digest)).collect()
            }
            // The log knows an envelope by its very bytes, in one of cosign's two ways to write it.
            Content::Envelope(envelope) => {
                written(envelope).iter().map(|text| enveloped(&pem, text)).collect()
            }
        })
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

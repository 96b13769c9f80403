//! Rekor, versions 1 (`openapi.yaml`, `POST /api/v1/log/entries`) and 2 (`rekor_service.proto`,
//! `POST /api/v2/log/entries`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sealift_model::Timestamp;
use sealift_sigstore_verify::{
    Bundle, Entry, Hash, HashAlgorithm, InclusionProof, KeyAlgorithm, Limits, Scheme, encode_base64,
};
use serde_json::{Value, json};

use super::ask::{Answer, Asked, below};
use super::config::{LogService, LogVersion};
use super::error::ServiceError;
use crate::bundle::{BUNDLE_MEDIA_TYPE, SignatureBundle, SignedPayload, SignerMaterial};
use crate::key::{pem_block, public_pem};
use crate::statement::pae;

/// Most hashes of an inclusion proof: a tree has no more levels.
const MAX_HASHES: usize = 64;

/// Enters a signature into a log, and reads the entry in its answer.
pub(super) fn enter(
    asked: Asked<'_>,
    log: &LogService,
    bundle: &SignatureBundle,
    scheme: Scheme,
) -> Result<Entry, ServiceError> {
    let not_configured = || ServiceError::NotConfigured { service: asked.service };
    match log.version {
        LogVersion::V1 => {
            let url = below(&log.url, "/api/v1/log/entries").ok_or_else(not_configured)?;
            let request = proposal(bundle, scheme).ok_or(ServiceError::Key)?.to_string();
            let mut answer = asked.post(&url, "application/json", request.as_bytes())?;
            // The entry exists already, and the answer gives its location.
            if answer.status == 409 {
                let place = answer.location.as_deref().and_then(|place| url.join(place).ok());
                let place = place.filter(|place| place.is_same_origin(&url));
                let missing = answer.malformed("an entry that is there, and not where");
                answer = asked.get(&place.ok_or(missing)?)?;
            }
            first(&answer.accepted()?)
        }
        LogVersion::V2 => {
            let url = below(&log.url, "/api/v2/log/entries").ok_or_else(not_configured)?;
            let request = request(bundle, scheme).ok_or(ServiceError::Key)?.to_string();
            let answer = asked.post(&url, "application/json", request.as_bytes())?.accepted()?;
            second(&answer)
        }
    }
}

/// PEM of the signer's certificate or key.
fn verifier_pem(signer: &SignerMaterial) -> String {
    match signer {
        SignerMaterial::Key(key) => public_pem(key),
        SignerMaterial::Certificate { leaf, .. } => pem_block("CERTIFICATE", leaf),
    }
}

/// The request to Rekor v1: `dsse` for an envelope, else `hashedrekord`.
fn proposal(bundle: &SignatureBundle, scheme: Scheme) -> Option<Value> {
    let pem = verifier_pem(&bundle.signer);
    match &bundle.payload {
        SignedPayload::Envelope { .. } => {
            Some(enveloped(&pem, &String::from_utf8(bundle.envelope_json()?).ok()?))
        }
        SignedPayload::Message { digest } => {
            let digest = (*digest)?;
            let is_signed = scheme.hash() == Some(digest.algorithm());
            is_signed.then(|| hashed_record(&pem, &bundle.signature, &digest))
        }
    }
}

/// An entry of the kind `dsse`, version 0.0.1.
pub(super) fn enveloped(pem: &str, envelope: &str) -> Value {
    let verifiers = [STANDARD.encode(pem)];
    json!({
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": { "proposedContent": { "envelope": envelope, "verifiers": verifiers } },
    })
}

/// An entry of the kind `hashedrekord`, version 0.0.1.
pub(super) fn hashed_record(pem: &str, signature: &[u8], digest: &Hash) -> Value {
    json!({
        "apiVersion": "0.0.1",
        "kind": "hashedrekord",
        "spec": {
            "signature": {
                "content": STANDARD.encode(signature),
                "publicKey": { "content": STANDARD.encode(pem) },
            },
            "data": { "hash": {
                "algorithm": digest.algorithm().name(),
                "value": HEXLOWER.encode(digest.as_bytes()),
            }},
        },
    })
}

/// The request to Rekor v2: a `hashedrekord`, which for an envelope is over its signed encoding
/// (client specification, "Rekor v2").
fn request(bundle: &SignatureBundle, scheme: Scheme) -> Option<Value> {
    let digest = match &bundle.payload {
        SignedPayload::Message { digest } => (*digest)?,
        SignedPayload::Envelope { payload_type, payload } => {
            scheme.hash()?.hash(&pae(payload_type, payload))
        }
    };
    let (kind, raw, key) = match &bundle.signer {
        SignerMaterial::Key(key) => ("publicKey", key.der().to_vec(), key.algorithm()),
        SignerMaterial::Certificate { leaf, .. } => {
            let certificate = sealift_sigstore_verify::Certificate::from_der(leaf).ok()?;
            ("x509Certificate", leaf.clone(), certificate.public_key().algorithm())
        }
    };
    Some(json!({
        "hashedRekordRequestV002": {
            "digest": STANDARD.encode(digest.as_bytes()),
            "signature": {
                "content": STANDARD.encode(&bundle.signature),
                "verifier": {
                    kind: { "rawBytes": STANDARD.encode(raw) },
                    "keyDetails": key_details(key, scheme)?,
                },
            },
        },
    }))
}

/// `PublicKeyDetails` of protobuf-specs (`sigstore_common.proto`), as far as logs accept them.
fn key_details(key: KeyAlgorithm, scheme: Scheme) -> Option<&'static str> {
    Some(match (key, scheme) {
        (KeyAlgorithm::EcdsaP256, Scheme::Ecdsa(HashAlgorithm::Sha256)) => {
            "PKIX_ECDSA_P256_SHA_256"
        }
        (KeyAlgorithm::EcdsaP384, Scheme::Ecdsa(HashAlgorithm::Sha384)) => {
            "PKIX_ECDSA_P384_SHA_384"
        }
        (KeyAlgorithm::EcdsaP521, Scheme::Ecdsa(HashAlgorithm::Sha512)) => {
            "PKIX_ECDSA_P521_SHA_512"
        }
        (KeyAlgorithm::Ed25519, Scheme::Ed25519ph) => "PKIX_ED25519_PH",
        (KeyAlgorithm::Rsa { bits }, Scheme::RsaPkcs1(HashAlgorithm::Sha256)) => match bits {
            2048 => "PKIX_RSA_PKCS1V15_2048_SHA256",
            3072 => "PKIX_RSA_PKCS1V15_3072_SHA256",
            4096 => "PKIX_RSA_PKCS1V15_4096_SHA256",
            _ => return None,
        },
        _ => return None,
    })
}

/// Reads the answer of Rekor v1: an object with one member, the entry under its id.
fn first(answer: &Answer) -> Result<Entry, ServiceError> {
    let document = answer.json()?;
    let members = document.as_object().filter(|members| members.len() == 1);
    let entry = members.and_then(|members| members.values().next());
    entry.and_then(read_first).ok_or_else(|| answer.malformed("no entry with promise and proof"))
}

pub(super) fn read_first(entry: &Value) -> Option<Entry> {
    let decode = |value: &Value| STANDARD.decode(value.as_str()?).ok();
    let body = decode(entry.get("body")?)?;
    let said: Value = serde_json::from_slice(&body).ok()?;
    let verification = entry.get("verification")?;
    let proof = verification.get("inclusionProof")?;
    let hashes = proof.get("hashes")?.as_array().filter(|hashes| hashes.len() <= MAX_HASHES)?;
    let hashes = hashes.iter().map(bytes_of).collect::<Option<_>>()?;
    let time = Timestamp::from_unix_seconds(entry.get("integratedTime")?.as_i64()?).ok()?;
    Some(Entry {
        log_index: entry.get("logIndex")?.as_u64()?,
        log_id: bytes_of(entry.get("logID")?)?,
        kind: said.get("kind")?.as_str()?.to_owned(),
        version: said.get("apiVersion")?.as_str()?.to_owned(),
        integrated_time: Some(time),
        promise: Some(decode(verification.get("signedEntryTimestamp")?)?),
        proof: Some(InclusionProof {
            log_index: proof.get("logIndex")?.as_u64()?,
            tree_size: proof.get("treeSize")?.as_u64()?,
            root_hash: bytes_of(proof.get("rootHash")?)?,
            hashes,
            checkpoint: Some(proof.get("checkpoint")?.as_str()?.to_owned()),
        }),
        body,
    })
}

/// Reads the answer of Rekor v2: an entry in the form of bundles, read as strictly as in a bundle.
fn second(answer: &Answer) -> Result<Entry, ServiceError> {
    let text = str::from_utf8(&answer.bytes).map_err(|_| answer.malformed("no JSON"))?;
    // Since it is a complete JSON document, it cannot close the document that is put around it.
    answer.json()?;
    let around = format!(
        "{{\"mediaType\":\"{BUNDLE_MEDIA_TYPE}\",\"verificationMaterial\":{{\
         \"publicKey\":{{\"hint\":\"\"}},\"tlogEntries\":[{text}]}},\
         \"messageSignature\":{{\"signature\":\"{}\"}}}}",
        encode_base64(b"-")
    );
    let bundle = Bundle::from_json(around.as_bytes(), &Limits::default());
    let entry = |source| ServiceError::Entry { host: answer.host.clone(), source };
    let bundle = bundle.map_err(entry)?;
    bundle.entries().first().cloned().ok_or_else(|| answer.malformed("no entry"))
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &Value) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(digits.as_str()?.as_bytes()).ok()
}

/// Whether any log only takes a digest of the content, which pure Ed25519 does not sign: for
/// messages all do, for envelopes those of version 2.
pub(super) fn takes_digests(logs: &[LogService], is_message: bool) -> bool {
    logs.iter().any(|log| is_message || log.version == LogVersion::V2)
}

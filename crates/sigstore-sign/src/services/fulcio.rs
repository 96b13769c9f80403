//! Fulcio's interface of version 2 (`fulcio.proto`, `POST /api/v2/signingCert`): a short-lived
//! certificate for a key, issued to the identity in a token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_http::Url;
use sealift_sigstore_verify::{Certificate, DetachedSct, KeyAlgorithm, Message, pem_blocks};
use serde_json::{Value, json};

use super::ask::{Asked, below};
use super::error::ServiceError;
use crate::key::public_pem;
use crate::sign::{Ed25519Form, scheme_of};
use crate::signer::Signer;
use crate::token::IdentityToken;

/// Most certificates in an answer.
const MAX_CERTIFICATES: usize = 10;

/// The signer's certificate, and DER of those above it except the root.
pub(super) struct Issued {
    pub(super) leaf: Certificate,
    pub(super) chain: Vec<Vec<u8>>,
    /// The timestamp of a log, if it is not embedded in the certificate.
    pub(super) detached: Option<DetachedSct>,
}

/// Requests a certificate. A signature over the token's subject proves possession of the key.
pub(super) fn certificate(
    asked: Asked<'_>,
    base: &Url,
    token: &IdentityToken,
    signer: &dyn Signer,
) -> Result<Issued, ServiceError> {
    let subject = Message::Bytes(token.subject().as_bytes());
    let proof = signer.sign(scheme_of(signer, Ed25519Form::Pure), subject)?;
    let algorithm = match signer.public_key().algorithm() {
        KeyAlgorithm::Rsa { .. } => "RSA_PSS",
        KeyAlgorithm::Ed25519 => "ED25519",
        _ => "ECDSA",
    };
    let request = json!({
        "credentials": { "oidcIdentityToken": token.as_str() },
        "publicKeyRequest": {
            "publicKey": { "algorithm": algorithm, "content": public_pem(signer.public_key()) },
            "proofOfPossession": STANDARD.encode(proof),
        },
    });
    let not_configured = ServiceError::NotConfigured { service: asked.service };
    let url = below(base, "/api/v2/signingCert").ok_or(not_configured)?;
    let answer = asked.post(&url, "application/json", request.to_string().as_bytes())?;
    let answer = answer.accepted()?;
    let document = answer.json()?;
    let certificates = |member: &str| {
        document.get(member)?.pointer("/chain/certificates").and_then(Value::as_array)
    };
    let detached = document.pointer("/signedCertificateDetachedSct/signedCertificateTimestamp");
    let detached = match detached.and_then(Value::as_str).filter(|text| !text.is_empty()) {
        Some(text) => {
            let read = read_sct(text);
            Some(read.ok_or_else(|| answer.malformed("a timestamp of a log that is none"))?)
        }
        None => None,
    };
    let texts = certificates("signedCertificateEmbeddedSct")
        .or_else(|| certificates("signedCertificateDetachedSct"))
        .ok_or_else(|| answer.malformed("no certificate"))?;
    if texts.len() > MAX_CERTIFICATES {
        return Err(answer.malformed("too many certificates"));
    }
    let mut ders = texts.iter().map(|text| {
        let mut blocks = pem_blocks(text.as_str()?.as_bytes(), 1).ok()?;
        blocks.pop().filter(|block| block.label == "CERTIFICATE").map(|block| block.contents)
    });
    let malformed = || answer.malformed("a certificate that is no PEM");
    let leaf = ders.next().flatten().ok_or_else(malformed)?;
    let of = |der: &[u8]| {
        let host = answer.host.clone();
        Certificate::from_der(der).map_err(|source| ServiceError::Certificate { host, source })
    };
    let leaf = of(&leaf)?;
    let mut chain = Vec::new();
    for der in ders {
        let der = der.ok_or_else(malformed)?;
        if !of(&der)?.is_self_issued() {
            chain.push(der);
        }
    }
    check(&leaf, token, signer, &answer.host)?;
    Ok(Issued { leaf, chain, detached })
}

/// Reads a log's answer to `add-chain` (RFC 6962 4.1), as JSON in base64.
fn read_sct(text: &str) -> Option<DetachedSct> {
    let json: Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let bytes = |name: &str| STANDARD.decode(json.get(name)?.as_str()?).ok();
    if json.get("sct_version").and_then(Value::as_u64) != Some(0) {
        return None;
    }
    Some(DetachedSct {
        log_id: bytes("id")?.try_into().ok()?,
        milliseconds: json.get("timestamp")?.as_u64()?,
        extensions: bytes("extensions").unwrap_or_default(),
        signature: bytes("signature")?,
    })
}

/// Checks that the certificate has this key and this identity; any other would be another signer's.
fn check(
    leaf: &Certificate,
    token: &IdentityToken,
    signer: &dyn Signer,
    host: &str,
) -> Result<(), ServiceError> {
    let other = |what| ServiceError::OtherCertificate { host: host.to_owned(), what };
    if leaf.public_key() != signer.public_key() {
        return Err(other("key"));
    }
    let identity = leaf
        .identity()
        .map_err(|source| ServiceError::Certificate { host: host.to_owned(), source })?;
    // The issuer's kind decides how a token's subject is certified; an email address stays
    // unchanged.
    if token.email().is_some_and(|email| email != identity.subject.as_str()) {
        return Err(other("subject"));
    }
    if identity.issuer.as_deref() != Some(token.certificate_issuer()) {
        return Err(other("issuer"));
    }
    Ok(())
}

//! Proofs of verification, and the results of signing.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use sealift::sign::SignedDigest;
use sealift::verify::RejectedProof;
use serde::Serialize;
use serde_json::{Value, json};

use crate::data::{Json, data_class};

data_class! {
    /// An image with at least one signature or attestation that counts.
    Verified shown(digest, signatures) {
        digest: String = "/digest",
        signatures: Vec<Signature> = "/signatures",
        rejected: Vec<Rejected> = "/rejected",
        content_checked: bool = "/content_checked",
    }
}

data_class! {
    /// A signature that counts.
    Signature shown(subject, issuer, key_fingerprint) {
        subject: Option<String> = "/signer/subject",
        issuer: Option<String> = "/signer/issuer",
        extensions: BTreeMap<String, String> = "/signer/extensions",
        key_fingerprint: Option<String> = "/signer/fingerprint",
        checks: Vec<String> = "/checks",
        not_checked: Vec<String> = "/not_checked",
        signed_at: Option<String> = "/signed_at/0/time",
        predicate_type: Option<String> = "/predicate_type",
        payload: Json = "/payload",
    }
}

data_class! {
    /// A signature that was found and does not count.
    Rejected shown(check, reason) {
        check: String = "/check",
        reason: String = "/reason",
        manifest: Option<String> = "/origin/manifest",
    }
}

data_class! {
    /// An image to which a signature or attestation was attached.
    SignedImage shown(digest, signature) {
        digest: String = "/digest",
        signature: String = "/signature",
        bundle: Json = "/bundle",
    }
}

/// A key pair as cosign writes it.
#[pyclass(frozen, get_all, module = "sealift._native")]
pub(crate) struct KeyPair {
    /// The secret key, encrypted with the password.
    pub(crate) private: String,
    /// The public key, in PEM.
    pub(crate) public: String,
}

#[pymethods]
impl KeyPair {
    /// Does not show the secret key.
    fn __repr__(&self) -> String {
        let id = crate::data::hash(&self.public);
        format!("KeyPair(public=<{id:016x}>)")
    }
}

/// Converts to JSON a value for which that cannot fail.
pub(crate) fn value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

impl Verified {
    pub(crate) fn of(proof: &sealift::verify::ImageProof) -> Self {
        let mut value = value(proof);
        if let Some(members) = value.as_object_mut() {
            members.insert("content_checked".to_owned(), proof.content.is_some().into());
        }
        Self::new(value)
    }
}

impl Signature {
    pub(crate) fn of(proof: &sealift::verify::SignatureProof) -> Self {
        Self::new(value(proof))
    }
}

impl Rejected {
    pub(crate) fn of(rejected: &RejectedProof) -> Self {
        Self::new(value(rejected))
    }
}

impl SignedImage {
    pub(crate) fn of(signed: &SignedDigest) -> Self {
        let bundle: Value = serde_json::from_slice(&signed.bundle.to_json()).unwrap_or_default();
        let (digest, signature) = (&signed.digest, &signed.signature);
        Self::new(json!({ "digest": digest, "signature": signature, "bundle": bundle }))
    }
}

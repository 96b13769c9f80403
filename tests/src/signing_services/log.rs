//! Rekor: version 1 (`openapi.yaml`) and version 2 (`rekor_service.proto`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_sigstore_verify::{
    Certificate, Hash, HashAlgorithm, KeyAlgorithm, Message, PublicKey, RustCrypto, Scheme,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::http::Asked;
use super::{Fault, Reply, State};
use crate::instance::{EntryRecipe, LogKind, hex};

impl State {
    /// `POST /api/v1/log/entries`.
    pub(super) fn enter_1(&self, body: &[u8]) -> Reply {
        let Ok(request) = serde_json::from_slice::<Value>(body) else {
            return Reply::refusal(400, "no JSON");
        };
        let Some(body) = canonical_1(&request) else {
            return Reply::refusal(400, "error verifying signature");
        };
        let entry = first(&self.take(LogKind::Rekor1, body));
        let name = hex(&Sha256::digest(entry["body"].as_str().unwrap_or_default()));
        let answer = json!({ &*name: entry });
        self.entries.lock().unwrap().push((name.clone(), answer.clone()));
        if self.fault == Some(Fault::Conflict) {
            let mut reply = Reply::refusal(409, "an equivalent entry already exists");
            reply.name = Some(name);
            return reply;
        }
        let mut reply = Reply::json(201, &answer);
        reply.name = Some(name);
        reply
    }

    /// `GET /api/v1/log/entries/{name}`.
    pub(super) fn entry(&self, path: &str) -> Reply {
        let entries = self.entries.lock().unwrap();
        let found = entries.iter().find(|(name, _)| path.ends_with(name.as_str()));
        match found {
            Some((_, entry)) => Reply::json(200, entry),
            None => Reply::refusal(404, "no such entry"),
        }
    }

    /// `POST /api/v1/log/entries/retrieve`, for what is proposed.
    pub(super) fn retrieve(&self, body: &[u8]) -> Reply {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let proposed = request["entries"].as_array().cloned().unwrap_or_default();
        let bodies: Vec<Value> = proposed.iter().filter_map(canonical_1).collect();
        let entries = self.entries.lock().unwrap();
        let found = entries.iter().filter(|(name, answer)| {
            let body = answer[name.as_str()]["body"].as_str().unwrap_or_default();
            let body: Value = serde_json::from_slice(&STANDARD.decode(body).unwrap()).unwrap();
            bodies.contains(&body)
        });
        Reply::json(200, &found.map(|(_, answer)| answer.clone()).collect())
    }

    /// `POST /api/v2/log/entries`.
    pub(super) fn enter_2(&self, log: LogKind, asked: &Asked) -> Reply {
        let Ok(request) = serde_json::from_slice::<Value>(&asked.body) else {
            return Reply::refusal(400, "no JSON");
        };
        let Some(spec) = hashedrekord_2(&request["hashedRekordRequestV002"]) else {
            return Reply::refusal(400, "invalid signature");
        };
        let body = json!({ "apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec });
        Reply::json(201, &self.take(log, body))
    }

    fn take(&self, log: LogKind, mut body: Value) -> Value {
        let mut recipe = EntryRecipe::usual(log);
        recipe.forged = self.fault == Some(Fault::ForgedEntry);
        recipe.proof = self.fault != Some(Fault::NoProof);
        if self.fault == Some(Fault::OtherEntry) {
            let digest = ["/spec/data/hash/value", "/spec/hashedRekordV002/data/digest"]
                .into_iter()
                .find(|pointer| body.pointer(pointer).is_some());
            let other = match digest {
                Some("/spec/data/hash/value") => hex(&Sha256::digest("other")).into(),
                _ => STANDARD.encode(Sha256::digest("other")).into(),
            };
            *body.pointer_mut(digest.unwrap_or("/spec/payloadHash/value")).unwrap() = other;
        }
        let log = self.instance.logs.iter().find(|one| one.kind == log).unwrap();
        log.take(&recipe, &body, self.instance.now, self.instance.foreign_key())
    }
}

/// What Rekor v1 keeps of what it is asked to enter.
fn canonical_1(request: &Value) -> Option<Value> {
    let spec = match request["kind"].as_str() {
        Some("hashedrekord") => hashedrekord_1(&request["spec"]),
        Some("dsse") => dsse_1(&request["spec"]),
        _ => None,
    }?;
    Some(json!({ "apiVersion": request["apiVersion"], "kind": request["kind"], "spec": spec }))
}

/// The entry of a bundle as Rekor v1 answers with it.
fn first(entry: &Value) -> Value {
    let bytes = |pointer: &str| {
        let text = entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        STANDARD.decode(text).unwrap()
    };
    let number = |pointer: &str| {
        let text = entry.pointer(pointer).and_then(Value::as_str).unwrap_or("0");
        text.parse::<i64>().unwrap()
    };
    let mut verification = json!({
        "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
    });
    if let Some(proof) = entry.get("inclusionProof") {
        let hashes = proof["hashes"].as_array().unwrap().iter();
        let hashes: Vec<_> =
            hashes.map(|hash| hex(&STANDARD.decode(hash.as_str().unwrap()).unwrap())).collect();
        verification["inclusionProof"] = json!({
            "checkpoint": proof["checkpoint"]["envelope"],
            "hashes": hashes,
            "logIndex": number("/inclusionProof/logIndex"),
            "rootHash": hex(&bytes("/inclusionProof/rootHash")),
            "treeSize": number("/inclusionProof/treeSize"),
        });
    }
    json!({
        "body": entry["canonicalizedBody"],
        "integratedTime": number("/integratedTime"),
        "logID": hex(&bytes("/logId/keyId")),
        "logIndex": number("/logIndex"),
        "verification": verification,
    })
}

fn hashedrekord_1(spec: &Value) -> Option<Value> {
    let key = verifier(&decode(spec.pointer("/signature/publicKey/content")?)?)?;
    let signature = decode(spec.pointer("/signature/content")?)?;
    let algorithm = HashAlgorithm::from_name(spec.pointer("/data/hash/algorithm")?.as_str()?)?;
    let digest = Hash::from_hex(algorithm, spec.pointer("/data/hash/value")?.as_str()?)?;
    holds(&key, Message::Digest(&digest), &signature)?;
    Some(spec.clone())
}

fn dsse_1(spec: &Value) -> Option<Value> {
    let text = spec.pointer("/proposedContent/envelope")?.as_str()?;
    let pem = spec.pointer("/proposedContent/verifiers/0")?;
    let key = verifier(&decode(pem)?)?;
    let envelope: Value = serde_json::from_str(text).ok()?;
    let payload = decode(&envelope["payload"])?;
    let signature = &envelope["signatures"][0]["sig"];
    holds(&key, Message::Bytes(&pae(&envelope, &payload)?), &decode(signature)?)?;
    let sha256 =
        |bytes: &[u8]| json!({ "algorithm": "sha256", "value": hex(&Sha256::digest(bytes)) });
    Some(json!({
        "envelopeHash": sha256(text.as_bytes()),
        "payloadHash": sha256(&payload),
        "signatures": [{ "signature": signature, "verifier": pem }],
    }))
}

fn hashedrekord_2(request: &Value) -> Option<Value> {
    let verifier = request.pointer("/signature/verifier")?;
    let key = match (verifier.pointer("/x509Certificate/rawBytes"), &verifier["publicKey"]) {
        (Some(der), _) => Certificate::from_der(&decode(der)?).ok()?.public_key().clone(),
        (None, key) => PublicKey::from_der(&decode(&key["rawBytes"])?).ok()?,
    };
    let (name, algorithm) = match verifier["keyDetails"].as_str()? {
        details if details.ends_with("SHA_384") => ("SHA2_384", HashAlgorithm::Sha384),
        details if details.ends_with("SHA_512") || details.ends_with("_PH") => {
            ("SHA2_512", HashAlgorithm::Sha512)
        }
        _ => ("SHA2_256", HashAlgorithm::Sha256),
    };
    let digest = Hash::new(algorithm, &decode(&request["digest"])?)?;
    let signature = decode(request.pointer("/signature/content")?)?;
    holds(&key, Message::Digest(&digest), &signature)?;
    let data = json!({ "algorithm": name, "digest": request["digest"] });
    Some(json!({ "hashedRekordV002": { "data": data, "signature": request["signature"] } }))
}

fn decode(text: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(text.as_str()?).ok()
}

/// The key of a certificate or a key in PEM.
fn verifier(pem: &[u8]) -> Option<PublicKey> {
    let certificate = || Certificate::from_pem(pem).ok().map(|one| one.public_key().clone());
    PublicKey::from_pem(pem).ok().or_else(certificate)
}

fn holds(key: &PublicKey, message: Message<'_>, signature: &[u8]) -> Option<()> {
    let scheme = match (key.algorithm(), message) {
        (KeyAlgorithm::Ed25519, Message::Digest(_)) => Scheme::Ed25519ph,
        (algorithm, _) => Scheme::default_for(algorithm),
    };
    key.verify(&RustCrypto, scheme, message, signature).ok()
}

fn pae(envelope: &Value, payload: &[u8]) -> Option<Vec<u8>> {
    let kind = envelope["payloadType"].as_str()?;
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    Some([head.as_bytes(), payload].concat())
}

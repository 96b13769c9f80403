//! Verified payloads in the forms that cosign prints.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use sealift_model::Digest;
use sealift_report::escape;
use sealift_sigstore_verify::{
    Check, Entry, Envelope, FulcioExtension, Hash, VerifiedAttached, VerifiedSigner, encode_base64,
};
use serde_json::{Map, Value, json};

/// What cosign calls the oldest extensions of Fulcio, under which it prints them beside their
/// object identifiers.
const NAMES: [(FulcioExtension, &str); 6] = [
    (FulcioExtension::Issuer, "Issuer"),
    (FulcioExtension::GithubWorkflowTrigger, "githubWorkflowTrigger"),
    (FulcioExtension::GithubWorkflowSha, "githubWorkflowSha"),
    (FulcioExtension::GithubWorkflowName, "githubWorkflowName"),
    (FulcioExtension::GithubWorkflowRepository, "githubWorkflowRepository"),
    (FulcioExtension::GithubWorkflowRef, "githubWorkflowRef"),
];

/// The list of payloads that `cosign verify` prints: for each signature its simple signing
/// document, with the claims and the facts of the certificate in `optional`. A statement gets the
/// same form, with `reference` as the name of the image.
#[must_use]
pub fn signatures_json(
    signatures: &[VerifiedAttached<'_>],
    image: &Digest,
    reference: &str,
) -> String {
    let list = signatures.iter().map(|signature| document(signature, image, reference));
    let list = Value::Array(list.collect());
    escape::json(&list.to_string()).into_owned()
}

/// The payload as text, made safe for terminals.
#[must_use]
pub fn payload_text<'a>(signature: &VerifiedAttached<'a>) -> Cow<'a, str> {
    match String::from_utf8_lossy(signature.payload()) {
        Cow::Borrowed(text) => escape::json(text),
        Cow::Owned(text) => Cow::Owned(escape::json(&text).into_owned()),
    }
}

/// The envelope of an attestation, as one line of JSON.
#[must_use]
pub fn envelope_json(attestation: &VerifiedAttached<'_>) -> Option<String> {
    let envelope = attestation.envelope()?;
    let signatures = envelope.signatures().iter().map(|signature| {
        let mut one = json!({ "sig": encode_base64(&signature.signature) });
        if let (Some(key_id), Some(members)) = (&signature.key_id, one.as_object_mut()) {
            members.insert("keyid".to_owned(), key_id.as_str().into());
        }
        one
    });
    let signatures: Vec<Value> = signatures.collect();
    Some(envelope_line(envelope, attestation.payload(), &signatures))
}

fn envelope_line(envelope: &Envelope, payload: &[u8], signatures: &[Value]) -> String {
    let document = json!({
        "payloadType": envelope.payload_type(),
        "payload": encode_base64(payload),
        "signatures": signatures,
    });
    escape::json(&document.to_string()).into_owned()
}

fn document(signature: &VerifiedAttached<'_>, image: &Digest, reference: &str) -> Value {
    let (name, kind, claims) = match signature.claims() {
        Some(claims) => {
            let name = claims.reference.clone().unwrap_or_default();
            let kind = sealift_sigstore_verify::SIMPLE_SIGNING_TYPE.to_owned();
            (name, kind, claims_of(signature.payload()))
        }
        None => {
            let statement = signature.verified().statement();
            let kind = statement.map(|one| one.predicate_type().to_owned()).unwrap_or_default();
            (reference.to_owned(), kind, annotations_of(signature, image))
        }
    };
    let mut optional = claims;
    describe_signer(signature.verified().signer(), &mut optional);
    describe_entry(signature, &mut optional);
    let optional = if optional.is_empty() && signature.claims().is_some() {
        Value::Null
    } else {
        Value::Object(optional)
    };
    json!({
        "critical": {
            "identity": { "docker-reference": name },
            "image": { "docker-manifest-digest": image.to_string() },
            "type": kind,
        },
        "optional": optional,
    })
}

/// The claims of a simple signing document, which has been read before: nothing in it is doubtful.
fn claims_of(payload: &[u8]) -> Map<String, Value> {
    let document: Value = serde_json::from_slice(payload).unwrap_or_default();
    let Value::Object(members) = document else { return Map::new() };
    let optional = members.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("optional"));
    match optional {
        Some((_, Value::Object(claims))) => claims,
        _ => Map::new(),
    }
}

fn annotations_of(signature: &VerifiedAttached<'_>, image: &Digest) -> Map<String, Value> {
    let statement = signature.verified().statement();
    let subject = statement
        .zip(Hash::of_content(image))
        .and_then(|(statement, image)| statement.subject_of(&image));
    let annotations = subject.map(|subject| subject.annotations.iter());
    annotations
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone().into()))
        .collect()
}

fn describe_signer(signer: &VerifiedSigner<'_>, optional: &mut Map<String, Value>) {
    let VerifiedSigner::Certificate { identity, .. } = signer else { return };
    optional.insert("Subject".to_owned(), identity.subject.as_str().into());
    for (extension, name) in NAMES {
        let value = match extension {
            FulcioExtension::Issuer => identity.issuer.as_deref(),
            other => identity.extensions.get(other),
        };
        if let Some(value) = value {
            optional.insert(name.to_owned(), value.into());
            optional.insert(extension.oid(), value.into());
        }
    }
}

/// The log's promise, where it was verified: cosign prints it as it is kept in an annotation.
fn describe_entry(signature: &VerifiedAttached<'_>, optional: &mut Map<String, Value>) {
    let was_checked = signature.verified().checks().any(|check| check == Check::LogPromises);
    let entry = signature.bundle().entries().first().filter(|_| was_checked);
    let Some(Entry {
        promise: Some(promise),
        integrated_time: Some(time),
        body,
        log_index,
        log_id,
        ..
    }) = entry
    else {
        return;
    };
    let payload = json!({
        "body": encode_base64(body),
        "integratedTime": time.unix_seconds(),
        "logIndex": log_index,
        "logID": HEXLOWER.encode(log_id),
    });
    let promise = encode_base64(promise);
    let entry = json!({ "SignedEntryTimestamp": promise, "Payload": payload });
    optional.insert("Bundle".to_owned(), entry);
}

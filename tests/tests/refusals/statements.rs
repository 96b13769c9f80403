//! Envelopes and the statements in them.

use sealift_sigstore_verify::PredicateType;
use sealift_tests::instance::{Content, IN_TOTO, Recipe};
use serde_json::{Value, json};

use super::{ARTIFACT, Attempt, Cases};

const PREDICATE: &str = "https://example.test/predicate";

pub(super) fn cases(cases: &mut Cases<'_>) {
    payload(cases, "as-usual", |_| {});
    payload(cases, "no-subjects", |statement| statement["subject"] = json!([]));
    payload(cases, "subject-without-digest", |statement| {
        statement["subject"] = json!([{"name": "artifact", "digest": {}}]);
    });
    payload(cases, "another-subject", |statement| {
        statement["subject"][0]["digest"]["sha256"] = "00".repeat(32).into();
    });
    payload(cases, "another-type", |statement| {
        statement["_type"] = "https://in-toto.io/Statement/v9".into();
    });
    payload(cases, "no-predicate-type", |statement| {
        statement.as_object_mut().unwrap().remove("predicateType");
    });
    signed(cases, "not-json", b"statement", IN_TOTO, |_| {});
    signed(cases, "empty", b"", IN_TOTO, |_| {});
    signed(cases, "repeated-key", br#"{"_type":"","_type":""}"#, IN_TOTO, |_| {});
    signed(cases, "another-payload-type", b"{}", "text/plain", |_| {});
    envelopes(cases);
}

fn envelopes(cases: &mut Cases<'_>) {
    let mut envelope = |name: &str, change: &dyn Fn(&mut Attempt)| {
        signed(cases, name, statement().to_string().as_bytes(), IN_TOTO, change);
    };
    envelope("another-predicate-type", &|attempt| {
        let wanted = PredicateType::new("https://slsa.dev/provenance/v1").unwrap();
        attempt.policy = attempt.policy.clone().require_predicate_type(wanted);
    });
    envelope("payload-changed", &|attempt| {
        attempt.bundle["dsseEnvelope"]["payload"] = "e30=".into();
    });
    envelope("payload-type-changed", &|attempt| {
        attempt.bundle["dsseEnvelope"]["payloadType"] = "text/plain".into();
    });
    envelope("no-signature", &|attempt| {
        attempt.bundle["dsseEnvelope"]["signatures"] = json!([]);
    });
    envelope("two-signatures", &|attempt| {
        let signatures = attempt.bundle["dsseEnvelope"]["signatures"].as_array_mut().unwrap();
        signatures.push(signatures[0].clone());
    });
    cases.edit("message-where-statement-is-required", |attempt| {
        let wanted = PredicateType::new(PREDICATE).unwrap();
        attempt.policy = attempt.policy.clone().require_predicate_type(wanted);
    });
}

fn statement() -> Value {
    match Content::statement(ARTIFACT, PREDICATE, &json!({})) {
        Content::Envelope { payload, .. } => serde_json::from_slice(&payload).unwrap(),
        _ => Value::Null,
    }
}

/// A statement with one thing changed before it is signed.
fn payload(cases: &mut Cases<'_>, name: &str, change: impl FnOnce(&mut Value)) {
    let mut statement = statement();
    change(&mut statement);
    signed(cases, name, statement.to_string().as_bytes(), IN_TOTO, |_| {});
}

fn signed(
    cases: &mut Cases<'_>,
    name: &str,
    payload: &[u8],
    payload_type: &str,
    change: impl FnOnce(&mut Attempt),
) {
    let mut recipe = Recipe::keyless(cases.instance, "ada", ARTIFACT);
    let (payload, payload_type) = (payload.to_vec(), payload_type.to_owned());
    recipe.content = Content::Envelope { payload, payload_type };
    cases.attempt(name, &recipe, change);
}

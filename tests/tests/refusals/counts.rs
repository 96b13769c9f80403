//! Thousands of what there should be one of, and the same counted twice.

use sealift_tests::instance::{Content, LogKind, Recipe};
use serde_json::{Value, json};

use super::{ARTIFACT, Attempt, Cases};

const MANY: usize = 10_000;

pub(super) fn cases(cases: &mut Cases<'_>) {
    cases.edit("entries", |attempt| repeat(entries(attempt), MANY));
    cases.edit("repeated-entries", |attempt| {
        repeat(entries(attempt), 32);
        attempt.policy = attempt.policy.clone().require_log_entries(2);
    });
    // Though one is enough.
    cases.edit("repeated-entry", |attempt| repeat(entries(attempt), 2));
    cases.edit("repeated-times", |attempt| {
        repeat(entries(attempt), 32);
        attempt.policy = attempt.policy.clone().require_signing_times(2);
    });
    cases.edit("hashes", |attempt| {
        repeat(&mut entries(attempt)[0]["inclusionProof"]["hashes"], MANY);
    });
    let stamped = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, LogKind::Rekor2Ed25519);
    cases.attempt("timestamps", &stamped, |attempt| {
        let stamps = &mut attempt.bundle["verificationMaterial"]["timestampVerificationData"];
        repeat(&mut stamps["rfc3161Timestamps"], MANY);
    });
    let mut enveloped = Recipe::keyless(cases.instance, "ada", ARTIFACT);
    enveloped.content = Content::statement(ARTIFACT, "https://example.test", &json!({}));
    cases.attempt("signatures", &enveloped, |attempt| {
        repeat(&mut attempt.bundle["dsseEnvelope"]["signatures"], MANY);
    });
    cases.edit("note-signatures", |attempt| {
        let note = &mut entries(attempt)[0]["inclusionProof"]["checkpoint"]["envelope"];
        let text = note.as_str().unwrap();
        let line = "\u{2014} witness.example AAAAAAAA\n".repeat(MANY);
        *note = format!("{text}{line}").into();
    });
    let subject = json!({"name": "other", "digest": {"sha256": "00".repeat(32)}});
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": vec![subject; MANY],
        "predicateType": "https://example.test",
        "predicate": {},
    });
    let payload = statement.to_string().into_bytes();
    let payload_type = sealift_tests::instance::IN_TOTO.into();
    enveloped.content = Content::Envelope { payload, payload_type };
    cases.attempt("subjects", &enveloped, |_| {});
    cases.edit("root-logs", |attempt| repeat(&mut attempt.root["tlogs"], MANY));
}

fn repeat(list: &mut Value, times: usize) {
    let first = list[0].clone();
    *list = vec![first; times].into();
}

fn entries(attempt: &mut Attempt) -> &mut Value {
    &mut attempt.bundle["verificationMaterial"]["tlogEntries"]
}

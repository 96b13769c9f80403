//! Bundles that cannot be read, or lack what their version requires.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift_tests::instance::{Recipe, Version};
use serde_json::{Value, json};

use super::{ARTIFACT, Attempt, Cases};

pub(super) fn cases(cases: &mut Cases<'_>) {
    texts(cases);
    numbers(cases);
    encodings(cases);
    versions(cases);
    cases.edit("another-artifact", |attempt| attempt.artifact.push(b'!'));
    cases.edit("no-material", |attempt| {
        attempt.bundle["verificationMaterial"] = json!({});
    });
    cases.edit("no-content", |attempt| {
        attempt.bundle.as_object_mut().unwrap().remove("messageSignature");
    });
    cases.edit("both-contents", |attempt| {
        attempt.bundle["dsseEnvelope"] =
            json!({"payload": "", "payloadType": "x", "signatures": [{"sig": "AA=="}]});
    });
    cases.edit("digest-of-another", |attempt| {
        attempt.bundle["messageSignature"]["messageDigest"]["digest"] =
            STANDARD.encode([7; 32]).into();
    });
    cases.edit("unknown-digest-algorithm", |attempt| {
        attempt.bundle["messageSignature"]["messageDigest"]["algorithm"] = "SHA3_256".into();
    });
    cases.edit("signature-changed", |attempt| {
        flip(&mut attempt.bundle["messageSignature"]["signature"], 40);
    });
}

fn texts(cases: &mut Cases<'_>) {
    let mut text = |name: &str, change: &dyn Fn(String) -> String| {
        cases.edit(name, |attempt| {
            attempt.bytes = Some(change(attempt.bundle.to_string()).into());
        });
    };
    text("cut-short", &|text| text[..text.len() - 1].to_owned());
    text("more-behind", &|text| text + "{}");
    text("empty", &|_| String::new());
    text("not-an-object", &|_| "[]".into());
    text("repeated-key", &|text| {
        text.replacen("{\"mediaType", "{\"mediaType\":\"\",\"mediaType", 1)
    });
    text("deep", &|text| {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        text.replacen('{', &format!("{{\"deep\":{deep},"), 1)
    });
    cases.edit("not-utf-8", |attempt| {
        let text = attempt.bundle.to_string();
        attempt.bytes = Some(text.replace("mediaType", "media\u{7f}ype").into_bytes());
        for byte in attempt.bytes.iter_mut().flatten().filter(|byte| **byte == 0x7f) {
            *byte = 0xff;
        }
    });
}

fn numbers(cases: &mut Cases<'_>) {
    let numbers = [
        ("negative-index", json!("-1")),
        ("huge-index", json!("99999999999999999999")),
        ("fraction-index", json!(1.5)),
        ("words-index", json!("one")),
    ];
    for (name, number) in numbers {
        cases.edit(name, |attempt| entry(attempt)["logIndex"] = number);
    }
    cases.edit("negative-time", |attempt| entry(attempt)["integratedTime"] = "-1".into());
    cases.edit("huge-time", |attempt| {
        entry(attempt)["integratedTime"] = i64::MAX.to_string().into();
    });
    cases.edit("negative-tree", |attempt| {
        entry(attempt)["inclusionProof"]["treeSize"] = "-1".into();
    });
}

fn encodings(cases: &mut Cases<'_>) {
    cases.edit("signature-not-base64", |attempt| {
        attempt.bundle["messageSignature"]["signature"] = "*".into();
    });
    cases.edit("signature-empty", |attempt| {
        attempt.bundle["messageSignature"]["signature"] = "".into();
    });
    cases.edit("signature-in-ber", |attempt| {
        edit(&mut attempt.bundle["messageSignature"]["signature"], |der| der.insert(1, 0x81));
    });
    cases.edit("signature-with-more", |attempt| {
        edit(&mut attempt.bundle["messageSignature"]["signature"], |der| der.push(0));
    });
    cases.edit("certificate-not-der", |attempt| {
        edit(leaf(attempt), |der| *der = b"certificate".to_vec());
    });
    cases.edit("certificate-in-ber", |attempt| {
        edit(leaf(attempt), |der| {
            der.splice(..4, [0x30, 0x80]);
            der.extend([0, 0]);
        });
    });
    cases.edit("certificate-with-more", |attempt| edit(leaf(attempt), |der| der.push(0)));
    cases.edit("certificate-in-pem", |attempt| {
        edit(leaf(attempt), |der| {
            let text = STANDARD.encode(&*der);
            *der =
                format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into();
        });
    });
}

fn versions(cases: &mut Cases<'_>) {
    cases.edit("unknown-version", |attempt| {
        attempt.bundle["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.9+json".into();
    });
    cases.edit("no-version", |attempt| {
        attempt.bundle.as_object_mut().unwrap().remove("mediaType");
    });
    for (name, version) in [("v0.2", Version::V02), ("v0.3", Version::V03)] {
        cases.recipe(&format!("{name}-without-proof"), |recipe| {
            recipe.version = version;
            recipe.entries[0].proof = false;
        });
    }
    cases.recipe("v0.1-without-promise", |recipe| {
        recipe.version = Version::V01;
        recipe.entries[0].promise = false;
    });
    cases.recipe("v0.1-with-promise-alone", |recipe| {
        recipe.version = Version::V01;
        recipe.entries[0].proof = false;
    });
    let mut chain = Recipe::keyless(cases.instance, "ada", ARTIFACT);
    chain.version = Version::V02;
    cases.attempt("v0.3-with-chain", &chain, |attempt| {
        attempt.bundle["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json".into();
    });
    cases.attempt("empty-chain", &chain, |attempt| {
        attempt.bundle["verificationMaterial"]["x509CertificateChain"]["certificates"] = json!([]);
    });
}

fn entry(attempt: &mut Attempt) -> &mut Value {
    &mut attempt.bundle["verificationMaterial"]["tlogEntries"][0]
}

fn leaf(attempt: &mut Attempt) -> &mut Value {
    &mut attempt.bundle["verificationMaterial"]["certificate"]["rawBytes"]
}

/// Changes the bytes of a field.
pub(super) fn edit(field: &mut Value, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = STANDARD.decode(field.as_str().unwrap()).unwrap();
    change(&mut bytes);
    *field = STANDARD.encode(bytes).into();
}

/// Changes a bit of a field.
pub(super) fn flip(field: &mut Value, at: usize) {
    edit(field, |bytes| bytes[at] ^= 1);
}

//! Trusted roots.

use sealift_tests::instance::{LogKind, Recipe};
use serde_json::{Value, json};

use super::documents::edit;
use super::{ARTIFACT, Cases};

pub(super) fn cases(cases: &mut Cases<'_>) {
    cases.edit("cut-short", |attempt| attempt.root_bytes = Some(b"{".to_vec()));
    cases.edit("repeated-key", |attempt| {
        attempt.root_bytes = Some(br#"{"mediaType":"a","mediaType":"b"}"#.to_vec());
    });
    let stamped = Recipe::keyless_2(cases.instance, "ada", ARTIFACT, LogKind::Rekor2Ecdsa);
    cases.attempt("timestamp-authority-ended", &stamped, |attempt| {
        attempt.root["timestampAuthorities"][0]["validFor"] = ended();
    });
    let mut root = |name: &str, change: &dyn Fn(&mut Value)| {
        cases.edit(name, |attempt| change(&mut attempt.root));
    };
    root("unknown-version", &|root| {
        root["mediaType"] = "application/vnd.dev.sigstore.trustedroot.v9+json".into();
    });
    for (part, window) in [
        ("authority", "/certificateAuthorities/0/validFor"),
        ("log", "/tlogs/0/publicKey/validFor"),
        ("ct-log", "/ctlogs/0/publicKey/validFor"),
        ("timestamp-authority", "/timestampAuthorities/0/validFor"),
    ] {
        root(&format!("{part}-window-reversed"), &|root| {
            *root.pointer_mut(window).unwrap() =
                json!({"start": "2027-01-01T00:00:00Z", "end": "2020-01-01T00:00:00Z"});
        });
        root(&format!("{part}-without-start"), &|root| {
            root.pointer_mut(window).unwrap().as_object_mut().unwrap().remove("start");
        });
    }
    root("authority-ended", &|root| root["certificateAuthorities"][0]["validFor"] = ended());
    root("log-ended", &|root| root["tlogs"][0]["publicKey"]["validFor"] = ended());
    root("ct-log-ended", &|root| root["ctlogs"][0]["publicKey"]["validFor"] = ended());
    root("key-not-der", &|root| root["tlogs"][0]["publicKey"]["rawBytes"] = "AAAA".into());
    root("key-of-another-kind", &|root| {
        root["tlogs"][0]["publicKey"]["keyDetails"] = "PKIX_ED25519".into();
    });
    root("chain-empty", &|root| {
        root["certificateAuthorities"][0]["certChain"]["certificates"] = json!([]);
    });
    root("chain-link-broken", &|root| {
        let certificates = &mut root["certificateAuthorities"][0]["certChain"]["certificates"];
        edit(&mut certificates[0]["rawBytes"], |der| *der.last_mut().unwrap() ^= 1);
    });
    root("no-authorities", &|root| root["certificateAuthorities"] = json!([]));
    root("no-logs", &|root| root["tlogs"] = json!([]));
    root("no-ct-logs", &|root| root["ctlogs"] = json!([]));
}

/// A window that ended before anything was signed.
fn ended() -> Value {
    json!({"start": "2019-01-01T00:00:00Z", "end": "2020-01-01T00:00:00Z"})
}

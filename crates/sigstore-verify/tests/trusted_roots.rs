//! Every trusted root in the test data: read, or refused as its name or the name of its case says.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

use std::fs;
use std::path::{Path, PathBuf};

use sealift_sigstore_verify::{
    FieldErrorKind, Limits, RustCrypto, TrustError, TrustedPartKind, TrustedRoot,
};
use sealift_suite::{Suite, test_data};
use serde_json::{Value, json};

const MEDIA_TYPES: [&str; 3] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

#[test]
fn trusted_roots_of_all_data() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let mut files = Vec::new();
    find_json(&data, &mut files);
    files.sort();
    let mut suite = Suite::new("sigstore/trusted-roots", "");
    for file in files {
        let Some(document) = root_document(&fs::read(&file).unwrap()) else { continue };
        let read = read(&document.to_string());
        let path = file.strip_prefix(&data).unwrap().display().to_string();
        let is_as_named = match &read {
            Ok(root) => !path.contains("badtype") && is_whole(root, &document),
            Err(TrustError::MediaType { .. }) => path.contains("badtype"),
            Err(TrustError::NoRootCertificate { .. }) => path.contains("missingroot"),
            Err(TrustError::Field(field)) if field.kind == FieldErrorKind::Missing => {
                path.contains("empty") || path.contains("missing-validity-start")
            }
            Err(_) => false,
        };
        let outcome = if is_as_named { Ok(()) } else { Err(format!("{:?}", read.map(|_| "read"))) };
        suite.case(&path, outcome);
    }
    suite.finish();
}

/// A trusted root or client configuration as it is; a lone authority inside of a root.
fn root_document(bytes: &[u8]) -> Option<Value> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    if document["tlogs"].is_array() || document["trustedRoot"].is_object() {
        return Some(document);
    }
    document["certChain"]
        .is_object()
        .then(|| json!({ "mediaType": MEDIA_TYPES[2], "timestampAuthorities": [document] }))
}

/// Whether nothing was left out, and the times are those of the document.
fn is_whole(root: &TrustedRoot, document: &Value) -> bool {
    let document = document.get("trustedRoot").unwrap_or(document);
    let count = |name: &str| document[name].as_array().map_or(0, Vec::len);
    let parts = |kind| root.parts().filter(|part| part.kind == kind).count();
    let starts: Vec<_> = root.parts().map(|part| part.window.start()).collect();
    parts(TrustedPartKind::Log) == count("tlogs")
        && parts(TrustedPartKind::CertificateLog) == count("ctlogs")
        && parts(TrustedPartKind::CertificateAuthority) == count("certificateAuthorities")
        && parts(TrustedPartKind::TimestampAuthority) == count("timestampAuthorities")
        && root.unsupported().is_empty()
        && root.newest_start() == starts.into_iter().max()
}

/// One byte or field of a real root is changed, and the reason is the one that fits.
#[test]
fn changed_roots_are_refused() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let production = fs::read(data.join("trusted-root/production.json")).unwrap();
    let production: Value = serde_json::from_slice(&production).unwrap();
    let refused = |pointer: &str, value: Value| {
        let mut changed = production.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        format!("{:?}", read(&changed.to_string()).map(|_| "read").unwrap_err())
    };
    for (pointer, value, reason) in [
        ("/mediaType", json!("application/json"), "MediaType"),
        ("/mediaType", json!(""), "MediaType"),
        ("/tlogs", json!({}), "Field"),
        ("/tlogs/0/publicKey/validFor", json!({}), "Field"),
        ("/tlogs/0/publicKey/validFor/start", json!(null), "Field"),
        ("/tlogs/0/publicKey/validFor/start", json!("2021-01-12"), "Time"),
        ("/tlogs/0/publicKey/rawBytes", json!("AAAA"), "Key"),
        ("/tlogs/0/publicKey/rawBytes", json!("!"), "Field"),
        ("/tlogs/0/publicKey/keyDetails", json!("PKIX_ECDSA_P384_SHA_384"), "KeyDetails"),
        ("/tlogs/0/publicKey/keyDetails", json!("PKIX_ED25519"), "KeyDetails"),
        (
            "/tlogs/1/logId/keyId",
            production["tlogs"][0]["logId"]["keyId"].clone(),
            "AmbiguousLogId",
        ),
        ("/tlogs/0/logId", json!({}), "Field"),
        ("/ctlogs/0/logId/keyId", production["tlogs"][0]["logId"]["keyId"].clone(), "LogId"),
        ("/ctlogs/0/publicKey/validFor/end", json!("2021-03-13T00:00:00Z"), "Window"),
        ("/ctlogs/0/publicKey/validFor/end", json!("2021-03-14T00:00:00Z"), "Window"),
        ("/certificateAuthorities/1/validFor", json!(null), "Field"),
        ("/certificateAuthorities/1/certChain/certificates", json!([]), "Field"),
        (
            "/certificateAuthorities/0/certChain/certificates/0/rawBytes",
            json!("MAA="),
            "Certificate",
        ),
        (
            "/certificateAuthorities/1/certChain/certificates/1",
            production["timestampAuthorities"][0]["certChain"]["certificates"][1].clone(),
            "Authority",
        ),
    ] {
        let found = refused(pointer, value.clone());
        let variant = found.split([' ', '(']).next().unwrap();
        assert_eq!(variant, reason, "{pointer} {value}: {found}");
    }
}

#[test]
fn what_is_added_or_not_supported_is_no_error() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let production = fs::read(data.join("trusted-root/production.json")).unwrap();
    let production: Value = serde_json::from_slice(&production).unwrap();
    for media_type in MEDIA_TYPES {
        let mut changed = production.clone();
        changed["mediaType"] = json!(media_type);
        changed["tlogs"][0]["operator"] = json!("sigstore.dev");
        changed["news"] = json!([1, { "a": null }]);
        assert!(is_whole(&read(&changed.to_string()).unwrap(), &production));
    }
    let mut changed = production.clone();
    changed["tlogs"][1]["publicKey"]["keyDetails"] = json!("ML_DSA_65");
    changed["ctlogs"][0]["hashAlgorithm"] = json!("SHA2_512");
    let root = read(&changed.to_string()).unwrap();
    assert_eq!((root.logs().len(), root.ct_logs().len()), (1, 1));
    let unsupported: Vec<_> =
        root.unsupported().iter().map(|log| (log.path.as_str(), log.value.as_str())).collect();
    assert_eq!(
        unsupported,
        [("tlogs[1].publicKey.keyDetails", "ML_DSA_65"), ("ctlogs[0].hashAlgorithm", "SHA2_512")]
    );
}

#[test]
fn a_root_knows_its_times() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let root = fs::read_to_string(data.join("trusted-root/production.json")).unwrap();
    let root = read(&root).unwrap();
    let ends: Vec<_> = root.ends().into_iter().map(|(end, part)| (end, part.kind)).collect();
    assert!(ends.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert!(root.newest_start() > Some(ends[0].0));
    assert_eq!(ends.len(), root.parts().filter(|part| part.window.end().is_some()).count());
    assert_eq!(TrustedRoot::default().newest_start(), None);
}

#[test]
fn a_repeated_key_is_refused() {
    let text = r#"{"mediaType": "x", "mediaType": "y"}"#;
    assert!(matches!(read(text), Err(TrustError::Json(_))));
    let text = format!(r#"{{"mediaType": "{}", "media_type": "x"}}"#, MEDIA_TYPES[0]);
    assert!(matches!(read(&text), Err(TrustError::Field(_))));
    let text = format!(r#"{{"mediaType": "{}"}} "#, MEDIA_TYPES[0]);
    assert_eq!(read(&text).unwrap().parts().count(), 0);
    let long = text + &" ".repeat(Limits::default().max_root_bytes);
    assert!(matches!(read(&long), Err(TrustError::TooLarge { .. })));
}

fn read(text: &str) -> Result<TrustedRoot, TrustError> {
    TrustedRoot::from_json(text.as_bytes(), &RustCrypto, &Limits::default())
}

fn find_json(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_json(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

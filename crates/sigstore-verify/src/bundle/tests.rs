use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::crypto::{Hash, HashAlgorithm};
use crate::json::{FieldError, FieldErrorKind};

/// A well-formed bundle of version 0.3 with a key, one entry and one timestamp.
fn bundle() -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {"hint": "k"},
            "tlogEntries": [{
                "logIndex": "7",
                "logId": {"keyId": "AQ=="},
                "kindVersion": {"kind": "hashedrekord", "version": "0.0.1"},
                "integratedTime": "1700000000",
                "inclusionPromise": {"signedEntryTimestamp": "Ag=="},
                "inclusionProof": {
                    "logIndex": "3",
                    "rootHash": "Aw==",
                    "treeSize": "4",
                    "hashes": ["BA==", "BQ=="],
                    "checkpoint": {"envelope": "note"}
                },
                "canonicalizedBody": "e30="
            }],
            "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": "MAA="}]}
        },
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": "A".repeat(43) + "="},
            "signature": "Bg=="
        }
    })
}

/// The bundle with the value at a JSON pointer replaced, or taken out.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut bundle = bundle();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let members = bundle.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(key.to_owned(), value),
        None => members.remove(key),
    };
    bundle
}

fn read(bundle: &Value) -> Result<Bundle, BundleError> {
    Bundle::from_json(bundle.to_string().as_bytes(), &Limits::default())
}

fn field(path: &str, kind: FieldErrorKind) -> BundleError {
    BundleError::Field(FieldError { path: path.to_owned(), kind })
}

const ENTRY: &str = "/verificationMaterial/tlogEntries/0";
const ENTRY_PATH: &str = "verificationMaterial.tlogEntries[0]";

#[test]
fn a_whole_bundle_is_read() {
    let bundle = read(&bundle()).unwrap();
    assert_eq!(bundle.version(), BundleVersion::V03);
    assert!(matches!(bundle.material(), Material::PublicKey { hint } if hint == "k"));
    assert_eq!(bundle.timestamps(), [[0x30, 0]]);
    let [entry] = bundle.entries() else { panic!("one entry") };
    assert_eq!((entry.log_index, &*entry.log_id, &*entry.body), (7, &[1][..], &b"{}"[..]));
    assert_eq!((&*entry.kind, &*entry.version), ("hashedrekord", "0.0.1"));
    assert_eq!(entry.integrated_time.unwrap().unix_seconds(), 1_700_000_000);
    assert_eq!(entry.promise.as_deref(), Some(&[2][..]));
    let proof = entry.proof.as_ref().unwrap();
    assert_eq!((proof.log_index, proof.tree_size, &*proof.root_hash), (3, 4, &[3][..]));
    assert_eq!(proof.hashes, [[4], [5]]);
    assert_eq!(proof.checkpoint.as_deref(), Some("note"));
    let digest = Hash::new(HashAlgorithm::Sha256, &[0; 32]);
    assert_eq!(bundle.content(), &Content::Message { digest, signature: vec![6] });
}

#[test]
fn proto_names_numbers_and_absent_zeros_are_read() {
    let text = with(&format!("{ENTRY}/logIndex"), None)
        .to_string()
        .replace("verificationMaterial", "verification_material")
        .replace("tlogEntries", "tlog_entries")
        .replace("\"treeSize\":\"4\"", "\"tree_size\":4")
        .replace("rfc3161Timestamps", "rfc3161_timestamps")
        .replace("messageSignature", "message_signature")
        .replace("\"SHA2_256\"", "1");
    let bundle = Bundle::from_json(text.as_bytes(), &Limits::default()).unwrap();
    let [entry] = bundle.entries() else { panic!("one entry") };
    assert_eq!((entry.log_index, entry.proof.as_ref().unwrap().tree_size), (0, 4));
}

#[test]
fn media_types_are_those_of_the_specification() {
    let with_type = |media_type: &str| read(&with("/mediaType", Some(json!(media_type))));
    for (media_type, version) in [
        ("application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::V01),
        ("application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::V02),
        ("application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::V03),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", BundleVersion::V03),
    ] {
        assert_eq!(with_type(media_type).unwrap().version(), version);
    }
    for media_type in [
        "",
        "application/vnd.dev.sigstore.bundle+json",
        "application/vnd.dev.sigstore.bundle+json; version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.4",
        "application/vnd.dev.sigstore.bundle.v0.2+json",
        "application/vnd.dev.sigstore.bundle.v0.3.1+json",
        "application/vnd.dev.sigstore.bundle.v0.3+json ",
    ] {
        let refused = BundleError::MediaType { media_type: media_type.to_owned() };
        assert_eq!(with_type(media_type).unwrap_err(), refused);
    }
    assert_eq!(
        read(&with("/mediaType", None)).unwrap_err(),
        field("mediaType", FieldErrorKind::Missing)
    );
}

#[test]
fn each_version_requires_its_evidence() {
    let versioned = |version: &str, removed: &str| {
        let mut bundle = with(&format!("{ENTRY}/{removed}"), None);
        bundle["mediaType"] =
            json!(format!("application/vnd.dev.sigstore.bundle+json;version={version}"));
        read(&bundle)
    };
    let path = || ENTRY_PATH.to_owned();
    assert!(versioned("0.1", "inclusionProof").is_ok());
    assert_eq!(
        versioned("0.1", "inclusionPromise").unwrap_err(),
        BundleError::MissingPromise { path: path() }
    );
    for (text, version) in [("0.2", BundleVersion::V02), ("0.3", BundleVersion::V03)] {
        assert!(versioned(text, "inclusionPromise").is_ok());
        assert_eq!(
            versioned(text, "inclusionProof").unwrap_err(),
            BundleError::MissingProof { path: path(), version }
        );
    }
    assert_eq!(
        versioned("0.1", "inclusionProof/checkpoint").unwrap_err(),
        BundleError::MissingCheckpoint { path: format!("{ENTRY_PATH}.inclusionProof") }
    );
}

#[test]
fn material_fits_the_version() {
    let chain = json!({"certificates": [{"rawBytes": "MAA="}]});
    let material = |version: &str, name: &str, value: Value| {
        let mut bundle = with("/verificationMaterial/publicKey", None);
        bundle["verificationMaterial"][name] = value;
        bundle["mediaType"] =
            json!(format!("application/vnd.dev.sigstore.bundle+json;version={version}"));
        read(&bundle).unwrap_err()
    };
    let refused = |name: &str, version| BundleError::MaterialOfOtherVersion {
        path: format!("verificationMaterial.{name}"),
        version,
    };
    assert_eq!(
        material("0.3", "x509CertificateChain", chain.clone()),
        refused("x509CertificateChain", BundleVersion::V03)
    );
    // Unless it may be there; then it is read as in any other.
    let limits = Limits { allow_certificate_chain: true, ..Limits::default() };
    let mut allowed = with("/verificationMaterial/publicKey", None);
    allowed["verificationMaterial"]["x509CertificateChain"] = chain.clone();
    assert!(matches!(
        Bundle::from_json(allowed.to_string().as_bytes(), &limits).unwrap_err(),
        BundleError::Certificate { .. }
    ));
    assert_eq!(
        material("0.2", "certificate", json!({"rawBytes": "MAA="})),
        refused("certificate", BundleVersion::V02)
    );
    assert!(matches!(
        material("0.3", "certificate", json!({"rawBytes": "MAA="})),
        BundleError::Certificate { path, .. } if path == "verificationMaterial.certificate"
    ));
    assert!(matches!(
        material("0.1", "x509CertificateChain", chain),
        BundleError::Certificate { path, .. }
            if path == "verificationMaterial.x509CertificateChain.certificates[0]"
    ));
    for empty in [json!({}), json!({"certificates": []}), json!({"certificates": null})] {
        assert_eq!(
            material("0.1", "x509CertificateChain", empty),
            field(
                "verificationMaterial.x509CertificateChain.certificates",
                FieldErrorKind::Missing
            )
        );
    }
    assert_eq!(
        material("0.3", "certificate", Value::Null),
        field("verificationMaterial.certificate", FieldErrorKind::Missing)
    );
    assert_eq!(
        read(&with("/verificationMaterial/certificate", Some(json!({"rawBytes": "MAA="}))))
            .unwrap_err(),
        field("verificationMaterial", FieldErrorKind::SetTwice)
    );
}

#[test]
fn malformed_fields_are_named() {
    let out_of_range = || FieldErrorKind::OutOfRange { min: 0, max: i64::MAX.unsigned_abs() };
    let entry = |name: &str| format!("{ENTRY_PATH}.{name}");
    let raw = |name: &str| format!("{ENTRY}/{name}");
    for (pointer, value, path, kind) in [
        (raw("logIndex"), json!("-1"), entry("logIndex"), out_of_range()),
        (raw("logIndex"), json!(-1), entry("logIndex"), out_of_range()),
        (raw("logIndex"), json!("9223372036854775808"), entry("logIndex"), out_of_range()),
        (raw("logIndex"), json!(1.5), entry("logIndex"), out_of_range()),
        (
            raw("inclusionProof/treeSize"),
            json!("1e3"),
            entry("inclusionProof.treeSize"),
            out_of_range(),
        ),
        (raw("logId"), json!({}), entry("logId.keyId"), FieldErrorKind::Missing),
        (raw("canonicalizedBody"), json!(""), entry("canonicalizedBody"), FieldErrorKind::Missing),
        (
            raw("inclusionPromise"),
            json!({}),
            entry("inclusionPromise.signedEntryTimestamp"),
            FieldErrorKind::Missing,
        ),
        (raw("extra"), json!(1), entry("extra"), FieldErrorKind::Unknown),
        (raw("log_index"), json!("7"), entry("logIndex"), FieldErrorKind::SetTwice),
        ("/extra".to_owned(), Value::Null, "extra".to_owned(), FieldErrorKind::Unknown),
        (
            "/messageSignature/signature".to_owned(),
            json!(""),
            "messageSignature.signature".to_owned(),
            FieldErrorKind::Missing,
        ),
        (
            "/messageSignature/messageDigest/algorithm".to_owned(),
            json!("SHA3_256"),
            "messageSignature.messageDigest.algorithm".to_owned(),
            FieldErrorKind::UnknownValue { value: "SHA3_256".to_owned() },
        ),
        (
            "/messageSignature".to_owned(),
            Value::Null,
            "messageSignature".to_owned(),
            FieldErrorKind::Missing,
        ),
        (
            "/dsseEnvelope".to_owned(),
            json!({}),
            "dsseEnvelope".to_owned(),
            FieldErrorKind::SetTwice,
        ),
    ] {
        assert_eq!(read(&with(&pointer, Some(value))).unwrap_err(), field(&path, kind));
    }
}

#[test]
fn a_time_after_the_year_9999_is_refused() {
    let time =
        |seconds: &str| read(&with(&format!("{ENTRY}/integratedTime"), Some(json!(seconds))));
    assert!(time("253402207200").is_ok());
    let kind = FieldErrorKind::OutOfRange { min: 0, max: 253_402_207_200 };
    let refused = field(&format!("{ENTRY_PATH}.integratedTime"), kind);
    assert_eq!(time("253402207201").unwrap_err(), refused);
    assert_eq!(time("0").unwrap().entries().first().unwrap().integrated_time, None);
}

#[test]
fn an_empty_message_digest_is_none() {
    let digest = |value: Value| read(&with("/messageSignature/messageDigest", Some(value)));
    for empty in [json!({}), Value::Null, json!({"algorithm": 0, "digest": ""})] {
        let bundle = digest(empty).unwrap();
        assert!(matches!(bundle.content(), Content::Message { digest: None, .. }));
    }
    assert_eq!(
        digest(json!({"digest": "AA=="})).unwrap_err(),
        field("messageSignature.messageDigest.algorithm", FieldErrorKind::Missing)
    );
    assert_eq!(
        digest(json!({"algorithm": "SHA2_512", "digest": "AA=="})).unwrap_err(),
        BundleError::DigestLength { algorithm: HashAlgorithm::Sha512, bytes: 1 }
    );
    assert_eq!(
        digest(json!({"algorithm": "SHA2_256"})).unwrap_err(),
        BundleError::DigestLength { algorithm: HashAlgorithm::Sha256, bytes: 0 }
    );
}

#[test]
fn an_envelope_has_one_signature() {
    let envelope = |signatures: Value| {
        let mut bundle = with("/messageSignature", None);
        bundle["dsseEnvelope"] =
            json!({"payload": "e30=", "payloadType": "t", "signatures": signatures});
        read(&bundle)
    };
    let signature = json!({"sig": "AA==", "keyid": ""});
    let bundle = envelope(json!([signature])).unwrap();
    assert!(matches!(bundle.content(), Content::Envelope(one) if one.payload_type() == "t"));
    for count in [0, 2, 10_000] {
        assert_eq!(
            envelope(json!(vec![signature.clone(); count])).unwrap_err(),
            BundleError::SignatureCount { count }
        );
    }
    assert_eq!(
        envelope(json!([{"sig": "AA==", "cert": ""}])).unwrap_err(),
        field("dsseEnvelope.signatures[0].cert", FieldErrorKind::Unknown)
    );
}

#[test]
fn repeated_evidence_is_kept_and_bounded() {
    let repeated = |pointer: &str, path: &str, max: usize| {
        let one = bundle().pointer(pointer).unwrap()[0].clone();
        let read = |count| read(&with(pointer, Some(json!(vec![one.clone(); count]))));
        assert!(read(max).is_ok());
        let kind = FieldErrorKind::TooMany { count: 10_000, max };
        assert_eq!(read(10_000).unwrap_err(), field(path, kind));
    };
    repeated("/verificationMaterial/tlogEntries", "verificationMaterial.tlogEntries", 32);
    repeated(
        "/verificationMaterial/timestampVerificationData/rfc3161Timestamps",
        "verificationMaterial.timestampVerificationData.rfc3161Timestamps",
        32,
    );
    repeated(
        &format!("{ENTRY}/inclusionProof/hashes"),
        &format!("{ENTRY_PATH}.inclusionProof.hashes"),
        64,
    );
}

#[test]
fn size_is_bounded() {
    let limits = Limits { max_bundle_bytes: 3, ..Limits::default() };
    assert_eq!(
        Bundle::from_json(b"    ", &limits).unwrap_err(),
        BundleError::TooLarge { bytes: 4, max: 3 }
    );
}

proptest! {
    #[test]
    fn any_change_of_the_text_gives_an_answer(
        at in any::<proptest::sample::Index>(),
        length in 0..20_usize,
        text in r#"[\[\]{}",:0-9a]{0,8}"#,
    ) {
        let mut bytes = bundle().to_string().into_bytes();
        let start = at.index(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, text.bytes());
        let _ = Bundle::from_json(&bytes, &Limits::default());
    }
}

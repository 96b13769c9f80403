//! Bodies of every kind, each with twins that differ in one field.

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::{Kind, Signatory, Signed, SignedContent, verify};
use crate::base64::{Base64Error, encode};
use crate::crypto::{Hash, HashAlgorithm};
use crate::json::{FieldErrorKind, JsonError};
use crate::log::LogError;
use crate::log::made::TestKey;
use crate::pem::{self, PemError};

const SIGNATURE: &[u8] = b"a signature";
const PAYLOAD: &[u8] = b"{\"payload\": true}";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const PAE: &[u8] = b"what stands for the pre-authentication encoding";
/// Stands for a certificate, since only its bytes are compared with bodies.
const CERTIFICATE: &[u8] = b"the bytes of a certificate";

fn pem(label: &str, der: &[u8]) -> String {
    encode(pem::encode(label, der).as_bytes())
}

fn hash_v1(hash: &Hash) -> String {
    let (name, value) = (hash.algorithm().name(), HEXLOWER.encode(hash.as_bytes()));
    format!(r#"{{"algorithm":"{name}","value":"{value}"}}"#)
}

fn hash_v2(hash: &Hash) -> String {
    let name = hash.algorithm().name().replace("sha", "SHA2_");
    format!(r#"{{"algorithm":"{name}","digest":"{}"}}"#, encode(hash.as_bytes()))
}

fn body(kind: Kind, spec: &str) -> String {
    let (name, version) = kind.name_and_version();
    format!(r#"{{"apiVersion":"{version}","kind":"{name}","spec":{spec}}}"#)
}

/// A body of the kind by a certificate with a P-256 key; of a message, of `PAYLOAD` itself.
fn good(kind: Kind) -> String {
    let payload = HashAlgorithm::Sha256.hash(PAYLOAD);
    let certificate = pem("CERTIFICATE", CERTIFICATE);
    let signature = encode(SIGNATURE);
    let verifier = format!(
        r#"{{"keyDetails":"PKIX_ECDSA_P256_SHA_256","x509Certificate":{{"rawBytes":"{}"}}}}"#,
        encode(CERTIFICATE)
    );
    let spec = match kind {
        Kind::HashedRekordV1 => format!(
            r#"{{"data":{{"hash":{}}},"signature":{{"content":"{signature}","publicKey":{{"content":"{certificate}"}}}}}}"#,
            hash_v1(&payload)
        ),
        Kind::HashedRekordV2 => format!(
            r#"{{"hashedRekordV002":{{"data":{},"signature":{{"content":"{signature}","verifier":{verifier}}}}}}}"#,
            hash_v2(&payload)
        ),
        Kind::DsseV1 => format!(
            r#"{{"envelopeHash":{{}},"payloadHash":{},"signatures":[{{"signature":"{signature}","verifier":"{certificate}"}}]}}"#,
            hash_v1(&payload)
        ),
        Kind::DsseV2 => format!(
            r#"{{"dsseV002":{{"payloadHash":{},"signatures":[{{"content":"{signature}","verifier":{verifier}}}]}}}}"#,
            hash_v2(&payload)
        ),
        Kind::IntotoV1 => format!(
            r#"{{"content":{{"hash":{{}},"payloadHash":{}}},"publicKey":"{certificate}"}}"#,
            hash_v1(&payload)
        ),
        Kind::IntotoV2 => format!(
            r#"{{"content":{{"envelope":{{"payloadType":"{PAYLOAD_TYPE}","signatures":[{{"publicKey":"{certificate}","sig":"{}"}}]}},"hash":{{}},"payloadHash":{}}}}}"#,
            encode(signature.as_bytes()),
            hash_v1(&payload)
        ),
    };
    body(kind, &spec)
}

fn is_of_messages(kind: Kind) -> bool {
    matches!(kind, Kind::HashedRekordV1 | Kind::HashedRekordV2)
}

/// Checks a body against what [`good`] records.
fn check(kind: Kind, body: &str) -> Result<(), LogError> {
    let key = TestKey::p256(1).public();
    let digest = HashAlgorithm::Sha256.hash(PAYLOAD);
    let envelope =
        SignedContent::Envelope { payload_type: PAYLOAD_TYPE, payload: PAYLOAD, pae: PAE };
    let content = if is_of_messages(kind) { SignedContent::Digest(&digest) } else { envelope };
    let signatory = Signatory::Certificate { der: CERTIFICATE, key: &key };
    verify(kind, body.as_bytes(), &Signed { signature: SIGNATURE, signatory, content })
}

fn replaced(kind: Kind, from: &str, to: &str) -> Result<(), LogError> {
    let body = good(kind);
    assert!(body.contains(from), "{from} in {body}");
    check(kind, &body.replacen(from, to, 1))
}

#[test]
fn every_kind_is_accepted() {
    for kind in Kind::ALL {
        assert_eq!(check(kind, &good(kind)), Ok(()), "{kind:?}");
    }
}

#[test]
fn other_signatures() {
    for kind in Kind::ALL {
        let (own, other) = match kind {
            Kind::IntotoV1 => continue,
            Kind::IntotoV2 => {
                (encode(encode(SIGNATURE).as_bytes()), encode(encode(b"b signature").as_bytes()))
            }
            _ => (encode(SIGNATURE), encode(b"b signature")),
        };
        assert_eq!(replaced(kind, &own, &other), Err(LogError::SignatureDiffers), "{kind:?}");
        assert_eq!(replaced(kind, &own, ""), Err(LogError::SignatureDiffers), "{kind:?}");
    }
}

#[test]
fn other_certificates() {
    for kind in Kind::ALL {
        let key = TestKey::p256(1).public();
        let (own, others) = if kind.is_rekor_v2() {
            let raw = format!(r#""x509Certificate":{{"rawBytes":"{}"}}"#, encode(CERTIFICATE));
            let other = format!(r#""x509Certificate":{{"rawBytes":"{}"}}"#, encode(b"another"));
            let key = format!(r#""publicKey":{{"rawBytes":"{}"}}"#, encode(key.der()));
            (raw, [other, key])
        } else {
            let others = [pem("CERTIFICATE", b"another"), pem("PUBLIC KEY", key.der())];
            (pem("CERTIFICATE", CERTIFICATE), others)
        };
        for other in others {
            let result = replaced(kind, &own, &other);
            assert_eq!(result, Err(LogError::VerifierDiffers), "{kind:?}");
        }
    }
}

#[test]
fn certificates_that_are_not_one_pem_block() {
    for kind in [Kind::HashedRekordV1, Kind::DsseV1, Kind::IntotoV1, Kind::IntotoV2] {
        let own = pem("CERTIFICATE", CERTIFICATE);
        let twice = encode(&crate::base64::decode(&own).unwrap().repeat(2));
        let expected = LogError::VerifierPem(PemError::TooManyBlocks { max: 1 });
        assert_eq!(replaced(kind, &own, &twice), Err(expected), "{kind:?}");
        let expected = LogError::VerifierPem(PemError::NoBlock);
        assert_eq!(replaced(kind, &own, &encode(CERTIFICATE)), Err(expected), "{kind:?}");
    }
}

#[test]
fn other_digests() {
    for kind in Kind::ALL {
        let write = if kind.is_rekor_v2() { hash_v2 } else { hash_v1 };
        let own = write(&HashAlgorithm::Sha256.hash(PAYLOAD));
        let other = replaced(kind, &own, &write(&HashAlgorithm::Sha256.hash(b"another")));
        let longer = replaced(kind, &own, &write(&HashAlgorithm::Sha512.hash(PAYLOAD)));
        match kind {
            Kind::HashedRekordV1 | Kind::HashedRekordV2 => {
                assert_eq!(other, Err(LogError::DigestDiffers), "{kind:?}");
            }
            _ => assert_eq!(other, Err(LogError::PayloadDiffers), "{kind:?}"),
        }
        let expected = match kind {
            Kind::HashedRekordV1 => Err(LogError::DigestAlgorithm {
                expected: HashAlgorithm::Sha256,
                found: HashAlgorithm::Sha512,
            }),
            Kind::HashedRekordV2 => Err(LogError::KeyDetails { found: "PKIX_ECDSA_P256_SHA_256" }),
            // The payload's hash has nothing to do with the signature's.
            _ => Ok(()),
        };
        assert_eq!(longer, expected, "{kind:?}");
        let short = own.replace("sha256", "sha384").replace("SHA2_256", "SHA2_384");
        let expected = LogError::HashLength { expected: 48, found: 32 };
        assert_eq!(replaced(kind, &own, &short), Err(expected), "{kind:?}");
    }
}

#[test]
fn other_kinds() {
    for kind in Kind::ALL {
        for other in Kind::ALL.into_iter().filter(|other| *other != kind) {
            let text = |kind: Kind| {
                let (name, version) = kind.name_and_version();
                format!("{name} {version}")
            };
            let expected = LogError::KindDiffers { entry: text(kind), body: text(other) };
            assert_eq!(check(kind, &good(other)), Err(expected));
        }
    }
}

#[test]
fn the_other_content() {
    let key = TestKey::p256(1).public();
    let signatory = Signatory::Certificate { der: CERTIFICATE, key: &key };
    let digest = HashAlgorithm::Sha256.hash(PAYLOAD);
    for kind in Kind::ALL.into_iter().filter(|kind| !is_of_messages(*kind)) {
        let content = SignedContent::Digest(&digest);
        let signed = Signed { signature: SIGNATURE, signatory, content };
        let expected = LogError::ContentDiffers { kind: kind.name_and_version().0 };
        assert_eq!(verify(kind, good(kind).as_bytes(), &signed), Err(expected));
    }
}

/// The digest of its encoding is recorded, and not that of its payload.
#[test]
fn an_envelope_recorded_as_a_message() {
    let key = TestKey::p256(1).public();
    let signatory = Signatory::Certificate { der: CERTIFICATE, key: &key };
    let of = |pae| SignedContent::Envelope { payload_type: PAYLOAD_TYPE, payload: PAYLOAD, pae };
    for kind in [Kind::HashedRekordV1, Kind::HashedRekordV2] {
        let (payload, encoded) =
            (HashAlgorithm::Sha256.hash(PAYLOAD), HashAlgorithm::Sha256.hash(PAE));
        let over_pae = good(kind)
            .replace(&hash_v1(&payload), &hash_v1(&encoded))
            .replace(&hash_v2(&payload), &hash_v2(&encoded));
        let check = |body: &str, signature, content| {
            verify(kind, body.as_bytes(), &Signed { signature, signatory, content })
        };
        assert_eq!(check(&over_pae, SIGNATURE, of(PAE)), Ok(()), "{kind:?}");
        for (body, signature, content, expected) in [
            (good(kind), SIGNATURE, of(PAE), LogError::DigestDiffers),
            (over_pae.clone(), SIGNATURE, of(b"another encoding"), LogError::DigestDiffers),
            (over_pae, b"b signature", of(PAE), LogError::SignatureDiffers),
        ] {
            assert_eq!(check(&body, signature, content), Err(expected), "{kind:?}");
        }
    }
}

#[test]
fn more_or_fewer_signatures() {
    for kind in [Kind::DsseV1, Kind::DsseV2, Kind::IntotoV2] {
        let body = good(kind);
        let start = body.find("\"signatures\":[").unwrap() + "\"signatures\":[".len();
        let end = body[start..].find(']').unwrap() + start;
        for (count, list) in [(0, String::new()), (2, [&body[start..end]; 2].join(","))] {
            let changed = [&body[..start], &list, &body[end..]].concat();
            let expected = LogError::SignatureCount { found: count };
            assert_eq!(check(kind, &changed), Err(expected), "{kind:?}");
        }
    }
}

#[test]
fn intoto_payload_and_type() {
    let kind = Kind::IntotoV2;
    let result = replaced(kind, PAYLOAD_TYPE, "application/json");
    assert_eq!(result, Err(LogError::PayloadTypeDiffers));
    let with = |payload: &[u8]| {
        let member = format!(r#""payload":"{}","payloadType""#, encode(encode(payload).as_bytes()));
        replaced(kind, "\"payloadType\"", &member)
    };
    assert_eq!(with(PAYLOAD), Ok(()));
    assert_eq!(with(b"another"), Err(LogError::PayloadDiffers));
    let once = replaced(kind, &encode(encode(SIGNATURE).as_bytes()), &encode(SIGNATURE));
    let Err(LogError::Field(error)) = once else { panic!("{once:?}") };
    assert_eq!(error.path, "spec.content.envelope.signatures[0].sig");
    assert_eq!(error.kind, FieldErrorKind::Base64(Base64Error::Character { at: 1 }));
}

#[test]
fn keys_instead_of_certificates() {
    for kind in Kind::ALL {
        let key = TestKey::ed25519(1).public();
        let body = good(kind)
            .replace(&pem("CERTIFICATE", CERTIFICATE), &pem("PUBLIC KEY", key.der()))
            .replace("x509Certificate", "publicKey")
            .replace(&encode(CERTIFICATE), &encode(key.der()))
            .replace("PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519");
        let digest = HashAlgorithm::Sha256.hash(PAYLOAD);
        let content = if is_of_messages(kind) {
            SignedContent::Digest(&digest)
        } else {
            SignedContent::Envelope { payload_type: PAYLOAD_TYPE, payload: PAYLOAD, pae: PAE }
        };
        let verify = |key, body: &str| {
            let signed = Signed { signature: SIGNATURE, signatory: Signatory::Key(key), content };
            verify(kind, body.as_bytes(), &signed)
        };
        assert_eq!(verify(&key, &body), Ok(()), "{kind:?}");
        let other = TestKey::ed25519(2).public();
        assert_eq!(verify(&other, &body), Err(LogError::VerifierDiffers), "{kind:?}");
        // Certificates with the same key are not the key.
        assert_eq!(verify(&key, &good(kind)), Err(LogError::VerifierDiffers), "{kind:?}");
    }
}

#[test]
fn details_of_keys() {
    for kind in [Kind::HashedRekordV2, Kind::DsseV2] {
        let own = "PKIX_ECDSA_P256_SHA_256";
        for other in ["PKIX_ECDSA_P384_SHA_384", "PKIX_ED25519", "PKIX_RSA_PKCS1V15_2048_SHA256"] {
            let expected = LogError::KeyDetails { found: other };
            assert_eq!(replaced(kind, own, other), Err(expected), "{kind:?}");
        }
        for unknown in ["PKIX_ML_DSA_65", "PKIX_RSA_PSS", ""] {
            let result = replaced(kind, own, unknown);
            let Err(LogError::Field(error)) = result else { panic!("{result:?}") };
            let expected = FieldErrorKind::UnknownValue { value: unknown.to_owned() };
            assert_eq!(error.kind, expected, "{kind:?}");
        }
        let both = r#""publicKey":{"rawBytes":"AA=="},"x509Certificate""#;
        let result = replaced(kind, "\"x509Certificate\"", both);
        let Err(LogError::Field(error)) = result else { panic!("{result:?}") };
        assert_eq!(error.kind, FieldErrorKind::SetTwice);
    }
}

#[test]
fn bodies_that_are_no_json() {
    let kind = Kind::HashedRekordV1;
    let syntax = check(kind, "");
    assert!(matches!(syntax, Err(LogError::Json(JsonError::Syntax { .. }))), "{syntax:?}");
    let deep = "[".repeat(100);
    let expected = LogError::Json(JsonError::TooDeep { max: super::MAX_DEPTH });
    assert_eq!(check(kind, &deep), Err(expected));
    let twice = replaced(kind, "\"kind\"", r#""kind":"x","kind""#);
    assert!(matches!(twice, Err(LogError::Json(JsonError::DuplicateKey { .. }))), "{twice:?}");
    for name in ["spec", "kind", "apiVersion", "data", "signature", "publicKey", "algorithm"] {
        let result = replaced(kind, &format!("\"{name}\""), "\"other\"");
        let Err(LogError::Field(error)) = result else { panic!("{name}: {result:?}") };
        assert_eq!(error.kind, FieldErrorKind::Missing, "{name}");
        assert!(error.path.ends_with(name), "{error}");
    }
}

proptest! {
    #[test]
    fn never_panics(kind in 0..6_usize, at: prop::sample::Index, with in "[\"{}\\[\\],:a0\\\\-]{0,3}") {
        let kind = Kind::ALL[kind];
        let mut body = good(kind);
        let at = at.index(body.len());
        body.replace_range(at..=at, &with);
        let _ = check(kind, &body);
    }
}

//! Every RFC 3161 timestamp of the bundles in the test data, against the trusted root of its case.
//!
//! All must verify but those in `timestamps.txt`, with the reason there: most cases that fail do so
//! for another reason than their timestamp.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cases::Case;
use sealift_sigstore_verify::{Limits, RustCrypto, TimestampError, TimestampToken, TrustedRoot};
use sealift_suite::{Suite, test_data};
use serde_json::Value;

const EXPECTED: &str = include_str!("timestamps.txt");

#[test]
fn timestamps_of_all_bundles() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let expected: BTreeMap<&str, &str> = EXPECTED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    let mut unused: BTreeSet<&str> = expected.keys().copied().collect();
    let mut suite = Suite::new("sigstore/timestamps", "");
    for case in cases::cases(&data) {
        for (position, found) in outcomes(&data, &case).into_iter().flatten().enumerate() {
            let folder = case.folder.strip_prefix(&data).unwrap().display();
            let all = format!("{folder}/{}", case.get("case").unwrap());
            let one = format!("{all}[{position}]");
            let listed =
                [&one, &all].into_iter().find_map(|name| expected.get_key_value(name.as_str()));
            if let Some((name, _)) = listed {
                unused.remove(name);
            }
            let wanted = listed.map_or("Verified", |(_, reason)| reason);
            let outcome =
                if found == wanted { Ok(()) } else { Err(format!("{found}, not {wanted}")) };
            suite.case(&one, outcome);
        }
    }
    suite.finish();
    assert!(unused.is_empty(), "no such timestamps: {unused:?}");
}

/// A token without a certificate, which verifies with the one in the trusted root alone.
#[test]
fn a_token_without_certificates_and_its_message() {
    let Some(data) = test_data() else { return };
    let data = data.join("sigstore");
    let folder = data.join("extra/sigstore-python/tsa");
    let response = fs::read(folder.join("issue1482-timestamp-with-no-cert")).unwrap();
    let message = fs::read(folder.join("issue1482-message")).unwrap();
    let root = read_root(&data.join("trusted-root/staging.json")).unwrap();
    let token = TimestampToken::from_der(&response).unwrap();
    let authorities = root.timestamp_authorities();
    let verified = token.verify(&message, authorities, &RustCrypto).unwrap();
    assert_eq!(verified.time().to_string(), "2025-07-25T19:53:04Z");
    assert_eq!(verified.accuracy().map(|accuracy| accuracy.seconds), Some(1));
    assert_eq!(verified.authority(), &authorities[0]);
    assert_eq!(
        token.verify(&message[1..], authorities, &RustCrypto).unwrap_err(),
        TimestampError::ImprintMismatch
    );
    assert_eq!(
        token.verify(&message, &[], &RustCrypto).unwrap_err(),
        TimestampError::UnknownAuthority
    );
}

/// What verifying each timestamp of a bundle says: `Verified`, or the variant of the error. None
/// where there is no bundle with a trusted root that can be read, which other suites look at.
fn outcomes(data: &Path, case: &Case) -> Option<Vec<String>> {
    let bundle = case.folder.join(case.get("bundle").or_else(|| case.get("path"))?);
    let bundle: Value = serde_json::from_slice(&fs::read(bundle).ok()?).ok()?;
    let root = match case.get("trusted_root") {
        Some(name @ ("production" | "staging")) => {
            data.join("trusted-root").join(format!("{name}.json"))
        }
        Some(path) => case.folder.join(path),
        None => case.folder.join("trusted_root.json"),
    };
    let root = read_root(&root)?;
    let list = &bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
    let signature = bundle["messageSignature"]["signature"]
        .as_str()
        .or_else(|| bundle["dsseEnvelope"]["signatures"][0]["sig"].as_str());
    let signature = decode(signature?);
    let outcomes = list
        .as_array()?
        .iter()
        .map(|timestamp| {
            let response = decode(timestamp["signedTimestamp"].as_str().unwrap());
            let verified = TimestampToken::from_der(&response).and_then(|token| {
                token.verify(&signature, root.timestamp_authorities(), &RustCrypto).map(|_| ())
            });
            match verified {
                Ok(()) => "Verified".to_owned(),
                Err(error) => variant(&error),
            }
        })
        .collect();
    Some(outcomes)
}

/// Some bundles break the lines.
fn decode(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64.replace('\n', "")).unwrap()
}

/// `Path(Expired { at: .. })` becomes `Path(Expired`.
fn variant(error: &TimestampError) -> String {
    let text = format!("{error:?}");
    text.split([' ', '{']).next().unwrap_or_default().trim_end_matches(')').to_owned()
}

fn read_root(path: &Path) -> Option<TrustedRoot> {
    TrustedRoot::from_json(&fs::read(path).ok()?, &RustCrypto, &Limits::default()).ok()
}

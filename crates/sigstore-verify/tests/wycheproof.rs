//! Project Wycheproof's vectors for signatures, under all providers at once.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod both;

use both::Both;
use sealift_sigstore_verify::{HashAlgorithm, Message, PublicKey, Scheme};
use sealift_suite::{Suite, files, test_data};
use serde_json::Value;

/// Lines of `file tcId: reason`: where we differ from what a vector expects.
const EXCEPTIONS: &str = include_str!("wycheproof_exceptions.txt");

/// More uses of a key than there are before its multiples are computed.
const OFTEN: usize = 4;

#[test]
fn verdicts_are_as_expected() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("wycheproof/signatures", EXCEPTIONS);
    for file in files(&data.join("wycheproof"), "json") {
        let name = file.file_name().unwrap().to_str().unwrap();
        let vectors = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for (group, test) in tests(&vectors) {
            let case = format!("{name} {}", test["tcId"]);
            match scheme(group) {
                Some(scheme) => suite.case(&case, outcome(scheme, group, test)),
                None => suite.unread(&case, "not a scheme of ours"),
            }
        }
    }
    suite.finish();
}

/// Every form of a key that the vectors have is the same key.
#[test]
fn keys_are_the_same_in_every_form() {
    let Some(data) = test_data() else { return };
    let mut suite = Suite::new("wycheproof/keys", "");
    for file in files(&data.join("wycheproof"), "json") {
        let vectors: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for (group, number) in vectors["testGroups"].as_array().unwrap().iter().zip(1..) {
            suite.run(&format!("{} {number}", file.display()), || is_one_key(group));
        }
    }
    suite.finish();
}

fn is_one_key(group: &Value) {
    let key = PublicKey::from_der(&hex(&group["publicKeyDer"])).unwrap();
    let pem = group["publicKeyPem"].as_str().unwrap();
    assert_eq!(PublicKey::from_pem(pem.as_bytes()).unwrap(), key);
    if group["publicKeyAsn"].is_string() {
        assert_eq!(PublicKey::from_pkcs1(&hex(&group["publicKeyAsn"])).unwrap(), key);
    }
}

fn outcome(scheme: Scheme, group: &Value, test: &Value) -> Result<(), String> {
    let message = hex(&test["msg"]);
    let mut signature = hex(&test["sig"]);
    if group["type"] == "EcdsaP1363Verify" {
        signature = der_of_p1363(group, &signature);
    }
    let verdict = PublicKey::from_der(&hex(&group["publicKeyDer"]))
        .map_err(|error| error.to_string())
        .and_then(|key| {
            let verify = || key.verify(&Both, scheme, Message::Bytes(&message), &signature);
            let first = verify();
            // A point that is used often is multiplied in another way.
            let often = if matches!(scheme, Scheme::Ecdsa(_)) { OFTEN } else { 0 };
            for _ in 0..often {
                assert_eq!(verify(), first, "{}", test["comment"]);
            }
            first.map_err(|error| error.to_string())
        });
    match (test["result"].as_str().unwrap(), verdict) {
        // Left to the verifier.
        ("acceptable", _) | ("valid", Ok(())) | ("invalid", Err(_)) => Ok(()),
        (expected, verdict) => {
            Err(format!("{verdict:?} instead of {expected}: {}", test["comment"]))
        }
    }
}

fn scheme(group: &Value) -> Option<Scheme> {
    let hash = |field: &str| {
        HashAlgorithm::from_name(&group[field].as_str()?.to_lowercase().replace('-', ""))
    };
    match group["type"].as_str().unwrap() {
        "EcdsaVerify" | "EcdsaP1363Verify" => hash("sha").map(Scheme::Ecdsa),
        "RsassaPkcs1Verify" => hash("sha").map(Scheme::RsaPkcs1),
        "RsassaPssVerify" => hash("sha")
            .filter(|one| hash("mgfSha") == Some(*one))
            .filter(|one| group["sLen"] == one.digest_bytes())
            .map(Scheme::RsaPss),
        "EddsaVerify" if group["publicKey"]["curve"] == "edwards25519" => Some(Scheme::Ed25519),
        _ => None,
    }
}

/// Two numbers of the curve's width, one after the other (IEEE P1363), as DER; of another length
/// there are no two numbers, and it stays what it is, which is not DER either.
fn der_of_p1363(group: &Value, signature: &[u8]) -> Vec<u8> {
    let bits = group["publicKey"]["keySize"].as_u64().unwrap();
    let width = usize::try_from(bits.div_ceil(8)).unwrap();
    if signature.len() != 2 * width {
        return signature.to_vec();
    }
    let (r, s) = signature.split_at(width);
    let numbers = [integer(r), integer(s)].concat();
    [&[0x30], &*length(numbers.len()), &*numbers].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    let number = &number[zeros..];
    let pad: &[u8] = if number.first().is_none_or(|&first| first >= 0x80) { &[0] } else { &[] };
    [&[2], &*length(pad.len() + number.len()), pad, number].concat()
}

fn length(length: usize) -> Vec<u8> {
    match u8::try_from(length).unwrap() {
        short if short < 0x80 => vec![short],
        long => vec![0x81, long],
    }
}

fn tests(vectors: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    vectors["testGroups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["tests"].as_array().unwrap().iter().map(move |test| (group, test)))
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

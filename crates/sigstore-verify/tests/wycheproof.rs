//! Project Wycheproof's vectors for signatures, under all providers at once.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod both;
mod suite;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use both::Both;
use sealift_sigstore_verify::{HashAlgorithm, Message, PublicKey, Scheme};
use serde_json::Value;
use suite::test_data;

/// Lines of `file tcId reason`: where we differ from what a vector expects.
const EXCEPTIONS: &str = include_str!("wycheproof_exceptions.tsv");

/// More uses of a key than there are before its multiples are computed.
const OFTEN: usize = 4;

#[test]
fn verdicts_are_as_expected() {
    let Some(data) = test_data() else { return };
    let exceptions = exceptions();
    let mut total = Tally::default();
    let mut failures = Vec::new();
    for file in files(&data.join("wycheproof")) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let vectors = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for (group, test) in tests(&vectors) {
            let case = (name.clone(), test["tcId"].as_u64().unwrap());
            match (outcome(group, test), exceptions.contains_key(&case)) {
                (Outcome::Exact, false) => total.exact += 1,
                (Outcome::Differs(_), true) => total.excepted += 1,
                (Outcome::Skipped, false) => total.skipped += 1,
                (Outcome::Differs(why), false) => failures.push(format!("{case:?}: {why}")),
                (_, true) => failures.push(format!("{case:?} is excepted and need not be")),
            }
        }
    }
    let cases = total.exact + total.excepted + total.skipped + failures.len();
    println!(
        "dataset wycheproof/signatures: {cases} cases, {} exact, {} excepted, {} skipped",
        total.exact, total.excepted, total.skipped
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(total.exact > 0, "no cases");
}

/// Every form of a key that the vectors have is the same key.
#[test]
fn keys_are_the_same_in_every_form() {
    let Some(data) = test_data() else { return };
    let mut keys = 0;
    for file in files(&data.join("wycheproof")) {
        let vectors: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for group in vectors["testGroups"].as_array().unwrap() {
            let key = PublicKey::from_der(&hex(&group["publicKeyDer"])).unwrap();
            let pem = group["publicKeyPem"].as_str().unwrap();
            assert_eq!(PublicKey::from_pem(pem.as_bytes()).unwrap(), key);
            if group["publicKeyAsn"].is_string() {
                assert_eq!(PublicKey::from_pkcs1(&hex(&group["publicKeyAsn"])).unwrap(), key);
            }
            keys += 1;
        }
    }
    println!("dataset wycheproof/keys: {keys} cases, {keys} exact, 0 excepted, 0 skipped");
    assert!(keys > 0, "no keys");
}

#[derive(Default)]
struct Tally {
    exact: usize,
    excepted: usize,
    skipped: usize,
}

enum Outcome {
    Exact,
    Differs(String),
    /// A scheme that is not ours.
    Skipped,
}

fn outcome(group: &Value, test: &Value) -> Outcome {
    let Some(scheme) = scheme(group) else { return Outcome::Skipped };
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
        ("acceptable", _) | ("valid", Ok(())) | ("invalid", Err(_)) => Outcome::Exact,
        (expected, verdict) => {
            Outcome::Differs(format!("{verdict:?} instead of {expected}: {}", test["comment"]))
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

fn exceptions() -> BTreeMap<(String, u64), &'static str> {
    let lines = EXCEPTIONS.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut fields = line.splitn(3, '\t');
            let mut field = || fields.next().expect("file, tcId and reason");
            ((field().to_owned(), field().parse().expect("a tcId")), field())
        })
        .collect()
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

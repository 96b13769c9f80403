//! Microseconds that each provider takes for one signature.
//!
//! ```text
//! cargo run --release --features aws-lc -p sealift-sigstore-verify --example signature_speed -- \
//!     ../shared/wycheproof
//! ```
//!
//! Takes the valid signatures of Wycheproof's files. `key` is reading a key that was not seen
//! before; `first` is the first verification under it and `next` each later one.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that measures, and stops at anything unexpected"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use sealift_sigstore_verify::{
    HashAlgorithm, KeyAlgorithm, Message, Provider, PublicKey, RustCrypto, Scheme,
};
use serde_json::Value;

/// How long each figure is measured at least.
const SPAN: Duration = Duration::from_secs(2);

/// How often each key is used before later verifications are measured.
const USES: usize = 5;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of Wycheproof's vectors");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .filter(|file| !file.to_string_lossy().contains("p1363"))
        .collect();
    files.sort();
    println!("{:40} {:12} {:>9} {:>9} {:>9}", "file", "provider", "key", "first", "next");
    for file in files {
        let signed = valid_signatures(&file);
        for provider in providers() {
            print(&file, provider, &signed);
        }
    }
}

fn providers() -> Vec<&'static dyn Provider> {
    vec![
        &RustCrypto,
        #[cfg(feature = "aws-lc")]
        &sealift_sigstore_verify::AwsLc,
    ]
}

struct Signed {
    key: Vec<u8>,
    scheme: Scheme,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    fn key(&self) -> PublicKey {
        PublicKey::from_der(&self.key).expect("a key")
    }

    fn verify(&self, key: &PublicKey, provider: &dyn Provider) {
        key.verify(provider, self.scheme, Message::Bytes(&self.message), &self.signature)
            .expect("a valid signature");
    }
}

fn print(file: &Path, provider: &dyn Provider, signed: &[Signed]) {
    let keys: Vec<PublicKey> = signed.iter().map(Signed::key).collect();
    let reading = micros(signed, |one, _| {
        one.key();
    });
    let cold = micros(signed, |one, _| one.verify(&one.key(), provider));
    for (one, key) in signed.iter().zip(&keys) {
        (0..USES).for_each(|_| one.verify(key, provider));
    }
    let warm = micros(signed, |one, index| one.verify(&keys[index], provider));
    println!(
        "{:40} {:12} {reading:9.1} {:9.1} {warm:9.1}",
        file.file_stem().unwrap_or_default().to_string_lossy(),
        format!("{provider:?}"),
        cold - reading,
    );
}

/// Mean over all signatures of the best time of each, so that what else runs counts little.
fn micros(signed: &[Signed], mut work: impl FnMut(&Signed, usize)) -> f64 {
    let mut best = vec![Duration::MAX; signed.len()];
    let start = Instant::now();
    while start.elapsed() < SPAN {
        for (index, (one, best)) in signed.iter().zip(&mut best).enumerate() {
            let start = Instant::now();
            work(one, index);
            *best = start.elapsed().min(*best);
        }
    }
    let count = u32::try_from(best.len()).expect("a few hundred signatures");
    best.iter().sum::<Duration>().as_secs_f64() * 1e6 / f64::from(count)
}

/// Those over short messages, so that hashing does not count.
fn valid_signatures(file: &Path) -> Vec<Signed> {
    let vectors: Value =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    let groups = vectors["testGroups"].as_array().expect("groups");
    let tests = groups.iter().flat_map(|group| {
        let tests = group["tests"].as_array().expect("tests").iter();
        tests.filter(|test| test["result"] == "valid").map(move |test| (group, test))
    });
    tests
        .map(|(group, test)| {
            let key = hex(&group["publicKeyDer"]);
            let algorithm = PublicKey::from_der(&key).expect("a key").algorithm();
            let scheme = scheme(group, algorithm);
            Signed { key, scheme, message: hex(&test["msg"]), signature: hex(&test["sig"]) }
        })
        .filter(|signed| signed.message.len() < 256)
        .collect()
}

fn scheme(group: &Value, key: KeyAlgorithm) -> Scheme {
    let hash = || {
        let name = group["sha"].as_str().expect("a hash").to_lowercase().replace('-', "");
        HashAlgorithm::from_name(&name).expect("a known hash")
    };
    match key {
        KeyAlgorithm::Ed25519 => Scheme::Ed25519,
        KeyAlgorithm::Rsa { .. } if group["mgf"].is_string() => Scheme::RsaPss(hash()),
        KeyAlgorithm::Rsa { .. } => Scheme::RsaPkcs1(hash()),
        _ => Scheme::Ecdsa(hash()),
    }
}

fn hex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().expect("a string").as_bytes();
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("digits");
        u8::from_str_radix(pair, 16).expect("digits")
    };
    digits.chunks(2).map(byte).collect()
}

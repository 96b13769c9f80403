//! The number of bundles that are parsed and verified in a second, and the cost besides the
//! unavoidable arithmetic of signatures: `cargo run --release -p sealift-benches --bin
//! verify-rate`.
//!
//! Rates and their ratios are medians of rounds that take turns.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sealift_sigstore_verify::{AwsLc, Claim, Limits, Policy, Provider, RustCrypto, TrustedRoot};
use sealift_tests::cases::{BundleCase, OwnedArtifact, identity, judge};
use sealift_tests::instance::{CertificateRecipe, Identity, Instance, Recipe};
use sealift_tests::test_data;

const CASE: &str = "conformance/happy-path-v0.3";
const BUNDLES: usize = 1_000;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    let own = Bundles::own(BUNDLES)?;
    let outside = test_data().and_then(|data| Bundles::of_data(&data.join("sigstore")));
    println!(
        "{:<12} {:<30} {:>9} {:>7} {:>9}",
        "provider", "bundle", "a second", "rest", "scaling"
    );
    let providers: [(&str, &dyn Provider); 2] = [("RustCrypto", &RustCrypto), ("AWS-LC", &AwsLc)];
    for (name, provider) in providers {
        for bundles in outside.iter().chain([&own]) {
            let root = bundles.root(provider)?;
            let rate = median((0..ROUNDS).map(|_| bundles.rate(&root, provider)).collect());
            let rest = median((0..ROUNDS).map(|_| bundles.rest(&root, provider)).collect());
            let scaling = match bundles.all.len() {
                1 => "-".to_owned(),
                _ => format!("{:.2}", bundles.scaling(&root, provider)),
            };
            let rest = rest * 100.0;
            println!("{name:<12} {:<30} {rate:>9.0} {rest:>6.1}% {scaling:>9}", bundles.name);
        }
    }
    println!("scaling: {} threads, {BUNDLES} bundles", threads());
    Ok(())
}

/// Bundles that one trusted root and one policy accept.
struct Bundles {
    name: &'static str,
    root: Vec<u8>,
    policy: Policy,
    all: Vec<(Vec<u8>, OwnedArtifact)>,
}

impl Bundles {
    /// Keyless message signatures of the tests' own instance, each by a different key.
    fn own(count: usize) -> Result<Self, Box<dyn Error>> {
        let instance = Instance::new("bench", 1_780_000_000);
        let signer = Identity::Email("ada@sealift.test".into());
        let issuer = instance.issuer();
        let policy = identity(signer.text(), &issuer);
        let sign = |number: usize| {
            let artifact = format!("artifact {number}\n").into_bytes();
            let mut recipe = Recipe::keyless(&instance, &format!("signer {number}"), &artifact);
            recipe.certificate = Some(CertificateRecipe::usual(signer.clone(), &issuer));
            (instance.sign(&recipe).json(), OwnedArtifact::Bytes(artifact))
        };
        let root = serde_json::to_vec(&instance.trusted_root())?;
        Ok(Self { name: "own keyless v0.3", root, policy, all: (0..count).map(sign).collect() })
    }

    fn of_data(sigstore: &Path) -> Option<Self> {
        let case = BundleCase::all(sigstore).into_iter().find(|case| case.name == CASE)?;
        let BundleCase { bundle, root, artifact, policy, .. } = case;
        Some(Self { name: CASE, root: root?, policy, all: vec![(bundle, artifact)] })
    }

    fn root(&self, provider: &dyn Provider) -> Result<TrustedRoot, Box<dyn Error>> {
        Ok(TrustedRoot::from_json(&self.root, provider, &Limits::default())?)
    }

    /// Parses and verifies one of them.
    fn verify(&self, number: usize, root: &TrustedRoot, provider: &dyn Provider) {
        let Some((bundle, artifact)) = self.all.get(number % self.all.len()) else { return };
        let verdict = judge(bundle, (root, provider), artifact, &self.policy);
        assert!(verdict.is_ok(), "{}: {verdict:?}", self.name);
    }

    /// The number of verifications in a second, on this thread.
    fn rate(&self, root: &TrustedRoot, provider: &dyn Provider) -> f64 {
        let start = Instant::now();
        let mut count = 0;
        while start.elapsed() < ROUND {
            self.verify(count, root, provider);
            count += 1;
        }
        as_f64(count) / start.elapsed().as_secs_f64()
    }

    /// The share of the time spent outside the provider.
    fn rest(&self, root: &TrustedRoot, provider: &dyn Provider) -> f64 {
        let timed = Timed { provider, nanoseconds: AtomicU64::new(0) };
        let start = Instant::now();
        let mut count = 0;
        while start.elapsed() < ROUND {
            self.verify(count, root, &timed);
            count += 1;
        }
        let inside = Duration::from_nanos(timed.nanoseconds.into_inner());
        1.0 - inside.as_secs_f64() / start.elapsed().as_secs_f64()
    }

    /// How much faster all cores verify all bundles than one core.
    fn scaling(&self, root: &TrustedRoot, provider: &dyn Provider) -> f64 {
        let ratio = |_| {
            let one = self.on_threads(1, root, provider);
            one.as_secs_f64() / self.on_threads(threads(), root, provider).as_secs_f64()
        };
        median((0..ROUNDS).map(ratio).collect())
    }

    fn on_threads(&self, count: usize, root: &TrustedRoot, provider: &dyn Provider) -> Duration {
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.all.len() {
                    return;
                }
                self.verify(number, root, provider);
            }
        };
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(work);
            }
        });
        start.elapsed()
    }
}

/// Measures how long a provider takes.
#[derive(Debug)]
struct Timed<'p> {
    provider: &'p dyn Provider,
    nanoseconds: AtomicU64,
}

impl Provider for Timed<'_> {
    fn holds(&self, claim: &Claim<'_>) -> bool {
        let start = Instant::now();
        let holds = self.provider.holds(claim);
        let taken = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(taken, Ordering::Relaxed);
        holds
    }
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

//! What one AdmissionReview costs against an allow-list of registries in Rego.
//!
//! `cargo run --release -p sealift-policy --example rego_review [AdmissionReview.json]`
#![expect(clippy::print_stdout, reason = "an example prints its figures")]

use std::error::Error;
use std::time::Instant;

use sealift_policy::admission::{Alone, Request};
use sealift_policy::rego::{RegoLimits, RegoPolicies, Source};
use serde_json::{Value, json};

const ALLOW_LIST: &str = r#"package kubernetes.admission

import rego.v1

allowed := {"ghcr.io/your-org/", "registry.example/", "quay.io/your-org/"}

images contains image if {
    some kind in ["containers", "initContainers", "ephemeralContainers"]
    image := input.request.object.spec[kind][_].image
}

deny contains msg if {
    input.request.kind.kind == "Pod"
    some image in images
    not strings.any_prefix_match(image, allowed)
    msg := sprintf("%s comes from no registry of ours", [image])
}
"#;

const ROUNDS: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let request = match std::env::args_os().nth(1) {
        Some(file) => {
            let review: Value = serde_json::from_slice(&std::fs::read(file)?)?;
            serde_json::from_value(review.get("request").cloned().unwrap_or_default())?
        }
        None => Request::create(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {"containers": [
                {"name": "web", "image": "ghcr.io/your-org/web:1.4"},
                {"name": "log", "image": "docker.io/library/busybox:1.36"},
            ]},
        })),
    };
    let modules = [Source::new("allow-list.rego", ALLOW_LIST)];
    let policies = RegoPolicies::load(&[], &modules, &RegoLimits::default())?;
    let around = Alone("2026-01-31T12:00:00Z".parse()?);
    for answer in policies.review(&request, &around) {
        println!("{}: {} {}", answer.rule, answer.outcome, answer.message);
    }
    let mut times: Vec<u128> = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        std::hint::black_box(policies.review(&request, &around));
        times.push(start.elapsed().as_nanos());
    }
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).map_or(0.0, |ns| to_us(*ns));
    println!("p50 {:.1} us, p99 {:.1} us, of {ROUNDS} reviews", at(50), at(99));
    Ok(())
}

fn to_us(ns: u128) -> f64 {
    std::time::Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX)).as_secs_f64() * 1e6
}

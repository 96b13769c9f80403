//! The signed file in `crates/sigstore-verify/examples/signed`, by which the docs show how to
//! verify one.

use crate::instance::{Instance, Recipe};

/// The seconds of the Unix time at which it was signed.
const SIGNED_AT: i64 = 1_780_000_000;

/// What is signed.
const ARTIFACT: &[u8] = b"Seal what you ship, sift what you carry.\n";

/// The example's files: name and content.
#[must_use]
pub fn files() -> [(&'static str, Vec<u8>); 3] {
    let instance = Instance::new("example", SIGNED_AT);
    let recipe = Recipe::keyless(&instance, "ada", ARTIFACT);
    [
        ("artifact.txt", ARTIFACT.to_vec()),
        ("artifact.txt.sigstore.json", instance.sign(&recipe).json()),
        ("trusted_root.json", instance.trusted_root().to_string().into_bytes()),
    ]
}

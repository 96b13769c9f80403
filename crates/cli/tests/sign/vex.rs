//! VEX documents that are attested on the image that is scanned.

use std::fs;

use sealift_tests::registry::{Access, Fault};
use serde_json::json;

use crate::scanned::{SCAN, Scanned};
use crate::world::{World, said, with};

const LOG4SHELL: &str = "CVE-2021-44228";
const BY_KEY: [&str; 3] = ["--vex-key", "cosign.pub", "--insecure-ignore-vex-tlog"];

/// Attests on the image that it is not affected.
fn attest(world: &World, image: &str, key: &str) {
    let purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex/1",
        "author": "Ada",
        "timestamp": "2022-01-01T00:00:00Z",
        "version": 1,
        "statements": [{
            "vulnerability": { "name": LOG4SHELL },
            "products": [{ "@id": purl }],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
        }],
    });
    fs::write(world.0.path().join("vex.json"), document.to_string()).unwrap();
    let attest = ["attest", "--type", "openvex", "--predicate", "vex.json", image];
    let by = ["--key", key, "--tlog-upload=false"];
    assert_eq!(world.status(&with(&attest, &by)), Some(0));
}

fn has_log4shell(world: &World, image: &str, flags: &[&str]) -> (bool, String) {
    let output = world.run(&with(&with(&["image", image], &SCAN), flags));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    (String::from_utf8_lossy(&output.stdout).contains(LOG4SHELL), said(&output))
}

#[test]
fn what_the_named_signer_attested_takes_findings_out() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    let (found, told) = has_log4shell(&world, &image, &BY_KEY);
    assert!(found && !told.contains("VEX"), "{told}");
    attest(&world, &image, "cosign.key");
    let (found, _) = has_log4shell(&world, &image, &[]);
    assert!(found, "an attestation counts only where somebody is named");
    let (found, told) = has_log4shell(&world, &image, &with(&["--vex", "oci"], &BY_KEY));
    assert!(!found, "{told}");
    assert!(told.contains("OpenVEX: attestation sha256:"), "{told}");
    let policy = "[vex]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n";
    fs::write(world.0.path().join("sealift.toml"), policy).unwrap();
    assert!(!has_log4shell(&world, &image, &[]).0, "sealift.toml names somebody, too");
    let gate = world.run(&with(&with(&["gate", &image], &SCAN), &["--format", "json"]));
    let outcome = String::from_utf8_lossy(&gate.stdout).into_owned();
    assert!(outcome.contains("vulnerable_code_not_present"), "{outcome}");
}

#[test]
fn what_others_attested_counts_for_nothing_and_is_told() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    assert_eq!(world.status(&["generate-key-pair", "--output-key-prefix", "eve"]), Some(0));
    attest(&world, &image, "eve.key");
    let (found, told) = has_log4shell(&world, &image, &BY_KEY);
    assert!(found && told.contains("a VEX attestation does not count: attestation"), "{told}");
    // Signed as it should be, and in no log.
    attest(&world, &image, "cosign.key");
    let key = ["--vex-key", "cosign.pub", "--offline"];
    let (found, told) = has_log4shell(&world, &image, &key);
    assert!(found && told.contains("a VEX attestation does not count"), "{told}");
}

#[test]
fn attestations_that_cannot_be_read_take_nothing_out() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    attest(&world, &image, "cosign.key");
    scanned.registry.fail(|asked| asked.path().contains("referrers").then_some(Fault::Changed));
    let (found, told) = has_log4shell(&world, &image, &BY_KEY);
    assert!(found && told.contains("warning: VEX attestations are not read"), "{told}");
}

#[test]
fn who_attested_must_be_said_whole() {
    let world = World::with_key();
    for (flags, sentence) in [
        (&["--vex", "oci"][..], "it is not said whose VEX attestations count"),
        (&["--vex-certificate-identity", "ada@example.org"], "either a key or an identity with"),
        (&["--vex-key", "none.pub"], "none.pub"),
    ] {
        let output = world.run(&with(&with(&["image", "oci:none"], &SCAN), flags));
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(sentence), "{}", said(&output));
    }
}

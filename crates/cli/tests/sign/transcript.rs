//! One image on its way through all verbs, in Debian's registry, and after one byte of a layer has
//! been changed there. `--nocapture` prints the transcript.

use std::fs;
use std::path::PathBuf;

use sealift_tests::{Suite, project};
use serde_json::Value;

use crate::interop::Served;
use crate::scanned::{CHECK, KEY, SCAN};
use crate::world::{World, said, with};

/// Lines of each output that are printed.
const SHOWN: usize = 6;

#[expect(clippy::print_stdout, reason = "the transcript is what it is for")]
fn step(world: &World, arguments: &[&str], expected: i32) -> String {
    let output = world.run(arguments);
    let status = output.status.code().unwrap();
    println!("$ sealift {}", arguments.join(" "));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(SHOWN) {
        println!("    {}", line.chars().take(120).collect::<String>());
    }
    println!("    -> exit status {status}");
    assert_eq!(status, expected, "{arguments:?}: {text}");
    text
}

#[test]
fn an_image_is_signed_attested_and_changed() {
    let world = World::new();
    let image = format!("oci:{}:demo", project().join("examples/image").display());
    let Some(served) = Served::with_image(&world, &image) else {
        return Suite::skipped("transcript", "docker-registry or skopeo is not on the PATH");
    };
    let name = format!("{}/app:1", served.host);
    println!("$ skopeo copy {image} docker://{name}");
    let advisories = project().join("examples/advisories");
    let advisories = advisories.to_str().unwrap();
    step(&world, &["generate-key-pair"], 0);
    step(&world, &["db", "build", "--output", "db", "--from", advisories], 0);
    step(&world, &with(&["verify", &name], &CHECK), 10);
    step(&world, &with(&["sign", &name], &KEY), 0);
    let unread = step(&world, &with(&["verify", &name], &CHECK), 0);
    assert!(unread.contains("layers not read"));
    fs::write(world.0.path().join("bom.json"), r#"{"bomFormat":"CycloneDX"}"#).unwrap();
    let attest = ["attest", "--type", "cyclonedx", "--predicate", "bom.json", &name];
    step(&world, &with(&attest, &KEY), 0);
    let attested = ["verify-attestation", "--type", "cyclonedx", &name];
    step(&world, &with(&attested, &CHECK), 0);
    step(&world, &with(&with(&["image", &name, "--attest", "--quiet"], &SCAN), &KEY), 0);
    step(&world, &with(&["verify-attestation", "--type", "vuln", &name], &CHECK), 0);
    step(&world, &["tree", &name], 0);
    let checked = with(&["verify", "--check-content", &name], &CHECK);
    step(&world, &checked, 0);
    let layer = layer(&world);
    println!("$ # one byte of {} in the registry's store is changed", layer.display());
    let mut bytes = fs::read(&layer).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&layer, bytes).unwrap();
    let unread = step(&world, &with(&["verify", &name], &CHECK), 0);
    assert!(unread.contains("layers not read"));
    step(&world, &checked, 1);
    step(&world, &with(&["image", &name], &SCAN), 2);
    let mut suite = Suite::new("transcript", "");
    suite.case("signed, attested and changed", Ok(()));
    suite.finish();
}

/// The image's last layer in the store of the registry.
fn layer(world: &World) -> PathBuf {
    let image = project().join("examples/image");
    let read =
        |path: PathBuf| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let blob = |folder: PathBuf, digest: &str| folder.join("blobs/sha256").join(&digest[7..]);
    let index = read(image.join("index.json"));
    let manifest = read(blob(image, index["manifests"][0]["digest"].as_str().unwrap()));
    let layers = manifest["layers"].as_array().unwrap();
    let hex = &layers.last().unwrap()["digest"].as_str().unwrap()[7..];
    let store = world.0.path().join("registry/docker/registry/v2/blobs/sha256");
    store.join(&hex[..2]).join(hex).join("data")
}

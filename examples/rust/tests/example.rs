//! The example, run on an image that is signed and on one that is not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use sealift::{BuildOptions, Database, Timestamp};
use sealift_tests::instance::{Instance, KeyKind, Layout, Recipe, SimpleSignature, simple_signing};
use sealift_tests::project;

fn example(folder: &Path, image: &Path, tag: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealift-example"));
    command.args(["advisories.db", "key.pub"]).arg(format!("oci:{}:{tag}", image.display()));
    command.current_dir(folder).output().unwrap()
}

#[test]
fn verifies_scans_and_decides() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let built = BuildOptions::new(Timestamp::from_unix_seconds(1_780_000_000).unwrap());
    let from = project().join("examples/advisories");
    Database::build(&from, &path.join("advisories.db"), &built).unwrap();
    let instance = Instance::new("example", 1_780_000_000);
    fs::write(path.join("key.pub"), instance.key(KeyKind::P256, "ada").public_pem()).unwrap();

    let unsigned = example(path, &project().join("examples/image"), "demo");
    assert_eq!(unsigned.status.code(), Some(1));
    assert!(unsigned.stdout.is_empty());

    let mut layout = Layout::default();
    let image = layout.image(&[&[0; 1024]]);
    layout.tag("1", &image);
    let payload = simple_signing(&image, &().into());
    let signed = instance.sign(&Recipe::key(&instance, KeyKind::P256, "ada", &payload));
    layout.sign(&image, &[SimpleSignature::new(payload, signed)]);
    fs::create_dir(path.join("layout")).unwrap();
    layout.write(&path.join("layout")).unwrap();
    let signed = example(path, Path::new("layout"), "1");
    let said = String::from_utf8_lossy(&signed.stdout).into_owned();
    let errors = String::from_utf8_lossy(&signed.stderr).into_owned();
    assert!(said.starts_with("signed: sha256:"), "{said}{errors}");
    assert!(said.contains("PASS: layout"), "{said}{errors}");
    assert!(signed.status.success(), "{said}{errors}");
}

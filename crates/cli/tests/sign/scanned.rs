//! `image --attest` and `--attest-sbom`: what a scan found, attached to the image.

use std::fs;

use sealift_model::Digest;
use sealift_tests::instance::{Layout, LogKind, digest};
use sealift_tests::project;
use sealift_tests::registry::{Access, Options, TestRegistry};
use serde_json::Value;

use crate::world::{ADA, SERVED, SigningWorld, World, said, with};

pub(crate) const KEY: [&str; 3] = ["--key", "cosign.key", "--tlog-upload=false"];
pub(crate) const CHECK: [&str; 3] = ["--key", "cosign.pub", "--insecure-ignore-tlog"];
pub(crate) const SCAN: [&str; 5] = ["--db", "db", "--no-cache", "--as-of", "2022-01-31"];
const LOG4SHELL: &str = "CVE-2021-44228";

/// A registry with the image of the quick start, alone and in an index, and its advisories.
pub(crate) struct Scanned {
    pub(crate) registry: TestRegistry,
    pub(crate) image: Digest,
    pub(crate) index: Digest,
}

impl Scanned {
    pub(crate) fn new(world: &World, access: Access) -> Self {
        let mut layout = Layout::read(&project().join("examples/image")).unwrap();
        let of = |value: &Value| format!("sha256:{}", digest(value)).parse().unwrap();
        let image = layout.index.first().unwrap().clone();
        let index = layout.multi_platform(&[("amd64", &image)]);
        layout.tag("index", &index);
        let tar = tar_of("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\n");
        let incomplete = layout.image(&[&tar]);
        layout.tag("incomplete", &incomplete);
        let registry = TestRegistry::start(Options { access, ..Options::default() });
        registry.put_layout(&layout, "app");
        let from = project().join("examples/advisories");
        let from = from.to_str().unwrap();
        assert_eq!(world.status(&["db", "build", "--output", "db", "--from", from]), Some(0));
        Self { registry, image: of(&image), index: of(&index) }
    }

    pub(crate) fn at(&self, tag: &str) -> String {
        format!("{}/app:{tag}", self.registry.host())
    }
}

/// An archive with one file.
fn tar_of(path: &str, content: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len().try_into().unwrap());
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, path, content.as_bytes()).unwrap();
    archive.into_inner().unwrap()
}

/// The statements of a type that are attached and count.
fn attested(world: &World, image: &str, kind: &str, who: &[&str]) -> Vec<Value> {
    let output = world.run(&with(&["verify-attestation", "--type", kind, image], who));
    let lines = String::from_utf8(output.stdout).unwrap();
    let statement = |line: &str| {
        let envelope: Value = serde_json::from_str(line).unwrap();
        let payload = envelope.get("payload").and_then(Value::as_str).unwrap();
        let bytes = sealift::verify::decode_base64(payload).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    lines.lines().map(statement).collect()
}

fn told<'v>(statement: &'v Value, pointer: &str) -> &'v str {
    statement.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn what_was_found_is_attached_to_what_was_scanned() {
    for form in ["--new-bundle-format=true", "--new-bundle-format=false"] {
        let world = World::with_key();
        let scanned = Scanned::new(&world, Access::Anybody);
        let image = scanned.at("demo");
        let scan = with(&["image", &image, "--severity", "LOW", form], &SCAN);
        let attest = with(&scan, &["--attest", "--attest-sbom=cyclonedx,spdx"]);
        let output = world.run(&with(&attest, &KEY));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let done = "Attested https://cosign.sigstore.dev/attestation/vuln/v1 of";
        assert!(said(&output).contains(done), "{}", said(&output));
        for kind in ["vuln", "cyclonedx", "spdxjson"] {
            let statements = attested(&world, &image, kind, &CHECK);
            let [statement] = statements.as_slice() else { panic!("{kind}: {statements:?}") };
            assert_eq!(told(statement, "/subject/0/digest/sha256"), scanned.image.hex(), "{kind}");
        }
        let [found] = &attested(&world, &image, "vuln", &CHECK)[..] else { panic!() };
        // All findings, though the report shows none of them.
        assert!(found.to_string().contains(LOG4SHELL));
        assert_eq!(told(found, "/predicate/scanner/version"), env!("CARGO_PKG_VERSION"));
        let times = ["scanStartedOn", "scanFinishedOn"];
        let times = times.map(|name| told(found, &format!("/predicate/metadata/{name}")));
        assert!(!times[0].is_empty() && times[0] <= times[1], "{times:?}");
        let [sbom] = &attested(&world, &image, "cyclonedx", &CHECK)[..] else { panic!() };
        assert_eq!(told(sbom, "/predicate/bomFormat"), "CycloneDX");
    }
}

#[test]
fn of_an_index_the_image_that_was_scanned_is_attested() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("index");
    let scan = with(&["image", &image, "--platform", "linux/amd64", "--attest-sbom"], &SCAN);
    let output = world.run(&with(&scan, &KEY));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains(&scanned.image.to_string()), "{}", said(&output));
    let child = format!("{}/app@{}", scanned.registry.host(), scanned.image);
    assert_eq!(attested(&world, &child, "cyclonedx", &CHECK).len(), 1);
    let index = format!("{}/app@{}", scanned.registry.host(), scanned.index);
    assert!(attested(&world, &index, "cyclonedx", &CHECK).is_empty());
}

#[test]
fn an_incomplete_scan_is_not_attested() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("incomplete");
    let scan = with(&with(&["image", &image, "--attest", "--attest-sbom"], &SCAN), &KEY);
    let output = world.run(&scan);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("nothing is attested: the scan is incomplete"));
    assert!(!output.stdout.is_empty());
    assert!(attested(&world, &image, "vuln", &CHECK).is_empty());
    assert_eq!(world.status(&with(&scan, &["--allow-incomplete"])), Some(0));
    assert_eq!(attested(&world, &image, "vuln", &CHECK).len(), 1);
}

#[test]
fn the_password_of_the_key_is_not_that_of_the_registry() {
    let world = World::with_key();
    let access = Access::Basic { user: "ada".to_owned(), password: "open sesame".to_owned() };
    let scanned = Scanned::new(&world, access);
    let image = scanned.at("demo");
    let scan = with(&with(&["image", &image, "--attest", "--username", "ada"], &SCAN), &KEY);
    for (variables, status) in [
        (&[("SEALIFT_PASSWORD", "open sesame"), ("COSIGN_PASSWORD", "secret")][..], 0),
        (&[("TRIVY_PASSWORD", "open sesame"), ("SEALIFT_KEY_PASSWORD", "secret")], 0),
        (&[("SEALIFT_PASSWORD", "secret"), ("SEALIFT_KEY_PASSWORD", "secret")], 2),
        (&[("SEALIFT_PASSWORD", "open sesame")], 2),
    ] {
        let output = world.run_with(&scan, variables);
        assert_eq!(output.status.code(), Some(status), "{variables:?}: {}", said(&output));
        assert!(!said(&output).contains("sesame") && !said(&output).contains("secret"));
    }
    let nothing = world.run_with(&scan, &[("SEALIFT_PASSWORD", "open sesame")]);
    assert!(said(&nothing).contains("SEALIFT_KEY_PASSWORD"), "{}", said(&nothing));
}

#[test]
fn an_identity_attests_a_scan() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    let scanned = Scanned::new(world, Access::Anybody);
    let image = scanned.at("demo");
    let scan = with(&with(&["image", &image, "--attest"], &SCAN), &SERVED);
    let output = world.run(&with(&scan, &["--identity-token", "token", "--yes"]));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(attested(world, &image, "vuln", &ADA).len(), 1);
    let unasked = world.run(&with(&scan, &["--identity-token", "token"]));
    assert_eq!(unasked.status.code(), Some(2), "{}", said(&unasked));
    assert_eq!(attested(world, &image, "vuln", &ADA).len(), 1);
}

#[test]
fn what_cannot_be_attested_is_said_before_the_scan() {
    let world = World::with_key();
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    let layout = format!("oci:{}:demo", project().join("examples/image").display());
    let local = world.run(&with(&with(&["image", &layout, "--attest"], &SCAN), &KEY));
    assert_eq!(local.status.code(), Some(2));
    assert!(said(&local).contains("not in a registry"), "{}", said(&local));
    let wrong = ["image", &image, "--attest", "--scanners", "license"];
    let wrong = world.run(&with(&with(&wrong, &SCAN), &KEY));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("--scanners leaves them out"), "{}", said(&wrong));
    fs::write(world.0.path().join("password"), "wrong").unwrap();
    let scan = with(&with(&["image", &image, "--attest"], &SCAN), &KEY);
    let locked = world.run(&with(&scan, &["--password-file", "password"]));
    assert_eq!(locked.status.code(), Some(2));
    assert!(locked.stdout.is_empty() && said(&locked).contains("wrong password"));
    // A key that signs nothing is no check of anything.
    let unused = world.run(&with(&with(&["image", &image], &SCAN), &KEY));
    assert_eq!(unused.status.code(), Some(0));
    assert!(said(&unused).contains("--key has no effect without --attest"), "{}", said(&unused));
}

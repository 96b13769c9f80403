//! Signatures and attestations of images in a registry.

use std::fs;

use sealift_model::Digest;
use sealift_tests::instance::{Layout, LogKind, digest};
use sealift_tests::registry::{Fault, Options, TestRegistry};
use serde_json::Value;

use crate::world::{ADA, SERVED, SigningWorld, World, said, with};

const SIGN: [&str; 4] = ["sign", "--key", "cosign.key", "--tlog-upload=false"];
const ATTEST: [&str; 4] = ["attest", "--key", "cosign.key", "--tlog-upload=false"];
const OLDER: &str = "--new-bundle-format=false";
const VERIFY: [&str; 4] = ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog"];

/// A registry with an image, and an index of two.
struct Registry {
    running: TestRegistry,
    image: Digest,
    index: Digest,
    children: Vec<Digest>,
}

impl Registry {
    fn new(referrers: bool) -> Self {
        let mut layout = Layout::default();
        let image = layout.image(&[b"one layer"]);
        layout.tag("1.0", &image);
        let children = [layout.image(&[b"for amd64"]), layout.image(&[b"for arm64"])];
        let index = layout.multi_platform(&[("amd64", &children[0]), ("arm64", &children[1])]);
        layout.tag("index", &index);
        let running = TestRegistry::start(Options { referrers, ..Options::default() });
        running.put_layout(&layout, "app");
        let of = |value: &Value| format!("sha256:{}", digest(value)).parse().unwrap();
        let children = children.iter().map(of).collect();
        Self { running, image: of(&image), index: of(&index), children }
    }

    fn at(&self, name: &str) -> String {
        format!("{}/app{name}", self.running.host())
    }

    fn tagged(&self) -> String {
        self.at(":1.0")
    }
}

#[test]
fn both_forms_are_attached_and_verified() {
    for referrers in [true, false] {
        let (registry, world) = (Registry::new(referrers), World::with_key());
        let image = registry.tagged();
        assert_eq!(world.status(&with(&VERIFY, &[&image])), Some(10));
        for form in [&[][..], &[OLDER]] {
            let sign = with(&SIGN, &["-a", "env=prod,team=core", &image]);
            let output = world.run(&with(&sign, form));
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            let said = said(&output);
            assert!(said.contains("is named by a tag, which may move"), "{said}");
            assert!(said.contains(&format!("Signed {}@{}", registry.at(""), registry.image)));
        }
        let verify = with(&VERIFY, &["-a", "env=prod", &image]);
        let output = world.run(&verify);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(printed.as_array().unwrap().len(), 2, "{printed}");
        assert_eq!(world.status(&with(&VERIFY, &["-a", "env=dev", &image])), Some(12));
    }
}

/// Statements name no time, but bundles do; of simple signing payloads, which are the same, one
/// signature of a key suffices, as with cosign.
#[test]
fn signatures_add_up_in_both_forms() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let image = registry.tagged();
    let sign = |form: &[&str]| {
        let output = world.run(&with(&with(&SIGN, form), &[&image]));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output).contains("this key has signed the same before")
    };
    let count = |key: &str| {
        let output = world.run(&["verify", "--key", key, "--insecure-ignore-tlog", &image]);
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        printed.as_array().unwrap().len()
    };
    assert_eq!([&[][..], &[], &[]].map(sign), [false; 3]);
    assert_eq!([&[OLDER][..], &[OLDER], &[OLDER]].map(sign), [false, true, true]);
    assert_eq!(count("cosign.pub"), 4);
    // Other claims are another payload, and another key has not signed any.
    assert_eq!([&[OLDER, "-a", "a=b"][..]; 2].map(sign), [false, true]);
    assert_eq!(count("cosign.pub"), 5);
    assert_eq!(world.status(&["generate-key-pair", "--output-key-prefix", "other"]), Some(0));
    let other = ["sign", "--key", "other.key", "--tlog-upload=false", OLDER, &image];
    assert_eq!([world.status(&other), world.status(&other)], [Some(0); 2]);
    assert_eq!(count("other.pub"), 1);
}

/// Evidence that an earlier signature lacks is worth one more.
#[test]
fn a_signature_with_more_evidence_is_attached() {
    let SigningWorld { world, running: _services, .. } = SigningWorld::new(LogKind::Rekor1, None);
    let registry = Registry::new(true);
    let image = registry.tagged();
    let bare = with(&SIGN, &[OLDER, &image]);
    assert_eq!(world.status(&bare), Some(0));
    let logged = ["sign", "--key", "cosign.key", "--yes", OLDER, &image];
    let logged = with(&logged, &SERVED);
    for is_there in [false, true] {
        let output = world.run(&logged);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(said(&output).contains("signed the same before"), is_there);
    }
    let verify = ["verify", "--key", "cosign.pub", "--trusted-root", "root.json", "--offline"];
    assert_eq!(world.status(&with(&verify, &[&image])), Some(0));
}

#[test]
fn an_index_is_signed_with_what_it_lists() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let index = registry.at(&format!("@{}", registry.index));
    let child = registry.at(&format!("@{}", registry.children[0]));
    let output = world.run(&with(&SIGN, &[&index]));
    assert!(!said(&output).contains("warning"), "{}", said(&output));
    assert_eq!(world.status(&with(&VERIFY, &[&index])), Some(0));
    assert_eq!(world.status(&with(&VERIFY, &[&child])), Some(10));
    assert_eq!(world.status(&with(&SIGN, &["--recursive", &index])), Some(0));
    for child in &registry.children {
        let child = registry.at(&format!("@{child}"));
        assert_eq!(world.status(&with(&VERIFY, &[&child])), Some(0));
    }
}

#[test]
fn attestations_of_both_forms_are_verified() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let image = registry.tagged();
    let path = world.0.path();
    fs::write(path.join("p.json"), r#"{"bomFormat":"CycloneDX"}"#).unwrap();
    let predicate = ["--type", "cyclonedx", "--predicate", "p.json", &image];
    for form in [&[][..], &[OLDER]] {
        let output = world.run(&with(&with(&ATTEST, form), &predicate));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let verify = ["verify-attestation", "--key", "cosign.pub", "--insecure-ignore-tlog"];
    let output = world.run(&with(&verify, &["--type", "cyclonedx", &image]));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    assert_eq!(world.status(&with(&verify, &["--type", "spdx", &image])), Some(1));

    let about = |digest: &str| {
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://x.example/y",
                "subject":[{{"name":"a","digest":{{"sha256":"{digest}"}}}}],"predicate":{{}}}}"#
        );
        fs::write(path.join("s.json"), statement).unwrap();
        world.status(&with(&ATTEST, &["--statement", "s.json", &image]))
    };
    assert_eq!(about(&registry.image.hex()), Some(0));
    assert_eq!(about(&registry.index.hex()), Some(2));
    assert_eq!(world.status(&with(&verify, &["--type", "https://x.example/y", &image])), Some(0));
}

#[test]
fn an_identity_signs_an_image() {
    for log in [LogKind::Rekor1, LogKind::Rekor2Ecdsa] {
        let (registry, signing) = (Registry::new(true), SigningWorld::new(log, None));
        let (world, image) = (&signing.world, registry.tagged());
        let sign = with(&["sign", "--yes", "--identity-token", "token", &image], &SERVED);
        let output = world.run_with(&sign, &[("COSIGN_EXPERIMENTAL", "1")]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let verify = with(&["verify", "--use-signed-timestamps", &image], &ADA);
        let output = world.run(&verify);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(world.status(&with(&VERIFY, &[&image])), Some(12));
        // In the older form a log of version 2 has no place; a timestamp stands in for it.
        assert_eq!(world.status(&with(&sign, &[OLDER])), Some(0));
    }
}

#[test]
fn without_upload_nothing_is_attached() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let image = registry.tagged();
    let output = world.run(&with(&SIGN, &["--upload=false", "--bundle", "b.json", &image]));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(output.stdout.is_empty(), "the file has the bundle");
    assert!(world.read("b.json").contains("dsseEnvelope"));
    let output = world.run(&with(&SIGN, &["--upload=false", &image]));
    assert!(String::from_utf8(output.stdout).unwrap().contains("dsseEnvelope"));
    assert_eq!(world.status(&with(&VERIFY, &[&image])), Some(10));
    let writes = registry.running.asked();
    assert!(writes.iter().all(|asked| asked.method == "GET"), "{writes:?}");
}

#[test]
fn a_push_that_is_refused_half_way_is_no_signature() {
    for (method, part) in
        [("POST", "blobs/uploads"), ("PUT", "blobs/uploads"), ("PUT", "manifests")]
    {
        for form in [&[][..], &[OLDER]] {
            for fault in [Fault::answer(403, &[], "denied"), Fault::HangUp] {
                let (registry, world) = (Registry::new(false), World::with_key());
                let image = registry.tagged();
                let failing = fault.clone();
                registry.running.fail(move |asked| {
                    let is_it = asked.method == method && asked.path().contains(part);
                    is_it.then(|| failing.clone())
                });
                let output = world.run(&with(&with(&SIGN, form), &[&image]));
                let said = said(&output);
                registry.running.fail(|_| None);
                // Of a manifest the answer alone was lost, and the registry says that it has it.
                let is_taken = part == "manifests" && matches!(fault, Fault::HangUp);
                let status = if is_taken { 0 } else { 2 };
                assert_eq!(output.status.code(), Some(status), "{method} {part} {fault:?}: {said}");
                assert_eq!(said.contains("Signed"), is_taken, "{said}");
                assert_ne!(said.contains("nothing counts as attached"), is_taken, "{said}");
                // This registry keeps what it says to refuse.
                if is_taken || part == "blobs/uploads" {
                    let status = if is_taken { 0 } else { 10 };
                    assert_eq!(world.status(&with(&VERIFY, &[&image])), Some(status));
                }
            }
        }
    }
}

#[test]
fn what_the_registry_does_not_say_is_not_known() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let image = registry.tagged();
    registry.running.fail(|asked| {
        let is_it = matches!(asked.method.as_str(), "PUT" | "HEAD");
        (is_it && asked.path().contains("manifests")).then_some(Fault::HangUp)
    });
    let output = world.run(&with(&SIGN, &[&image]));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("it may be attached, or not"), "{}", said(&output));
    assert!(!said(&output).contains("Signed"));
}

#[test]
fn what_is_not_there_is_not_signed() {
    let (registry, world) = (Registry::new(true), World::with_key());
    assert_eq!(world.status(&with(&SIGN, &[&registry.at(":2.0")])), Some(1));
    assert_eq!(world.status(&with(&SIGN, &["oci:somewhere"])), Some(2));
    assert_eq!(world.status(&with(&SIGN, &["NoName"])), Some(2));
}

#[test]
fn signing_at_once_loses_no_signature() {
    let (registry, world) = (Registry::new(false), World::with_key());
    let image = registry.tagged();
    for form in [&[][..], &[OLDER]] {
        std::thread::scope(|scope| {
            for claim in ["n=1", "n=2", "n=3", "n=4"] {
                let (world, image) = (&world, &image);
                let sign = with(&with(&SIGN, form), &["-a", claim, image]);
                scope.spawn(move || assert_eq!(world.status(&sign), Some(0)));
            }
        });
    }
    let output = world.run(&with(&VERIFY, &[&image]));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed.as_array().unwrap().len(), 8, "{printed}");
}

#[test]
fn one_file_is_not_for_the_signatures_of_several() {
    let (registry, world) = (Registry::new(true), World::with_key());
    let index = registry.at(":index");
    let image = registry.tagged();
    for arguments in
        [&["--bundle", "b.json", &image, &index][..], &["-r", "--bundle", "b.json", &index]]
    {
        let output = world.run(&with(&SIGN, arguments));
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("one file is named"), "{}", said(&output));
    }
    assert_eq!(world.status(&with(&VERIFY, &[&index])), Some(10));
    let output = ["--output-payload", "p.json", "--output-certificate", "none.pem", &image];
    assert_eq!(world.status(&with(&SIGN, &output)), Some(0));
    assert!(world.read("p.json").contains("https://sigstore.dev/cosign/sign/v1"));
}

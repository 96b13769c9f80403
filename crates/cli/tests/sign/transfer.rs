//! Images that move with what is attached to them.

use std::fs;

use sealift_tests::instance::Layout;
use sealift_tests::registry::{Options, TestRegistry};

use crate::world::{World, said, with};

const KEY: [&str; 3] = ["--key", "cosign.key", "--tlog-upload=false"];
const CHECK: [&str; 3] = ["--key", "cosign.pub", "--insecure-ignore-tlog"];

/// A registry with an index, which is signed in both forms, and one of its images; all are attested.
fn signed(referrers: bool) -> (TestRegistry, World, String) {
    let mut layout = Layout::default();
    let children = [layout.image(&[b"for amd64"]), layout.image(&[b"for arm64"])];
    let index = layout.multi_platform(&[("amd64", &children[0]), ("arm64", &children[1])]);
    layout.tag("1.0", &index);
    let registry = TestRegistry::start(Options { referrers, ..Options::default() });
    registry.put_layout(&layout, "app");
    let (world, image) = (World::with_key(), format!("{}/app:1.0", registry.host()));
    fs::write(world.0.path().join("p.json"), "{}").unwrap();
    for form in [&[][..], &["--new-bundle-format=false"]] {
        succeeds(&world, &with(&with(&["sign", &image], &KEY), form));
        let attest = ["attest", "--type", "https://example.com/p", "--predicate", "p.json", &image];
        succeeds(&world, &with(&with(&attest, &KEY), form));
    }
    (registry, world, image)
}

fn succeeds(world: &World, arguments: &[&str]) {
    let output = world.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
}

/// How many signatures and attestations count.
fn counts(world: &World, image: &str) -> [Option<usize>; 2] {
    let verify = with(&["verify", "-o", "text", image], &CHECK);
    let attested = ["verify-attestation", "--type", "https://example.com/p", image];
    [verify, with(&attested, &CHECK)].map(|arguments| {
        let output = world.run(&arguments);
        let lines = String::from_utf8(output.stdout).unwrap().lines().count();
        (output.status.code() == Some(0)).then_some(lines)
    })
}

#[test]
fn a_copy_has_all_that_the_original_has() {
    for referrers in [true, false] {
        let (_registry, world, image) = signed(referrers);
        let other = TestRegistry::start(Options { referrers: !referrers, ..Options::default() });
        let to = |name: &str| format!("{}/{name}", other.host());
        succeeds(&world, &["copy", &image, &to("all:1.0")]);
        assert_eq!(counts(&world, &to("all:1.0")), [Some(2), Some(2)]);
        succeeds(&world, &with(&["verify", "--check-content", &to("all:1.0")], &CHECK));
        succeeds(&world, &["copy", "--sig-only", &image, &to("all:2.0")]);
        assert_eq!(counts(&world, &image), [Some(2), Some(2)]);
        // Signatures alone move no tag, and make none.
        assert_eq!(world.status(&["tree", &to("all:2.0")]), Some(1));
    }
}

#[test]
fn of_an_index_the_image_for_a_platform_is_copied_alone() {
    let (registry, world, image) = signed(true);
    let to = format!("{}/one:1.0", registry.host());
    let copied = |platform: &[&str]| {
        let output = world.run(&with(&["copy", "--force", &image, &to], platform));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output).split_whitespace().next().unwrap().to_owned()
    };
    let index = copied(&[]);
    let one = copied(&["--platform", "linux/amd64"]);
    assert_ne!(index, one);
    assert_eq!(world.status(&with(&["verify", &to], &CHECK)), Some(10));
    assert_eq!(world.status(&["copy", "--platform", "linux/s390x", &image, &to]), Some(2));
}

#[test]
fn a_newer_attestation_takes_the_place_of_those_of_its_type() {
    for referrers in [true, false] {
        for form in ["--new-bundle-format=true", "--new-bundle-format=false"] {
            let (_registry, world, image) = signed(referrers);
            let other = [
                "attest",
                "--type",
                "https://example.com/q",
                "--predicate",
                "p.json",
                form,
                &image,
            ];
            succeeds(&world, &with(&other, &KEY));
            let newer = [
                "attest",
                "--type",
                "https://example.com/p",
                "--predicate",
                "p.json",
                form,
                &image,
            ];
            succeeds(&world, &with(&newer, &KEY));
            assert_eq!(counts(&world, &image), [Some(2), Some(3)]);
            succeeds(&world, &with(&with(&newer, &["--replace"]), &KEY));
            assert_eq!(counts(&world, &image), [Some(2), Some(2)]);
            let kept = ["verify-attestation", "--type", "https://example.com/q", &image];
            assert_eq!(world.status(&with(&kept, &CHECK)), Some(0));
        }
    }
}

#[test]
fn what_is_saved_is_verified_and_loaded_again() {
    let (_registry, world, image) = signed(true);
    succeeds(&world, &["save", "--dir", "saved", &image]);
    assert_eq!(counts(&world, "oci:saved"), [Some(2), Some(2)]);
    assert_eq!(world.status(&["save", "--dir", "saved", &image]), Some(2));
    let other = TestRegistry::start(Options::default());
    let to = format!("{}/loaded:1.0", other.host());
    succeeds(&world, &["load", "--dir", "saved", &to]);
    assert_eq!(counts(&world, &to), [Some(2), Some(2)]);
    assert_eq!(world.status(&["load", "--dir", "elsewhere", &to]), Some(2));
}

#[test]
fn what_is_attached_is_taken_away_by_its_kind() {
    for referrers in [true, false] {
        let (_registry, world, image) = signed(referrers);
        assert_eq!(world.status(&["clean", &image]), Some(2));
        assert_eq!(world.status(&["clean", "--type", "all", &image]), Some(2));
        assert_eq!(counts(&world, &image), [Some(2), Some(2)]);
        succeeds(&world, &["clean", "--force", "--type", "signature", &image]);
        assert_eq!(counts(&world, &image), [None, Some(2)]);
        succeeds(&world, &["clean", "--force", "--type", "all", &image]);
        assert_eq!(counts(&world, &image), [None, None]);
    }
}

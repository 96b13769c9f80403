//! `COSIGN_REPOSITORY`: signatures in another repository than the image's.

use std::fs;

use sealift_tests::instance::{Layout, digest};
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::Value;

use crate::world::{World, said, with};

const KEY: [&str; 3] = ["--key", "cosign.key", "--tlog-upload=false"];
const CHECK: [&str; 3] = ["--key", "cosign.pub", "--insecure-ignore-tlog"];
const KIND: [&str; 2] = ["--type", "https://example.com/p"];

struct Elsewhere {
    world: World,
    registry: TestRegistry,
    other: TestRegistry,
    image: String,
    digest: String,
}

impl Elsewhere {
    fn new(referrers: bool) -> Self {
        let mut layout = Layout::default();
        let image = layout.image(&[b"one layer"]);
        layout.tag("1.0", &image);
        let start = |referrers| TestRegistry::start(Options { referrers, ..Options::default() });
        let (registry, other) = (start(true), start(referrers));
        registry.put_layout(&layout, "app");
        let world = World::with_key();
        fs::write(world.0.path().join("p.json"), "{}").unwrap();
        let digest = format!("sha256:{}", digest(&image));
        let image = format!("{}/app:1.0", registry.host());
        Self { world, registry, other, image, digest }
    }

    /// The status of a run with signatures in the other registry, and what it prints.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let place = format!("{}/team/signatures", self.other.host());
        let variables = [("COSIGN_PASSWORD", "secret"), ("COSIGN_REPOSITORY", &place)];
        let output = self.world.run_with(arguments, &variables);
        eprintln!("{arguments:?}: {}", said(&output));
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    fn status(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).0
    }
}

#[test]
fn signatures_are_made_and_found_in_the_other_repository() {
    for (referrers, form) in [
        (true, "--new-bundle-format=true"),
        (false, "--new-bundle-format=true"),
        (true, "--new-bundle-format=false"),
    ] {
        let there = Elsewhere::new(referrers);
        let image = there.image.as_str();
        assert_eq!(there.status(&with(&["sign", image, form], &KEY)), 0);
        let attest = with(&["attest", image, form, "--predicate", "p.json"], &KIND);
        assert_eq!(there.status(&with(&attest, &KEY)), 0);
        let verify = with(&["verify", image, "--check-content"], &CHECK);
        let attested = with(&with(&["verify-attestation", image], &KIND), &CHECK);
        for (arguments, unsigned) in [(&verify, 10), (&attested, 1)] {
            assert_eq!(there.status(arguments), 0, "{arguments:?}");
            // Beside the image there is nothing.
            assert_eq!(there.world.status(arguments), Some(unsigned), "{arguments:?}");
        }
        let pushed = there.registry.asked();
        assert!(pushed.iter().all(|asked| matches!(asked.method.as_str(), "GET" | "HEAD")));
        let (status, tree) = there.run(&["tree", image]);
        assert!(status == 0 && tree.lines().count() > 2, "{tree}");
        let (_, signature) = there.run(&["download", "signature", image]);
        assert!(serde_json::from_str::<Value>(&signature).is_ok(), "{signature}");
        assert_eq!(there.status(&["download", "attestation", image]), 0);
        // A copy has them beside it.
        let copy = format!("{}/copy:1.0", there.registry.host());
        assert_eq!(there.status(&["copy", image, &copy]), 0);
        assert_eq!(there.world.status(&with(&["verify", &copy], &CHECK)), Some(0));
        assert_eq!(there.status(&["clean", "--force", "--type", "all", image]), 0);
        assert_eq!(there.status(&verify), 10);
    }
}

#[test]
fn the_place_is_that_of_the_other_repository() {
    let there = Elsewhere::new(true);
    let tag = there.digest.replace(':', "-");
    let place = format!("{}/team/signatures:{tag}", there.other.host());
    for (kind, expected) in [
        ("signature", format!("{place}.sig\n")),
        ("attestation", format!("{place}.att\n")),
        ("digest", format!("{}/app@{}\n", there.registry.host(), there.digest)),
    ] {
        assert_eq!(there.run(&["triangulate", "--type", kind, &there.image]).1, expected);
    }
    let variables = [("COSIGN_REPOSITORY", "registry.example/signatures:tag")];
    let verify = with(&["verify", &there.image], &CHECK);
    let output = there.world.run_with(&verify, &variables);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("without a tag"), "{}", said(&output));
}

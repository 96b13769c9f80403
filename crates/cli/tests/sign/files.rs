//! Keys, and signatures of files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sealift_tests::instance::LogKind;
use sealift_tests::signing_services::{Fault, Part};
use serde_json::Value;

use crate::world::{ADA, SERVED, SigningWorld, World, said, with};

const SIGN: [&str; 4] = ["sign-blob", "--key", "cosign.key", "--tlog-upload=false"];
const VERIFY: [&str; 4] = ["verify-blob", "--key", "cosign.pub", "--insecure-ignore-tlog"];

#[test]
fn a_key_pair_is_made_and_not_overwritten() {
    let world = World::with_key();
    let secret = world.read("cosign.key");
    assert!(secret.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    let mode = fs::metadata(world.0.path().join("cosign.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let output = world.run(&["public-key", "--key", "cosign.key"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), world.read("cosign.pub"));

    let refused = world.run(&["generate-key-pair"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("cosign.key: it is there already"), "{}", said(&refused));
    assert_eq!(world.read("cosign.key"), secret);
    assert_eq!(world.status(&["generate-key-pair", "--yes"]), Some(0));
    assert_ne!(world.read("cosign.key"), secret);
}

#[test]
fn passwords_come_from_files_and_variables() {
    let world = World::with_key();
    let sign = with(&SIGN, &["file"]);
    let by_file = with(&sign, &["--password-file", "password"]);
    for (arguments, variables, status) in [
        (&sign, &[("COSIGN_PASSWORD", "secret")][..], 0),
        (&sign, &[("SEALIFT_PASSWORD", "secret"), ("COSIGN_PASSWORD", "wrong")], 0),
        (&sign, &[("COSIGN_PASSWORD", "wrong")], 2),
        (&sign, &[("COSIGN_PASSWORD", "")], 2),
        (&sign, &[], 2),
        (&by_file, &[], 0),
        (&by_file, &[("COSIGN_PASSWORD", "wrong")], 0),
    ] {
        let output = world.run_with(arguments, variables);
        assert_eq!(output.status.code(), Some(status), "{variables:?}: {}", said(&output));
        assert!(!said(&output).contains("secret"));
    }
    let nothing = world.run_with(&sign, &[]);
    assert!(said(&nothing).contains("no password is given"), "{}", said(&nothing));
    let wrong = world.run_with(&sign, &[("COSIGN_PASSWORD", "wrong")]);
    assert!(said(&wrong).contains("wrong password"), "{}", said(&wrong));
}

#[test]
fn every_kind_of_key_signs_a_file() {
    let world = World::new();
    for algorithm in [
        "ecdsa-sha2-256-nistp256",
        "ecdsa-sha2-384-nistp384",
        "ecdsa-sha2-512-nistp521",
        "ed25519",
        "rsa-sign-pkcs1-2048-sha256",
    ] {
        let make = ["generate-key-pair", "--yes", "--signing-algorithm", algorithm];
        assert_eq!(world.status(&make), Some(0), "{algorithm}");
        let bundle = ["--bundle", "bundle.json"];
        let signed = world.run(&with(&with(&SIGN, &bundle), &["file"]));
        assert_eq!(signed.status.code(), Some(0), "{}", said(&signed));
        assert!(signed.stdout.is_empty(), "the bundle has the signature");
        let alone = ["--output-signature", "signature"];
        assert_eq!(world.status(&with(&with(&SIGN, &alone), &["file"])), Some(0));
        for how in [bundle, ["--signature", "signature"]] {
            let verify = with(&VERIFY, &how);
            assert_eq!(world.status(&with(&verify, &["file"])), Some(0), "{algorithm} {how:?}");
            assert_eq!(world.status(&with(&verify, &["other"])), Some(1), "{algorithm} {how:?}");
        }
    }
}

#[test]
fn a_predicate_is_attested() {
    let world = World::with_key();
    fs::write(world.0.path().join("p.json"), r#"{"b":1,"a":[true]}"#).unwrap();
    let attest = ["attest-blob", "--key", "cosign.key", "--tlog-upload=false", "file"];
    let kind = ["--type", "https://example.com/p"];
    let what = ["--predicate", "p.json", "--bundle", "b.json", "--output-attestation", "s.json"];
    let output = world.run(&with(&with(&attest, &kind), &what));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let statement: Value = serde_json::from_str(&world.read("s.json")).unwrap();
    let told = |pointer| statement.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(told("/_type"), "https://in-toto.io/Statement/v1");
    assert_eq!(told("/subject/0/name"), "file");
    assert_eq!(told("/predicate/b"), 1);
    let verify = ["verify-blob-attestation", "--key", "cosign.pub", "--insecure-ignore-tlog"];
    let verify = with(&verify, &["--bundle", "b.json"]);
    assert_eq!(world.status(&with(&with(&verify, &kind), &["file"])), Some(0));
    assert_eq!(world.status(&with(&with(&verify, &kind), &["other"])), Some(1));
    assert_eq!(world.status(&with(&verify, &["--type", "vuln", "file"])), Some(1));
}

#[test]
fn a_build_is_attested_from_its_environment() {
    let world = World::with_key();
    let attest = ["attest-blob", "--key", "cosign.key", "--tlog-upload=false", "file"];
    let attest = with(&attest, &["--from-ci", "--output-attestation", "s.json"]);
    let outside = world.run(&attest);
    assert_eq!(outside.status.code(), Some(2));
    assert!(said(&outside).contains("no job of GitHub Actions or GitLab CI"), "{}", said(&outside));
    let job = [
        ("COSIGN_PASSWORD", "secret"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "o/r"),
        ("GITHUB_WORKFLOW_REF", "o/r/.github/workflows/a.yml@refs/heads/main"),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
        ("GITHUB_RUN_ID", "7"),
        ("GITHUB_RUN_ATTEMPT", "1"),
    ];
    let output = world.run_with(&attest, &job);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let statement: Value = serde_json::from_str(&world.read("s.json")).unwrap();
    assert_eq!(statement.get("predicateType").unwrap(), "https://slsa.dev/provenance/v1");
}

#[test]
fn an_identity_signs_and_is_verified() {
    for log in [LogKind::Rekor1, LogKind::Rekor2Ed25519] {
        let signing = SigningWorld::new(log, None);
        let world = &signing.world;
        let sign = with(&["sign-blob", "--yes", "--bundle", "b.json", "file"], &SERVED);
        let github = format!("{}/token?", signing.running.url());
        let ambient = [
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hidden"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &github),
        ];
        for (more, variables) in [
            (&["--identity-token", "token"][..], &[][..]),
            (&["--identity-token", &signing.token], &[]),
            (&[], &[("SIGSTORE_ID_TOKEN", signing.token.as_str()), ("COSIGN_EXPERIMENTAL", "1")]),
            (&[], &ambient),
        ] {
            let output = world.run_with(&with(&sign, more), variables);
            assert_eq!(output.status.code(), Some(0), "{log:?} {more:?}: {}", said(&output));
            assert!(!said(&output).contains(&signing.token));
            let verify = with(&["verify-blob", "--bundle", "b.json"], &ADA);
            let verify = with(&verify, &["--use-signed-timestamps"]);
            let verified = world.run(&with(&verify, &["file"]));
            assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
            assert_eq!(world.status(&with(&verify, &["other"])), Some(1));
            fs::remove_file(world.0.path().join("b.json")).unwrap();
        }
    }
}

#[test]
fn an_identity_attests_in_files() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    fs::write(world.0.path().join("p.json"), "{}").unwrap();
    let attest = ["attest-blob", "--yes", "--identity-token", "token", "--predicate", "p.json"];
    let out = ["--output-signature", "e.json", "--output-certificate", "cert.pem", "file"];
    let attested = world.run(&with(&with(&attest, &out), &SERVED));
    assert_eq!(attested.status.code(), Some(0), "{}", said(&attested));
    let verify = ["verify-blob-attestation", "--signature", "e.json", "--certificate", "cert.pem"];
    let verify = with(&with(&verify, &ADA), &["--insecure-ignore-tlog", "file"]);
    let verified = world.run(&verify);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
}

#[test]
fn the_certificate_of_an_attestation_is_written() {
    let SigningWorld { world, running: _services, .. } = SigningWorld::new(LogKind::Rekor1, None);
    fs::write(world.0.path().join("p.json"), "{}").unwrap();
    let attest = ["attest-blob", "--identity-token", "token", "--yes", "--predicate", "p.json"];
    let files = ["--bundle", "a.json", "--output-certificate", "a.pem", "file"];
    let output = world.run(&with(&with(&attest, &files), &SERVED));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(world.read("a.pem").starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn a_key_is_entered_into_the_log() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    let sign = ["sign-blob", "--key", "cosign.key", "--bundle", "b.json", "file"];
    let output = world.run(&with(&sign, &SERVED));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let verify = ["verify-blob", "--key", "cosign.pub", "--bundle", "b.json", "file"];
    assert_eq!(world.status(&with(&verify, &["--trusted-root", "root.json"])), Some(0));
    // Without a trusted root, and a folder where one might be kept, nobody is asked.
    let unknown = world.run(&with(&sign, &["--rekor-url", "https://rekor.example"]));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(said(&unknown).contains("--trusted-root"), "{}", said(&unknown));
}

#[test]
fn nothing_is_written_that_nobody_vouches_for() {
    for (fault, what) in [
        (Fault::Down(Part::Log), "the transparency log cannot be asked"),
        (Fault::Refusal(Part::Authority, 401), "refuses with status 401: not today"),
        (Fault::ForgedEntry, "does not verify"),
    ] {
        let signing = SigningWorld::new(LogKind::Rekor1, Some(fault));
        let world = &signing.world;
        let sign = with(&["sign-blob", "--yes", "--bundle", "b.json", "file"], &SERVED);
        let output = world.run(&with(&sign, &["--identity-token", "token"]));
        assert_eq!(output.status.code(), Some(2), "{fault:?}");
        assert!(said(&output).contains(what), "{fault:?}: {}", said(&output));
        assert!(output.stdout.is_empty() && !world.0.path().join("b.json").exists());
        assert!(!said(&output).contains(&signing.token));
    }
}

#[test]
fn what_becomes_public_is_agreed_to() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let sign = with(&["sign-blob", "--identity-token", "token", "file"], &SERVED);
    let output = signing.world.run(&sign);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("agree with --yes"), "{}", said(&output));
    assert!(signing.running.asked().is_empty());
    let nobody = signing.world.run(&with(&["sign-blob", "--yes", "file"], &SERVED));
    assert!(said(&nobody).contains("no identity token"), "{}", said(&nobody));
}

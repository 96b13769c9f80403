//! The verbs that make keys and signatures, from outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a file to sign.
struct World(TempDir);

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "what is signed").unwrap();
        fs::write(folder.path().join("other"), "something else").unwrap();
        fs::write(folder.path().join("password"), "secret\n").unwrap();
        Self(folder)
    }

    fn with_key() -> Self {
        let world = Self::new();
        assert_eq!(world.status(&["generate-key-pair"]), Some(0));
        world
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).env_clear().envs(variables.iter().copied());
        command.current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[("COSIGN_PASSWORD", "secret")])
    }

    fn status(&self, arguments: &[&str]) -> Option<i32> {
        self.run(arguments).status.code()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

const SIGN: [&str; 4] = ["sign-blob", "--key", "cosign.key", "--tlog-upload=false"];
const VERIFY: [&str; 4] = ["verify-blob", "--key", "cosign.pub", "--insecure-ignore-tlog"];

fn with<'a>(start: &[&'a str], rest: &[&'a str]) -> Vec<&'a str> {
    [start, rest].concat()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

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
        fs::write(world.0.path().join("signature"), signed.stdout).unwrap();
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

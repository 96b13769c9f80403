//! The steps of `action.yml`: one scans and decides, one signs.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use sealift_tests::instance::{Layout, LogKind, digest};
use sealift_tests::registry::{Options, TestRegistry};
use sealift_tests::{on_path, project};

use crate::world::{ADA, SigningWorld, said, with};

#[test]
fn the_action_signs_what_has_passed_by_its_digest() {
    let mut layout = Layout::default();
    let image = layout.image(&[b"one layer"]);
    layout.tag("1.0", &image);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "app");
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let folder = signing.world.0.path();
    let sign = |name: &str, digest: &str| {
        let own = Path::new(env!("CARGO_BIN_EXE_sealift")).parent().unwrap();
        let mut command = Command::new("/bin/bash");
        command.arg(project().join("examples/action/sign.sh")).env_clear().current_dir(folder);
        command.env("PATH", format!("{}:/usr/bin:/bin", own.display()));
        command.env("INPUT_IMAGE_REF", name).env("PASSED", digest);
        command.env("COSIGN_SIGNING_CONFIG", "config.json").env("COSIGN_TRUSTED_ROOT", "root.json");
        command.env("COSIGN_IDENTITY_TOKEN", "token");
        command.stdin(Stdio::null()).output().unwrap()
    };
    let name = format!("{}/app", registry.host());
    assert_eq!(sign(&name, "").status.code(), Some(2));
    let digest = format!("sha256:{}", digest(&image));
    for written in [format!("{name}:1.0"), format!("{name}@{digest}"), name.clone()] {
        let output = sign(&written, &digest);
        assert!(output.status.success(), "{written}: {}", said(&output));
        assert!(said(&output).contains(&format!("Signed {name}@{digest}")), "{}", said(&output));
    }
    let verified = signing.world.run(&with(&["verify", &format!("{name}:1.0")], &ADA));
    assert!(verified.status.success(), "{}", said(&verified));
}

/// Stands in for the command: notes how it was called, and reports what the variable `FINDINGS` says
/// of an image that the registry has under that tag.
const COMMAND: &str = r#"#!/bin/bash
printf '%s\n' "$*" >>calls
status=0
for word in "$@"; do
    case $word in
        --output=*) printf '{"Metadata":{"ManifestDigest":"sha256:aa"},"Results":[]}' >"${word#*=}" ;;
        --exit-code=0) ;;
        --exit-code=*) status=$FINDINGS ;;
    esac
done
echo 'taken from the registry r.example' >&2
exit "$status"
"#;

/// What the step that scans says to the steps after it, and how it called the command.
fn scan(inputs: &[(&str, &str)], findings: &str) -> (Option<i32>, String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let command = place.join("sealift");
    std::fs::write(&command, COMMAND).unwrap();
    std::fs::set_permissions(&command, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut step = Command::new("/bin/bash");
    step.arg(project().join("examples/action/scan.sh")).env_clear().current_dir(place);
    step.env("PATH", format!("{}:/usr/bin:/bin", place.display())).env("FINDINGS", findings);
    step.env("GITHUB_OUTPUT", place.join("outputs")).env("GITHUB_STEP_SUMMARY", "summary");
    for (name, value) in inputs {
        step.env(format!("INPUT_{name}"), value);
    }
    let output = step.stdin(Stdio::null()).output().unwrap();
    let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap_or_default();
    let calls = read("calls").lines().map(str::to_owned).collect();
    // What is for GitHub stands on stdout.
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    (output.status.code(), read("outputs") + &told, calls)
}

#[test]
fn the_action_asks_for_a_tag_once_and_signs_what_it_has_let_pass() {
    if on_path("jq").is_none() {
        eprintln!("skipped: no jq");
        return;
    }
    let image = [("IMAGE_REF", "r.example:5000/app:1.0"), ("EXIT_CODE", "1"), ("SIGN", "true")];
    for (findings, passed) in [("0", "passed=sha256:aa\n"), ("1", "passed=\n"), ("3", "passed=\n")]
    {
        let (status, told, calls) = scan(&image, findings);
        assert_eq!(status.map(|status| status.to_string()).as_deref(), Some(findings), "{told}");
        assert!(told.contains(passed) && told.contains("digest=sha256:aa\n"), "{told}");
        let [first, others @ ..] = calls.as_slice() else { panic!("{told}") };
        assert!(first.ends_with("--exit-code=1 -- r.example:5000/app:1.0"), "{first}");
        assert!(calls.iter().all(|call| call.contains("--image-src=remote")), "{calls:?}");
        assert_eq!(others.len(), 2, "{calls:?}");
        for call in others {
            assert!(call.ends_with(" -- r.example:5000/app:1.0@sha256:aa"), "{call}");
            assert!(call.contains(" --exit-code=0 "), "{call}");
        }
    }
}

/// The words are those of Go's ParseBool, which Trivy reads its flags by.
#[test]
fn truth_is_said_in_the_words_of_trivy() {
    if on_path("jq").is_none() {
        eprintln!("skipped: no jq");
        return;
    }
    let image = [("IMAGE_REF", "r.example/app:1.0"), ("EXIT_CODE", "1")];
    let given = |name, word| scan(&[&image[..], &[(name, word)]].concat(), "0");
    let truths = ["true", "True", "TRUE", "t", "T", "1"].map(|word| (word, true));
    let written = |name: &str| name.to_lowercase().replace('_', "-");
    let others = ["false", "False", "FALSE", "f", "F", "0", ""].map(|word| (word, false));
    for (word, is_true) in truths.into_iter().chain(others) {
        for name in ["IGNORE_UNFIXED", "OFFLINE", "LIST_ALL_PKGS"] {
            let (_, told, calls) = given(name, word);
            let call = calls.first().unwrap_or_else(|| panic!("{name} {word}: {told}"));
            assert_eq!(call.contains(&format!(" --{} ", written(name))), is_true, "{word}: {call}");
        }
        // The step that signs runs when the step that scans has read so.
        let (_, told, calls) = given("SIGN", word);
        assert_eq!(told.contains("\nsign=true\n"), is_true, "{word}: {told}");
        assert_eq!(calls[0].contains("--image-src=remote"), is_true, "{word}: {calls:?}");
        let (_, _, calls) = given("SUMMARY", word);
        assert_eq!(calls.len(), if is_true || word.is_empty() { 3 } else { 2 }, "{word}");
    }
    for name in ["IGNORE_UNFIXED", "OFFLINE", "LIST_ALL_PKGS", "SIGN", "SUMMARY"] {
        let (status, told, calls) = given(name, "yes");
        assert_eq!((status, calls.len()), (Some(2), 0), "{name}");
        let said = format!("the input {} is neither true nor false: yes", written(name));
        assert!(told.contains(&said), "{told}");
    }
    let action = std::fs::read_to_string(project().join("action.yml")).unwrap();
    assert!(action.contains("if: steps.scan.outputs.sign == 'true'"));
}

#[test]
fn the_action_signs_nothing_without_a_gate() {
    for code in ["", "0"] {
        for word in ["true", "True", "T"] {
            let image = [("IMAGE_REF", "r.example/app"), ("EXIT_CODE", code), ("SIGN", word)];
            let (status, told, calls) = scan(&image, "0");
            assert_eq!((status, calls.len()), (Some(2), 0), "{told}");
            assert!(told.contains("sign needs a gate"), "{told}");
        }
    }
    for image in
        ["oci:images:1.0", "oci-archive:a.tar", "docker-archive:a.tar", "./images", "/images"]
            .into_iter()
            .chain(["docker-daemon:app:1.0", "podman:app"])
    {
        let inputs = [("IMAGE_REF", image), ("EXIT_CODE", "1"), ("SIGN", "true")];
        let (status, told, calls) = scan(&inputs, "0");
        assert_eq!((status, calls.len()), (Some(2), 0), "{told}");
        assert!(told.contains("only an image of a registry") && told.contains(image), "{told}");
    }
    let folder = [("SCAN_TYPE", "fs"), ("SCAN_REF", "."), ("EXIT_CODE", "1"), ("SIGN", "true")];
    let (status, told, calls) = scan(&folder, "0");
    assert_eq!((status, calls.len()), (Some(2), 0), "{told}");
    assert!(told.contains("only an image of a registry"), "{told}");
}

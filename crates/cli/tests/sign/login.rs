//! Identity tokens: by a person's login, and from machines.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Instant;

use sealift_tests::instance::LogKind;

use crate::world::{ADA, SERVED, SigningWorld, said, with};

const SIGN: [&str; 5] = ["sign-blob", "--yes", "--bundle", "b.json", "file"];

fn verifies(signing: &SigningWorld) {
    let verify = with(&["verify-blob", "--bundle", "b.json", "file"], &ADA);
    assert_eq!(signing.world.status(&verify), Some(0));
    std::fs::remove_file(signing.world.0.path().join("b.json")).unwrap();
}

/// What a browser does with a URL of loopback: asks, and says where it is sent.
fn open(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    (answer.clone(), location.unwrap_or_default().to_owned())
}

#[test]
fn a_person_logs_in_with_a_browser() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let named = format!("http://localhost:{port}/back");
    let any = "http://localhost:0/auth/callback".to_owned();
    for (is_right, redirect) in [(false, &any), (true, &any), (true, &named)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(SIGN).args(SERVED).args(["--fulcio-auth-flow", "normal"]);
        command.args(["--oidc-redirect-url", redirect]);
        command.env_clear().current_dir(signing.world.0.path());
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("http"));
        let (_, back) = open(&url.unwrap());
        assert!(back.starts_with("http://localhost:"), "{back}");
        assert!(*redirect == any || back.starts_with(&named), "{back}");
        // Others on the machine cannot answer for the browser.
        let (forged, _) = open(&back.replace("state=", "state=0"));
        assert!(forged.starts_with("HTTP/1.1 404"), "{forged}");
        let back = match is_right {
            true => back,
            false => back.replace("code=", "error=access_denied&ignored="),
        };
        let (answer, _) = open(&back);
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        let status = child.wait().unwrap().code();
        if is_right {
            assert_eq!(status, Some(0), "{rest:?}");
            assert!(answer.contains("You are logged in"), "{answer}");
            assert!(rest.iter().any(|line| line == "Signing as ada@sealift.test"), "{rest:?}");
            verifies(&signing);
        } else {
            assert_eq!(status, Some(2), "{rest:?}");
            assert!(rest.iter().any(|line| line.contains("access_denied")), "{rest:?}");
        }
    }
}

#[test]
fn a_person_logs_in_on_another_device() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let sign = with(&with(&SIGN, &SERVED), &["--fulcio-auth-flow", "device"]);
    let start = Instant::now();
    let output = signing.world.run(&sign);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("with the code ABCD-EFGH"), "{}", said(&output));
    // It asked twice, a second apart, for the first time nobody had logged in yet.
    assert!(start.elapsed().as_secs() >= 2);
    verifies(&signing);
    let other = format!("{}/other", signing.running.url());
    let nowhere = with(&sign, &["--oidc-issuer", &other]);
    let output = signing.world.run(&nowhere);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("status 404"), "{}", said(&output));
    // Without a terminal nobody is asked unless it is said.
    let silent = signing.world.run(&with(&SIGN, &SERVED));
    assert_eq!(silent.status.code(), Some(2));
    assert!(said(&silent).contains("--fulcio-auth-flow"), "{}", said(&silent));
}

#[test]
fn machines_have_tokens_of_their_own() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let host = signing.running.url().replace("http://", "");
    let endpoint = signing.running.url();
    let agent = [
        ("BUILDKITE_AGENT_ACCESS_TOKEN", "hidden"),
        ("BUILDKITE_JOB_ID", "7"),
        ("BUILDKITE_AGENT_ENDPOINT", endpoint.as_str()),
    ];
    let metadata = [("GCE_METADATA_HOST", host.as_str())];
    let sign = with(&SIGN, &SERVED);
    for (more, variables) in [
        (&["--oidc-provider", "google"][..], &metadata[..]),
        (&["--oidc-provider", "buildkite-agent"], &agent),
        (&[], &agent),
    ] {
        let output = signing.world.run_with(&with(&sign, more), variables);
        assert_eq!(output.status.code(), Some(0), "{more:?}: {}", said(&output));
        assert!(!said(&output).contains("hidden"));
        verifies(&signing);
    }
    let wrong = [agent[1], agent[2], ("BUILDKITE_AGENT_ACCESS_TOKEN", "other")];
    let output = signing.world.run_with(&sign, &wrong);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("status 401"), "{}", said(&output));
}

//! The servers as processes: killed, told to end, asked by somebody else's client.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use sealift::http::{Body, Client, Config, Method, Request, Url};
use sealift_model::Digest;
use sealift_tests::instance::Layout;
use sealift_tests::project;
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::{Value, json};

/// A server that runs, and what it says.
struct Running {
    child: Child,
    said: BufReader<ChildStderr>,
    address: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).args(["--listen", "127.0.0.1:0", "--insecure-http"]);
        command.args(["--cache-dir", "cache"]).env_clear().current_dir(folder);
        let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, said, address: String::new() };
        while running.address.is_empty() {
            let mut line = String::new();
            assert_ne!(running.said.read_line(&mut line).unwrap(), 0, "it has ended");
            let told: Value = serde_json::from_str(&line).unwrap();
            let address = told["address"].as_str().filter(|_| told["message"] == "listening");
            running.address = address.unwrap_or_default().to_owned();
        }
        running
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        assert!(kill.args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits for its end; its status and what it said last.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }

    fn ask(&self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let mut config = Config::default();
        config.retry.attempts = 1;
        let client = Client::new(config).unwrap();
        let url: Url = format!("http://{}{path}", self.address).parse().unwrap();
        let request = Request::new(method, &url).header("content-type", "application/json");
        let request = request.body(Body::Bytes(body.as_bytes())).without_redirects();
        let response = client.send(request).unwrap();
        let status = response.status();
        let bytes = response.bytes(64 << 20).unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

/// A registry with the image of the quick start, and its advisories in a folder.
fn shop(folder: &Path) -> (TestRegistry, Digest) {
    let layout = Layout::read(&project().join("examples/image")).unwrap();
    let image = layout.index[0]["digest"].as_str().unwrap().parse().unwrap();
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "library/app");
    let mut build = Command::new(env!("CARGO_BIN_EXE_sealift"));
    build
        .args(["db", "build", "--output", "db", "--from"])
        .arg(project().join("examples/advisories"));
    assert!(build.current_dir(folder).stderr(Stdio::null()).status().unwrap().success());
    (registry, image)
}

#[test]
fn a_scanner_that_is_killed_loses_no_accepted_scan() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, image) = shop(folder.path());
    let serve = ["harbor", "serve", "--db", "db", "--state", "scans", "--workers", "1"];
    let running = Running::start(folder.path(), &serve);
    let request = json!({
        "registry": {"url": format!("http://{}", registry.host())},
        "artifact": {"repository": "library/app", "digest": image.to_string()},
    })
    .to_string();
    let ids: Vec<String> = (0..100)
        .map(|_| {
            let (status, answer) = running.ask(Method::Post, "/api/v1/scan", &request);
            assert_eq!(status, 202);
            answer["id"].as_str().unwrap().to_owned()
        })
        .collect();
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let is_done = |id: &String| folder.path().join(format!("scans/{id}.done")).exists();
    assert!(!ids.iter().all(is_done));
    let again = Running::start(folder.path(), &serve);
    for id in &ids {
        let path = format!("/api/v1/scan/{id}/report");
        let report = loop {
            match again.ask(Method::Get, &path, "") {
                (302, _) => std::thread::sleep(std::time::Duration::from_millis(50)),
                (status, report) => break (status, report),
            }
        };
        assert_eq!((report.0, &report.1["severity"]), (200, &json!("Critical")), "{id}");
    }
    again.signal("-TERM");
    let (status, said) = again.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("\"message\":\"ended\""), "{said}");
}

#[test]
fn the_webhook_takes_up_other_rules_when_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let rules = |registry: &str| {
        let text = format!("[admission]\nregistries = ['{registry}']\n");
        fs::write(folder.path().join("sealift.toml"), text).unwrap();
    };
    rules("a.example");
    let mut running = Running::start(folder.path(), &["admission", "serve", "--look-every", "1h"]);
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "1",
            "operation": "CREATE",
            "object": {"kind": "Pod", "spec": {"containers": [{"name": "c", "image": "b.example/x"}]}},
        },
    })
    .to_string();
    let allowed = |running: &Running| {
        let (status, answer) = running.ask(Method::Post, "/validate?timeout=10s", &review);
        assert_eq!(status, 200);
        answer["response"]["allowed"].as_bool().unwrap()
    };
    assert!(!allowed(&running));
    rules("b.example");
    running.signal("-HUP");
    loop {
        let mut line = String::new();
        assert_ne!(running.said.read_line(&mut line).unwrap(), 0);
        if line.contains("policies are loaded") {
            break;
        }
    }
    assert!(allowed(&running));
    running.signal("-INT");
    assert_eq!(running.end().0, Some(0));
}

/// From a key to a cluster's question, with nothing but the command.
#[test]
fn what_is_signed_by_the_command_is_admitted_by_the_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = Layout::read(&project().join("examples/image")).unwrap();
    let image: Digest = layout.index[0]["digest"].as_str().unwrap().parse().unwrap();
    let other = layout.image(&[b"nobody signs this"]);
    layout.tag("other", &other);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "your-org/app");
    let (signed, unsigned) =
        ["demo", "other"].map(|tag| format!("{}/your-org/app:{tag}", registry.host())).into();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).env_clear().env("COSIGN_PASSWORD", "secret");
        let output = command.current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    run(&["generate-key-pair"]);
    run(&["sign", &signed, "--key", "cosign.key", "--tlog-upload=false"]);
    let rules = "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n";
    fs::write(folder.path().join("sealift.toml"), rules).unwrap();
    let policy = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: ours}}\nspec:\n  rules:\n  \
         - name: place\n    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    validate:\n      \
         failureAction: Enforce\n      message: from our place\n      \
         pattern: {{spec: {{containers: [{{image: '{}/your-org/*'}}]}}}}\n",
        registry.host()
    );
    fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    let running = Running::start(folder.path(), &["admission", "serve", "--policy", "policy.yaml"]);
    let ask = |path: &str, image: &str, deployment: bool| {
        let pod = json!({"containers": [{"name": "c", "image": image}]});
        let object = match deployment {
            false => json!({"apiVersion": "v1", "kind": "Pod", "spec": pod}),
            true => json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "spec": {"template": {"spec": pod}},
            }),
        };
        let (group, version) = if deployment { ("apps", "v1") } else { ("", "v1") };
        let review = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "1",
                "kind": {"group": group, "version": version, "kind": object["kind"]},
                "namespace": "shop",
                "operation": "CREATE",
                "object": object,
            },
        });
        let (status, answer) = running.ask(Method::Post, path, &review.to_string());
        assert_eq!(status, 200);
        answer["response"].clone()
    };
    for is_deployment in [false, true] {
        let admitted = ask("/validate", &signed, is_deployment);
        assert_eq!(admitted["allowed"], true, "{admitted}");
        let refused = ask("/validate", &unsigned, is_deployment);
        let message = refused["status"]["message"].as_str().unwrap();
        assert!(message.contains("no signature by the key"), "{refused}");
        let elsewhere = ask("/validate", "docker.invalid/app", is_deployment);
        let message = elsewhere["status"]["message"].as_str().unwrap();
        assert!(message.contains("from our place"), "{elsewhere}");
    }
    let pinned = ask("/mutate", &signed, false);
    let patch = pinned["patch"].as_str().unwrap();
    let patch = String::from_utf8(sealift::verify::decode_base64(patch).unwrap()).unwrap();
    assert!(patch.contains(&format!("@{image}")), "{patch}");
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn what_a_server_cannot_do_is_said_before_it_listens() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.toml"), "[admission]\nregistriez = []\n").unwrap();
    fs::write(folder.path().join("scans.toml"), "[admission]\nfail-on = ['CRITICAL']\n").unwrap();
    for (arguments, says) in [
        (&["admission", "serve"][..], "no certificate"),
        (&["admission", "serve", "--tls-cert", "none", "--tls-key", "none"], "none"),
        (&["admission", "serve", "--insecure-http", "--policy-file", "bad.toml"], "registriez"),
        (&["admission", "serve", "--insecure-http", "--policy-file", "scans.toml"], "database"),
        (&["admission", "serve", "--insecure-http", "--policy", "none.yaml"], "none.yaml"),
        (&["harbor", "serve", "--insecure-http", "--listen", "192.0.2.1:1"], "192.0.2.1"),
        (&["harbor", "serve", "--insecure-http", "--state", "bad.toml/x"], "bad.toml"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).args(["--cache-dir", "cache"]).env_clear();
        let listens_elsewhere = arguments.contains(&"--listen");
        if !listens_elsewhere {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let output = command.current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says) && said.contains("hint: "), "{arguments:?}: {said}");
    }
}

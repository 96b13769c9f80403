//! A folder in which objects are reviewed.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct World {
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).env_clear().env("COSIGN_PASSWORD", "secret");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.current_dir(self.folder.path()).spawn().unwrap();
        // It may have ended without reading.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }

    pub(crate) fn review(&self, flags: &[&str], stdin: &str) -> Output {
        let start = ["admission", "review", "--cache-dir", "cache"];
        self.run(&[&start, flags].concat(), stdin)
    }
}

pub(crate) fn pod(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
        "spec": { "containers": [{ "name": "one", "image": image }] },
    })
}

pub(crate) fn asked(image: &str) -> String {
    let mut object = pod("web", image);
    object["metadata"]["namespace"] = "shop".into();
    let review = json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5", "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "resource": { "group": "", "version": "v1", "resource": "pods" },
            "namespace": "shop", "name": "web", "operation": "CREATE",
            "userInfo": { "username": "admin", "groups": ["system:masters"] },
            "object": object, "oldObject": null, "dryRun": false, "options": null,
        },
    });
    review.to_string()
}

#[track_caller]
pub(crate) fn status(output: &Output, expected: i32) {
    let told = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(expected), "{told}{said}");
}

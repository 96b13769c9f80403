//! `admission review`, from outside: the allow-list of registries against some workloads.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const POLICY: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: registries
spec:
  validationFailureAction: Enforce
  rules:
  - name: allowed
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      message: images come from ghcr.io/your-org
      pattern:
        spec:
          containers:
          - image: "ghcr.io/your-org/*"
          =(initContainers):
          - image: "ghcr.io/your-org/*"
"#;

struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.write("policies/registries.yaml", POLICY);
        world.write("policies/README.yaml", "a: note\n");
        world.write("good.yaml", &pod("good", "ghcr.io/your-org/shop:1").to_string());
        world.write("bad.yaml", &pod("bad", "ghcr.io/your-org-evil/shop:1").to_string());
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
            "spec": { "template": { "spec": pod("x", "nginx")["spec"] } },
        });
        world.write("deployment.yaml", &deployment.to_string());
        world
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn review(&self, flags: &[&str], stdin: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(["admission", "review", "--policy", "policies"]).args(flags).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.current_dir(self.folder.path()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn pod(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
        "spec": { "containers": [{ "name": "one", "image": image }] },
    })
}

fn asked(image: &str) -> String {
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
fn status(output: &Output, expected: i32) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{told}");
}

#[test]
fn what_is_enforced_decides_the_exit_status() {
    let world = World::new();
    let good = world.review(&["--resource", "good.yaml"], "");
    status(&good, 0);
    assert!(String::from_utf8_lossy(&good.stdout).contains("fail 0, warn 0, pass 1"));
    // What lies beside the policies is said: it might have been one.
    let told = String::from_utf8_lossy(&good.stderr);
    assert!(told.contains("README.yaml, document 1: \"\" of \"\" is no policy"), "{told}");
    let bad = world.review(&["--resource", "good.yaml,bad.yaml", "-r", "deployment.yaml"], "");
    status(&bad, 1);
    let table = String::from_utf8_lossy(&bad.stdout);
    assert!(table.contains("Pod default/bad"), "{table}");
    assert!(table.contains("registries/autogen-allowed"), "{table}");
    assert!(table.contains("images come from ghcr.io/your-org"), "{table}");
    let audited = POLICY.replace("Enforce", "Audit");
    world.write("policies/registries.yaml", &audited);
    status(&world.review(&["--resource", "bad.yaml"], ""), 0);
}

#[test]
fn answers_are_written_for_programs() {
    let world = World::new();
    let output = world.review(&["--resource", "bad.yaml", "--format", "json"], "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["fail"], 1);
    assert_eq!(report["results"][0]["resources"][0]["name"], "bad");
    assert_eq!(report["results"][0]["properties"]["effect"], "deny");
    let output = world.review(&["--resource", "bad.yaml", "--format", "junit"], "");
    let xml = String::from_utf8_lossy(&output.stdout);
    assert!(xml.contains(r#"<testsuite name="registries" tests="1" failures="1""#), "{xml}");
}

#[test]
fn a_review_is_answered() {
    let world = World::new();
    let output = world.review(&["--format", "json"], &asked("nginx"));
    status(&output, 1);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["kind"], "AdmissionReview");
    assert_eq!(answer["response"]["uid"], "705ab4f5");
    assert_eq!(answer["response"]["allowed"], false);
    let told = answer["response"]["status"]["message"].as_str().unwrap();
    assert!(told.starts_with("registries/allowed: images come from"), "{told}");
    let output = world.review(&["--format", "json"], &asked("ghcr.io/your-org/a"));
    status(&output, 0);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["response"], json!({ "uid": "705ab4f5", "allowed": true }));
}

#[test]
fn what_cannot_be_read_is_never_a_yes() {
    let world = World::new();
    let old =
        asked("ghcr.io/your-org/a").replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    for stdin in ["", "{}", "[", &old] {
        status(&world.review(&[], stdin), 2);
    }
    status(&world.review(&["--resource", "none.yaml"], ""), 2);
    world.write("empty/a.txt", "");
    status(&world.review(&["--resource", "empty"], ""), 2);
    world.write("broken.yaml", "a: [");
    status(&world.review(&["--resource", "broken.yaml"], ""), 2);
    world.write("policies/registries.yaml", &POLICY.replace("pattern:", "patern:"));
    let output = world.review(&["--resource", "good.yaml"], "");
    status(&output, 2);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("patern") && told.contains("registries.yaml"), "{told}");
}

#[test]
fn values_and_users_are_given() {
    let world = World::new();
    world.write("policies/registries.yaml", r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: teams}
spec:
  rules:
  - name: asked
    context:
    - name: teams
      configMap: {name: teams, namespace: default}
    match: {any: [{resources: {kinds: [Pod]}, subjects: [{kind: User, name: ann}]}]}
    validate:
      failureAction: Enforce
      deny:
        conditions:
          all:
          - {key: "{{ request.object.metadata.name }}", operator: AnyNotIn, value: "{{ teams.data.names }}"}
"#);
    world.write(
        "user.yaml",
        "apiVersion: cli.kyverno.io/v1alpha1\nkind: UserInfo\nuserInfo: {username: ann}\n",
    );
    world.write("values.yaml", "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\npolicies:\n- name: teams\n  rules:\n  - name: asked\n    values: {teams.data.names: '[\"good\"]'}\n");
    let given = ["--values", "values.yaml", "--userinfo", "user.yaml"];
    status(&world.review(&[&given[..], &["--resource", "good.yaml"]].concat(), ""), 0);
    status(&world.review(&[&given[..], &["--resource", "bad.yaml"]].concat(), ""), 1);
    // Without them, the map cannot be had: an error, which is no yes.
    status(&world.review(&["--resource", "good.yaml"], ""), 1);
}

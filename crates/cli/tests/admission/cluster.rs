//! Policies that ask a cluster, here an imitation on loopback.

use sealift_tests::cluster::Cluster;
use serde_json::{Value, json};

use crate::world::{World, asked, pod, status};

const POLICY: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: quiet
spec:
  validationFailureAction: Enforce
  rules:
  - name: not-in-ours
    match:
      any:
      - resources:
          kinds: [Pod]
          namespaceSelector:
            matchLabels: {team: ours}
    validate:
      message: nothing runs here
      deny: {}
"#;

fn shop(team: &str) -> (World, Cluster) {
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"team": team}},
    });
    let cluster = Cluster::start(vec![namespace]);
    let world = World::new();
    world.write("policy.yaml", POLICY);
    world.write("config", &cluster.kubeconfig().to_string());
    (world, cluster)
}

#[test]
fn a_cluster_is_asked_as_a_file_of_kubectl_says() {
    let flags = ["--policy", "policy.yaml", "--offline"];
    let of_cluster = [&flags[..], &["--kubeconfig", "config", "--format", "json"]].concat();
    let (world, _cluster) = shop("ours");
    let said = world.review(&of_cluster, &asked("a.example/b:1"));
    status(&said, 1);
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    let why = said["response"]["status"]["message"].as_str().unwrap();
    assert!(why.contains("nothing runs here"), "{why}");
    let (other, _cluster) = shop("others");
    status(&other.review(&of_cluster, &asked("a.example/b:1")), 0);
}

#[test]
fn what_cannot_be_used_of_a_cluster_is_said_first() {
    let (world, _cluster) = shop("ours");
    world.write("pod.yaml", &pod("web", "a.example/b:1").to_string());
    let said = |flags: &[&str]| {
        let start = ["--policy", "policy.yaml", "--offline", "--resource", "pod.yaml"];
        let said = world.review(&[&start, flags].concat(), "");
        status(&said, 2);
        String::from_utf8(said.stderr).unwrap()
    };
    assert!(said(&["--cluster", "in-cluster"]).contains("KUBERNETES_SERVICE_HOST is not set"));
    assert!(said(&["--kubeconfig", "missing"]).contains("missing"));
    assert!(said(&["--kubeconfig", "config", "--context", "x"]).contains("no context \"x\""));
    assert!(said(&["--kubeconfig", "config", "--values", "x"]).contains("cannot be used with"));
}

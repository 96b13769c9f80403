//! Admission by identities, which certificates vouch for.

use std::fs;

use sealift_tests::instance::LogKind;
use sealift_tests::registry::Access;
use serde_json::json;

use crate::scanned::Scanned;
use crate::world::{SERVED, SigningWorld, said, with};

const ISSUER: &str = "https://oidc.sealift.test";

#[test]
fn an_identity_admits_by_rules_and_by_policies() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    let write = |name: &str, text: &str| fs::write(world.0.path().join(name), text).unwrap();
    let scanned = Scanned::new(world, Access::Anybody);
    let image = scanned.at("demo");
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "one", "image": image}]},
    });
    write("pod.json", &pod.to_string());
    let sign = with(&["sign", &image, "--identity-token", "token", "--yes"], &SERVED);
    assert_eq!(world.status(&sign), Some(0));
    let root = "[verify]\ntrusted-root = 'root.json'\n";
    let review = ["admission", "review", "--resource", "pod.json", "--cache-dir", "cache"];
    for (subject, status) in [("ada@sealift.test", 0), ("bob@sealift.test", 1)] {
        let rules = format!(
            "{root}[admission]\ncertificate-identity = '{subject}'\n\
             certificate-oidc-issuer = '{ISSUER}'\n"
        );
        write("sealift.toml", &rules);
        let output = world.run(&review);
        assert_eq!(output.status.code(), Some(status), "{subject}: {}", said(&output));
    }
    write("sealift.toml", root);
    let by_policy = with(&review, &["--policy", "policy.yaml"]);
    for (subject, status) in [("ada@*", 0), ("bob@*", 1)] {
        let policy = format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: signed}}\nspec:\n  \
             rules:\n  - name: by-us\n    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    \
             verifyImages:\n    - imageReferences: ['*']\n      failureAction: Enforce\n      \
             attestors: [{{entries: [{{keyless: {{subject: '{subject}', issuer: '{ISSUER}'}}}}]}}]\n"
        );
        write("policy.yaml", &policy);
        let output = world.run(&by_policy);
        assert_eq!(output.status.code(), Some(status), "{subject}: {}", said(&output));
    }
}

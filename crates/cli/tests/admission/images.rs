//! Image rules and signatures, with a registry on loopback.

use sealift_model::Digest;
use sealift_tests::instance::Layout;
use sealift_tests::project;
use sealift_tests::registry::{Options, TestRegistry};
use serde_json::{Value, json};

use crate::world::{World, asked, pod, status};

/// A registry with a signed image and one that nobody signs.
struct Shop {
    world: World,
    registry: TestRegistry,
    /// Of the signed image.
    digest: Digest,
}

const RULES: &str = "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n";

impl Shop {
    fn open() -> Self {
        let world = World::new();
        let mut layout = Layout::read(&project().join("examples/image")).unwrap();
        let digest = layout.index[0]["digest"].as_str().unwrap().parse().unwrap();
        let other = layout.image(&[b"nobody signs this"]);
        layout.tag("other", &other);
        let registry = TestRegistry::start(Options::default());
        registry.put_layout(&layout, "your-org/app");
        let shop = Self { world, registry, digest };
        status(&shop.world.run(&["generate-key-pair"], ""), 0);
        let sign = ["sign", &shop.signed(), "--key", "cosign.key", "--tlog-upload=false"];
        status(&shop.world.run(&sign, ""), 0);
        shop.world.write("signed.yaml", &pod("signed", &shop.signed()).to_string());
        shop.world.write("unsigned.yaml", &pod("unsigned", &shop.unsigned()).to_string());
        shop
    }

    fn image(&self, tag: &str) -> String {
        format!("{}/your-org/app:{tag}", self.registry.host())
    }

    fn signed(&self) -> String {
        self.image("demo")
    }

    fn unsigned(&self) -> String {
        self.image("other")
    }

    fn pinned(&self) -> String {
        format!("{}@{}", self.signed(), self.digest)
    }

    fn with_rules(self, rules: &str) -> Self {
        self.world.write("sealift.toml", rules);
        self
    }

    /// A policy that wants our signature, and what else is said at `verifyImages`.
    fn write_policy(&self, more: &str) {
        let key = self.world.read("cosign.pub").replace('\n', "\n              ");
        let policy = format!(
            "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: signed}}
spec:
  rules:
  - name: by-us
    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}
    verifyImages:
    - imageReferences: ['{}/*']
      failureAction: Enforce
      {more}
      attestors:
      - entries:
        - keys:
            rekor: {{ignoreTlog: true}}
            publicKeys: |-
              {key}
",
            self.registry.host()
        );
        self.world.write("policy.yaml", &policy);
    }

    /// How often the tag of the signed image was asked for.
    fn resolved(&self) -> usize {
        let asked = self.registry.asked();
        asked.iter().filter(|asked| asked.path().ends_with("manifests/demo")).count()
    }
}

fn patch(answer: &Value) -> Value {
    let patch = answer["response"]["patch"].as_str().unwrap();
    serde_json::from_slice(&sealift::verify::decode_base64(patch).unwrap()).unwrap()
}

#[test]
fn the_signed_passes_and_the_unsigned_is_refused() {
    let shop = Shop::open().with_rules(RULES);
    let good = shop.world.review(&["--resource", "signed.yaml"], "");
    status(&good, 0);
    assert!(String::from_utf8_lossy(&good.stdout).contains("fail 0, warn 0, pass 1"));
    let both = ["--resource", "signed.yaml,unsigned.yaml"];
    let bad = shop.world.review(&both, "");
    status(&bad, 1);
    let table = String::from_utf8_lossy(&bad.stdout);
    assert!(table.contains("Pod default/unsigned  image-rules/admission  fail (deny)"), "{table}");
    assert!(table.contains("container one: "), "{table}");
    assert!(table.contains("no signature by the key"), "{table}");
    let json = shop.world.review(&[&both[..], &["--format", "json"]].concat(), "");
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&report["summary"]["pass"], &report["summary"]["fail"]), (&json!(1), &json!(1)));
    let results = report["results"].as_array().unwrap();
    assert_eq!(results[0]["properties"]["policyKind"], "ImageRules");
    assert!(results[0]["message"].as_str().unwrap().contains("signature by"), "{report}");
    let junit = shop.world.review(&[&both[..], &["--format", "junit"]].concat(), "");
    let xml = String::from_utf8_lossy(&junit.stdout);
    assert!(xml.contains(r#"<testsuite name="image-rules" tests="2" failures="1""#), "{xml}");
}

#[test]
fn a_policy_may_want_bundles() {
    let shop = Shop::open();
    let older = ["--key", "cosign.key", "--tlog-upload=false", "--new-bundle-format=false"];
    status(&shop.world.run(&[&["sign", &shop.unsigned()], &older[..]].concat(), ""), 0);
    for (kind, ends) in [("SigstoreBundle", 1), ("Cosign", 0)] {
        shop.write_policy(&format!("type: {kind}"));
        let review =
            |resource| shop.world.review(&["--policy", "policy.yaml", "--resource", resource], "");
        status(&review("signed.yaml"), 0);
        status(&review("unsigned.yaml"), ends);
    }
}

#[test]
fn places_and_severities_have_rows_beside_those_of_policies() {
    let shop = Shop::open();
    let build = ["db", "build", "--output", "db", "--from"];
    let advisories = project().join("examples/advisories");
    let build = [&build[..], &[advisories.to_str().unwrap()]].concat();
    status(&shop.world.run(&build, ""), 0);
    let rules = "[admission]\nregistries = ['registry.example']\non-violation = 'warn'\n\
                 [[admission.rules]]\nname = 'severities'\nallow-incomplete = true\n\
                 fail-on = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']\non-violation = 'deny'\n";
    shop.world.write("rules.toml", rules);
    let policy = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: labels}\nspec:\n  \
                  rules:\n  - name: team\n    match: {any: [{resources: {kinds: [Pod]}}]}\n    \
                  validate: {failureAction: Audit, message: no team, \
                  pattern: {metadata: {labels: {team: '?*'}}}}\n";
    shop.world.write("policy.yaml", policy);
    let flags =
        ["--policy", "policy.yaml", "--policy-file", "rules.toml", "--resource", "signed.yaml"];
    // Without advisories nothing can be said of severities.
    status(&shop.world.review(&flags, ""), 2);
    let output = shop.world.review(&[&flags[..], &["--db", "db", "-f", "json"]].concat(), "");
    status(&output, 1);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = report["results"].as_array().unwrap().iter();
    let rows: Vec<String> = results
        .map(|it| format!("{} {} {}", it["rule"], it["result"], it["properties"]["effect"]))
        .collect();
    assert_eq!(rows[0], r#""team" "fail" "audit""#);
    assert_eq!(rows[1], r#""registries" "fail" "warn""#);
    assert_eq!(rows[2], r#""severities" "fail" "deny""#);
    assert!(rows[2..].iter().all(|row| row.starts_with(r#""severities""#)), "{rows:?}");
}

#[test]
fn offline_no_registry_is_asked_and_nothing_admitted() {
    let shop = Shop::open().with_rules(RULES);
    let before = shop.registry.asked().len();
    let output = shop.world.review(&["--resource", "signed.yaml", "--offline"], "");
    status(&output, 1);
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("with --offline no registry is asked"), "{table}");
    shop.write_policy("required: true");
    let flags = ["--policy", "policy.yaml", "--resource", "signed.yaml", "--offline"];
    let output = shop.world.review(&flags, "");
    status(&output, 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("signed/by-us"));
    assert_eq!(shop.registry.asked().len(), before);
}

#[test]
fn a_review_is_answered_with_the_patch() {
    let shop = Shop::open().with_rules(RULES);
    let output = shop.world.review(&["--format", "json"], &asked(&shop.signed()));
    status(&output, 0);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["response"]["patchType"], "JSONPatch");
    let path = "/spec/containers/0/image";
    let replaced = json!([{"op": "replace", "path": path, "value": shop.pinned()}]);
    assert_eq!(patch(&answer), replaced);
    assert_eq!(answer["response"]["auditAnnotations"]["pinned"], shop.pinned());
    let output = shop.world.review(&["--format", "json"], &asked(&shop.unsigned()));
    status(&output, 1);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["response"]["allowed"], false);
    assert_eq!(answer["response"].get("patch"), None);
    let why = answer["response"]["status"]["message"].as_str().unwrap();
    assert!(why.starts_with("image-rules/admission: container one: "), "{why}");
}

#[test]
fn a_policy_that_wants_a_digest_judges_the_pinned_image() {
    let shop = Shop::open();
    shop.write_policy("mutateDigest: true");
    let flags = ["--policy", "policy.yaml", "--format", "json"];
    let before = shop.resolved();
    let output = shop.world.review(&flags, &asked(&shop.signed()));
    status(&output, 0);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(patch(&answer)[0]["value"], shop.pinned());
    // Nobody vouches for a key, so that nobody else is asked.
    assert!(!String::from_utf8_lossy(&output.stderr).contains("trusted root"));
    // The image that was verified is the one that is pinned.
    assert_eq!(shop.resolved() - before, 1);
    status(&shop.world.review(&flags, &asked(&shop.unsigned())), 1);
    // Where the policy itself changes nothing, the tag that stays is none that it allows.
    shop.write_policy("mutateDigest: false");
    let output = shop.world.review(&flags, &asked(&shop.signed()));
    status(&output, 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("has no digest"));
    status(&shop.world.review(&flags, &asked(&shop.pinned())), 0);
}

#[test]
fn all_attestors_of_a_policy_are_asked_about_one_image() {
    let shop = Shop::open();
    status(&shop.world.run(&["generate-key-pair", "--output-key-prefix", "other"], ""), 0);
    let key = |name: &str| shop.world.read(name).replace('\n', "\n          ");
    let policy = format!(
        "apiVersion: policies.kyverno.io/v1alpha1
kind: ImageValidatingPolicy
metadata: {{name: signed}}
spec:
  validationActions: [Deny]
  validationConfigurations: {{mutateDigest: false, verifyDigest: false, required: true}}
  matchConstraints:
    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]
  matchImageReferences: [{{glob: '{}/**'}}]
  attestors:
  - name: other
    cosign:
      ctlog: {{insecureIgnoreTlog: true}}
      key:
        data: |
          {}
  - name: ours
    cosign:
      ctlog: {{insecureIgnoreTlog: true}}
      key:
        data: |
          {}
  validations:
  - expression: >-
      images.containers.map(image, verifyImageSignatures(image, [attestors.other, attestors.ours])).all(e, e > 0)
    message: not signed
",
        shop.registry.host(),
        key("other.pub"),
        key("cosign.pub")
    );
    shop.world.write("policy.yaml", &policy);
    let before = shop.resolved();
    let flags = ["--policy", "policy.yaml", "--resource", "signed.yaml"];
    status(&shop.world.review(&flags, ""), 0);
    assert_eq!(shop.resolved() - before, 1);
    let flags = ["--policy", "policy.yaml", "--resource", "unsigned.yaml"];
    status(&shop.world.review(&flags, ""), 1);
}

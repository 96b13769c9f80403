//! Policies of Kyverno before the webhook.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sealift::admission::Cause;
use sealift_server::{Log, Metrics, watch};

use crate::images::Shop;
use crate::world::{Ruled, Running, Said, clock, pod};

/// A policy that lets images of one place run.
fn allow_list(action: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1\n\
         kind: ClusterPolicy\n\
         metadata: {{name: from-our-place}}\n\
         spec:\n  \
           rules:\n  \
           - name: registry\n    \
             match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    \
             validate:\n      \
               failureAction: {action}\n      \
               message: take images from our place\n      \
               pattern: {{spec: {{containers: [{{image: \"ghcr.io/your-org/*\"}}]}}}}\n"
    )
}

fn serve(policy: &str) -> (Ruled, Running) {
    let mut ruled = Ruled::by("");
    std::fs::create_dir(ruled.folder.path().join("policies")).unwrap();
    ruled.write("policies/one.yaml", policy);
    ruled.sources.policies.push(ruled.folder.path().join("policies"));
    let running = ruled.serve();
    (ruled, running)
}

#[test]
fn what_is_enforced_refuses_and_what_is_audited_is_written_down() {
    let (_, running) = serve(&allow_list("Enforce"));
    let validate = |running: &Running, image: &str| {
        running.post("/validate", &pod(&[image]).to_string()).response()
    };
    assert_eq!(validate(&running, "ghcr.io/your-org/app:1")["allowed"], true);
    let refused = validate(&running, "docker.io/library/nginx");
    assert_eq!(refused["allowed"], false);
    let message = refused["status"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("from-our-place/registry: ") && message.contains("our place"),
        "{message}"
    );
    let (_, audited) = serve(&allow_list("Audit"));
    let admitted = validate(&audited, "docker.io/library/nginx");
    assert_eq!(admitted["allowed"], true, "{admitted}");
    let said = admitted["auditAnnotations"]["audit"].as_str().unwrap();
    assert!(said.contains("from-our-place"), "{said}");
}

#[test]
fn signatures_that_policies_want_are_verified() {
    let shop = Shop::open();
    let key = shop.key.replace('\n', "\n                      ");
    let policy = format!(
        "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: signed}}
spec:
  rules:
  - name: by-our-key
    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}
    verifyImages:
    - imageReferences: [\"{}/*\"]
      failureAction: Enforce
      mutateDigest: false
      verifyDigest: false
      required: true
      attestors:
      - entries:
        - keys:
            rekor: {{ignoreTlog: true}}
            publicKeys: |-
                      {key}
",
        shop.registry.host()
    );
    let (_, running) = serve(&policy);
    let validate =
        |tag: &str| running.post("/validate", &pod(&[&shop.image(tag)]).to_string()).response();
    let signed = validate("signed");
    assert_eq!(signed["allowed"], true, "{signed}");
    let asked = shop.asked(".sig");
    assert_eq!(validate("signed")["allowed"], true);
    assert_eq!(shop.asked(".sig"), asked);
    let unsigned = validate("unsigned");
    assert_eq!(unsigned["allowed"], false, "{unsigned}");
    assert!(unsigned["status"]["message"].as_str().unwrap().contains("signed/by-our-key"));
}

#[test]
fn policies_look_up_no_images_of_registries_that_are_not_allowed() {
    let shop = Shop::open();
    let policy = |rule: &str| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: looks}}\nspec:\n  \
             rules:\n  - name: up\n    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n{rule}"
        )
    };
    let key = shop.key.replace('\n', "\n              ");
    let verifies = format!(
        "    verifyImages:\n    - imageReferences: ['*']\n      failureAction: Enforce\n      \
         attestors:\n      - entries:\n        - keys:\n            publicKeys: |-\n              {key}\n"
    );
    let asks = "    context:\n    - name: image\n      imageRegistry: \
                {reference: '{{ request.object.spec.containers[0].image }}'}\n    validate:\n      \
                failureAction: Enforce\n      deny: {conditions: {all: [{key: \
                '{{ image.configData.config.User }}', operator: Equals, value: root}]}}\n";
    for rule in [verifies.as_str(), asks] {
        let (ruled, running) = serve(&policy(rule));
        let asked = || shop.registry.asked().len();
        let before = asked();
        let ask =
            || running.post("/validate", &pod(&[&shop.image("signed")]).to_string()).response();
        ask();
        assert!(asked() > before, "{rule}");
        let before = asked();
        ruled.write("sealift.toml", "[admission]\nregistries = ['registry.example']\n");
        ruled.load();
        let refused = ask();
        assert_eq!(refused["allowed"], false, "{refused}");
        let why = refused["status"]["message"].as_str().unwrap();
        assert!(why.contains("looks/up") && why.contains("no registry that is allowed"), "{why}");
        assert_eq!(asked(), before, "{rule}");
    }
}

#[test]
fn what_could_not_be_loaded_is_tried_again_without_a_change_of_files() {
    let mut ruled =
        Ruled::by("[admission]\ncertificate-identity = 'a'\ncertificate-oidc-issuer = 'b'\n");
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    ruled.sources.root = Some(Arc::new(move || match down.load(Ordering::Relaxed) {
        true => Err(Cause::of(std::io::Error::other("it does not answer"))),
        false => Ok(sealift::trust::embedded().trusted_root.to_vec()),
    }));
    let (said, metrics) = (Said::default(), Metrics::default());
    let log = Log::new(said.clone(), clock());
    let mut look =
        watch::policies(ruled.sources.clone(), Arc::clone(&ruled.rules), log, metrics.clone());
    look(false);
    look(false);
    assert!(!ruled.rules.is_loaded());
    // Said once, for as long as it stays so.
    assert_eq!(said.text().matches("it does not answer").count(), 1);
    is_down.store(false, Ordering::Relaxed);
    look(false);
    assert!(ruled.rules.is_loaded());
    let loads = metrics.counted("sealift_reloads_total");
    look(false);
    assert_eq!(metrics.counted("sealift_reloads_total"), loads);
}

#[test]
fn a_policy_that_asks_what_is_not_known_is_refused_when_it_is_loaded() {
    let ruled = {
        let mut ruled = Ruled::by("");
        let policy = allow_list("Enforce")
            .replace("kinds: [Pod]", "kinds: [Pod], namespaceSelector: {matchLabels: {a: b}}");
        ruled.write("one.yaml", &policy);
        ruled.sources.policies.push(ruled.folder.path().join("one.yaml"));
        ruled
    };
    let error = ruled.sources.load_into(&ruled.rules).unwrap_err().to_string();
    assert!(error.contains("one.yaml") && error.contains("namespaceSelector"), "{error}");
    let running = Running::start_with(&ruled);
    assert_eq!(running.post("/validate", &pod(&[]).to_string()).response()["allowed"], false);
}

#[test]
fn with_nothing_to_judge_by_nothing_is_admitted() {
    let ruled = Ruled::by("");
    let error = ruled.sources.load_into(&ruled.rules).unwrap_err().to_string();
    assert!(error.contains("everything would be admitted"), "{error}");
    let running = Running::start_with(&ruled);
    assert_eq!(running.get("/readyz").status, 503);
}

#[test]
fn a_policy_that_is_not_scored_refuses_all_the_same() {
    let unscored = "metadata: {annotations: {policies.kyverno.io/scored: 'false'}, ";
    let (_, running) = serve(&allow_list("Enforce").replace("metadata: {", unscored));
    let refused = running.post("/validate", &pod(&["docker.io/nginx"]).to_string()).response();
    assert_eq!(refused["allowed"], false, "{refused}");
}

#[test]
fn keys_elsewhere_are_watched_and_modules_of_rego_are_read() {
    let mut ruled = Ruled::by("[admission]\nkey = 'keys/cosign.pub'\n");
    std::fs::create_dir(ruled.folder.path().join("keys")).unwrap();
    ruled.write("keys/cosign.pub", "one");
    let before = ruled.sources.fingerprint();
    assert_eq!(ruled.sources.fingerprint(), before);
    ruled.write("keys/cosign.pub", "another");
    assert_ne!(ruled.sources.fingerprint(), before);
    ruled.write("sealift.toml", "");
    ruled.sources.policies.push(ruled.folder.path().join("policies"));
    std::fs::create_dir(ruled.folder.path().join("policies")).unwrap();
    ruled.write("policies/deny.rego", "package main\ndeny contains \"no\" if true\n");
    let running = ruled.serve();
    assert_eq!(running.post("/validate", &pod(&["a"]).to_string()).response()["allowed"], false);
}

//! Images in a registry on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::Digest;
use sealift_server::admission::OnTimeout;
use sealift_server::http::Limits;
use sealift_tests::instance::{Instance, KeyKind, Layout, Recipe, SimpleSignature, simple_signing};
use sealift_tests::registry::{Fault, Options, TestRegistry};
use serde_json::{Value, json};

use crate::world::{NOW, Ruled, Running, pod, review};

/// A registry with a signed image and one that is not.
pub(crate) struct Shop {
    pub(crate) registry: TestRegistry,
    pub(crate) key: String,
    signed: Digest,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let instance = Instance::new("shop", NOW);
        let mut layout = Layout::default();
        let (signed, unsigned) = (layout.image(&[b"signed"]), layout.image(&[b"unsigned"]));
        let payload = simple_signing(&signed, &Value::Null);
        let recipe = Recipe::key(&instance, KeyKind::P256, "cosign", &payload);
        let signature = SimpleSignature::new(payload, instance.sign(&recipe));
        layout.sign(&signed, &[signature]);
        layout.tag("signed", &signed);
        layout.tag("unsigned", &unsigned);
        let registry = TestRegistry::start(Options::default());
        registry.put_layout(&layout, "shop");
        let key = instance.key(KeyKind::P256, "cosign").public_pem();
        Self { registry, key, signed: signed["digest"].as_str().unwrap().parse().unwrap() }
    }

    pub(crate) fn image(&self, tag: &str) -> String {
        format!("{}/shop:{tag}", self.registry.host())
    }

    fn ruled(&self) -> Ruled {
        let toml = "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n\
                    exclude-namespaces = ['kube-*']\n";
        let ruled = Ruled::by(toml);
        ruled.write("cosign.pub", &self.key);
        ruled
    }

    pub(crate) fn asked(&self, part: &str) -> usize {
        self.registry.asked().iter().filter(|asked| asked.path().contains(part)).count()
    }
}

fn validate(running: &Running, images: &[&str]) -> Value {
    running.post("/validate", &pod(images).to_string()).response()
}

#[test]
fn the_unsigned_is_refused_and_the_signed_admitted() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let (signed, unsigned) = (shop.image("signed"), shop.image("unsigned"));
    let admitted = validate(&running, &[&signed]);
    assert_eq!(admitted["allowed"], true, "{admitted}");
    let pinned = admitted["auditAnnotations"]["images"].as_str().unwrap();
    assert!(pinned.ends_with(&format!("@{}", shop.signed)), "{pinned}");
    let refused = validate(&running, &[&signed, &unsigned]);
    assert_eq!(refused["allowed"], false);
    let message = refused["status"]["message"].as_str().unwrap();
    assert!(
        message
            .starts_with(&format!("image-rules/admission: container c1: {unsigned}: no signature")),
        "{message}"
    );
    // Wherever it is in a pod, and whatever makes the pod.
    for object in [
        json!({"kind": "Pod", "spec": {"initContainers": [{"name": "i", "image": unsigned}]}}),
        json!({"kind": "Pod", "spec": {"ephemeralContainers": [{"name": "e", "image": unsigned}]}}),
        json!({"kind": "Pod", "spec": {"volumes": [{"name": "v", "image": {"reference": unsigned}}]}}),
        json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"name": "c", "image": unsigned}]}}}}),
    ] {
        let response = running.post("/validate", &review(object).to_string()).response();
        assert_eq!(response["allowed"], false, "{response}");
    }
    let mut excluded = pod(&[&unsigned]);
    excluded["request"]["namespace"] = "kube-system".into();
    assert_eq!(running.post("/validate", &excluded.to_string()).response()["allowed"], true);
}

#[test]
fn what_was_found_is_kept_by_digest_and_tags_are_asked_again() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let tag = shop.image("signed");
    let pinned = format!("{}/shop@{}", shop.registry.host(), shop.signed);
    assert_eq!(validate(&running, &[&tag])["allowed"], true);
    let signatures = shop.asked(".sig");
    assert!(signatures > 0);
    for _ in 0..3 {
        assert_eq!(validate(&running, &[&tag, &pinned])["allowed"], true);
    }
    assert_eq!(shop.asked(".sig"), signatures);
    assert!(shop.asked("manifests/signed") >= 4);
    let asked = shop.registry.asked().len();
    assert_eq!(validate(&running, &[&pinned])["allowed"], true);
    assert_eq!(shop.registry.asked().len(), asked);
}

#[test]
fn many_reviews_of_an_image_are_one_fetch() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let pinned = format!("{}/shop@{}", shop.registry.host(), shop.signed);
    thread::scope(|scope| {
        let asked: Vec<_> =
            (0..50).map(|_| scope.spawn(|| validate(&running, &[&pinned]))).collect();
        for asked in asked {
            assert_eq!(asked.join().unwrap()["allowed"], true);
        }
    });
    assert_eq!(shop.asked(".sig"), 1);
}

#[test]
fn a_tag_gets_its_digest() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let tag = shop.image("signed");
    let pinned = format!("{tag}@{}", shop.signed);
    let object = json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {
        "containers": [{"name": "a", "image": pinned}, {"name": "b", "image": tag}],
        "volumes": [{"name": "v", "image": {"reference": tag}}],
    }}}}}});
    let response = running.post("/mutate", &review(object).to_string()).response();
    assert_eq!(response["allowed"], true, "{response}");
    let patch = STANDARD.decode(response["patch"].as_str().unwrap()).unwrap();
    let patch: Value = serde_json::from_slice(&patch).unwrap();
    let place = "/spec/jobTemplate/spec/template/spec";
    let replaced =
        |path: &str| json!({"op": "replace", "path": format!("{place}/{path}"), "value": pinned});
    assert_eq!(
        patch,
        json!([replaced("containers/1/image"), replaced("volumes/0/image/reference")])
    );
    let missing = running.post("/mutate", &pod(&[&shop.image("missing")]).to_string());
    assert_eq!(missing.response()["allowed"], false);
}

fn update(object: Value, old: Value) -> String {
    let mut asked = review(object);
    asked["request"]["operation"] = "UPDATE".into();
    asked["request"]["oldObject"] = old;
    asked.to_string()
}

#[test]
fn where_a_registry_is_only_spoken_of_the_rules_hold_all_the_same() {
    let shop = Shop::open();
    let toml = "[admission]\nregistries = ['registry.example']\non-violation = 'warn'\n\
                [[admission.rules]]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n\
                on-violation = 'deny'\n";
    let ruled = Ruled::by(toml);
    ruled.write("cosign.pub", &shop.key);
    let running = ruled.serve();
    let signed = validate(&running, &[&shop.image("signed")]);
    assert_eq!((&signed["allowed"], signed["warnings"].is_array()), (&json!(true), true));
    let unsigned = validate(&running, &[&shop.image("unsigned")]);
    assert_eq!(unsigned["allowed"], false, "{unsigned}");
}

#[test]
fn what_was_there_before_is_left_as_it_was() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let job = |suspend: bool, tag: &str| {
        let pod = json!({"containers": [{"name": "c", "image": shop.image(tag)}]});
        json!({"kind": "Job", "spec": {"suspend": suspend, "template": {"spec": pod}}})
    };
    let ask = |path: &str, body: &str| running.post(path, body).response();
    let resumed = ask("/mutate", &update(job(false, "signed"), job(true, "signed")));
    assert_eq!((&resumed["allowed"], resumed.get("patch")), (&json!(true), None));
    let other = ask("/mutate", &update(job(false, "signed"), job(false, "unsigned")));
    assert!(other.get("patch").is_some(), "{other}");
    // What a controller makes of another object stays as it makes it; its pods do not.
    let owned = |kind: &str, mut object: Value| {
        object["kind"] = kind.into();
        object["metadata"] = json!({"ownerReferences": [{"kind": "x", "controller": true}]});
        ask("/mutate", &review(object).to_string())
    };
    assert!(owned("ReplicaSet", job(false, "signed")).get("patch").is_none());
    let pod = json!({"spec": {"containers": [{"name": "c", "image": shop.image("signed")}]}});
    assert!(owned("Pod", pod).get("patch").is_some());
    // Labels alone are no matter of images; any change of what runs is.
    let unsigned = job(false, "unsigned");
    let mut labelled = unsigned.clone();
    labelled["metadata"] = json!({"labels": {"a": "b"}});
    assert_eq!(ask("/validate", &update(labelled, unsigned.clone()))["allowed"], true);
    assert_eq!(ask("/validate", &update(unsigned, job(true, "unsigned")))["allowed"], false);
}

#[test]
fn what_a_registry_does_not_say_in_time_is_not_decided() {
    let shop = Shop::open();
    shop.registry.fail(|_| {
        thread::sleep(Duration::from_secs(2));
        None
    });
    for (on_timeout, allowed) in [(OnTimeout::Deny, false), (OnTimeout::Allow, true)] {
        let ruled = shop.ruled();
        ruled.load();
        let rules = Arc::clone(&ruled.rules);
        let running = Running::with(rules, on_timeout, Limits::default(), None);
        let ask = |images: &[&str]| {
            running.post("/validate?timeout=1s", &pod(images).to_string()).response()
        };
        let late = ask(&[&shop.image("signed")]);
        assert_eq!(late["allowed"], allowed, "{late}");
        // What else is against it still is.
        assert_eq!(ask(&[&shop.image("signed"), "no image"])["allowed"], false);
    }
}

#[test]
fn a_registry_that_fails_for_a_moment_is_asked_again() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let pinned = format!("{}/shop@{}", shop.registry.host(), shop.signed);
    let is_down = Arc::new(AtomicBool::new(true));
    let down = Arc::clone(&is_down);
    shop.registry.fail(move |_| down.load(Ordering::Relaxed).then(|| Fault::answer(500, &[], "")));
    let refused = validate(&running, &[&pinned]);
    assert_eq!(refused["allowed"], false, "{refused}");
    is_down.store(false, Ordering::Relaxed);
    // That there was no answer is not kept.
    assert_eq!(validate(&running, &[&pinned])["allowed"], true);
}

#[test]
fn gatekeeper_is_told_which_images_may_run() {
    let shop = Shop::open();
    let running = shop.ruled().serve();
    let keys = [shop.image("unsigned"), shop.image("signed"), "no image".to_owned()];
    let version = "externaldata.gatekeeper.sh/v1beta1";
    let asked =
        json!({"apiVersion": version, "kind": "ProviderRequest", "request": {"keys": keys}});
    let answer = running.post("/externaldata", &asked.to_string()).json();
    assert_eq!(
        (&answer["apiVersion"], &answer["kind"]),
        (&json!(version), &json!("ProviderResponse"))
    );
    let response = &answer["response"];
    assert_eq!(response["idempotent"], true);
    let items = response["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert!(items[0]["error"].as_str().unwrap().contains("no signature"), "{response}");
    let pinned = format!("{}/shop@{}", shop.registry.host(), shop.signed);
    assert_eq!(items[1], json!({"key": keys[1], "value": pinned}));
    assert!(items[2]["error"].as_str().unwrap().contains("no image"));
    let other = running.post("/externaldata", "{\"kind\": \"Other\"}");
    assert_eq!((other.status, other.json()["response"]["systemError"].is_string()), (400, true));
}

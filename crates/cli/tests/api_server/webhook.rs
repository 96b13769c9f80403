//! The webhook, as the API server asks it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealift::http::Method;
use sealift_model::Digest;
use sealift_tests::instance::Layout;
use sealift_tests::registry::{Options, TestRegistry};
use sealift_tests::{Suite, project};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::objects::{DEPLOYMENTS, DRY, PODS, REGISTRATION, binding, deployment, pod, policy};
use crate::server::ApiServer;

const RULES: &str = "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n";

pub(crate) fn cases(server: &ApiServer, suite: &mut Suite) {
    let shop = Shop::open(server);
    suite.run("webhook/unsigned", || unsigned_is_refused(server, &shop));
    suite.run("webhook/signed", || signed_is_named_by_its_digest(server, &shop));
    suite.run("webhook/dry-run", || nothing_is_kept_of_a_dry_run(server, &shop));
    suite.run("webhook/update", || updates_are_asked_about(server, &shop));
    suite.run("webhook/subresources", || subresources_are_asked_about(server, &shop));
    suite.run("webhook/deployment", || controllers_are_asked_about(server, &shop));
    suite.run("webhook/stopped", || without_the_webhook_nothing_passes(server, shop));
    for kind in ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"] {
        let gone = server.ask(Method::Delete, &format!("{REGISTRATION}/{kind}/sealift"), None);
        assert_eq!(gone.status, 200, "{}", gone.body);
    }
    let is_gone = |server: &ApiServer| {
        server.ask(Method::Post, &format!("{PODS}{DRY}"), Some(&pod("gone", "a:1"))).status == 201
    };
    server.until("the webhook is not asked any more", is_gone);
}

/// A signed image, one that nobody signs, and the webhook that tells them apart.
struct Shop {
    registry: TestRegistry,
    digest: Digest,
    webhook: Webhook,
    _folder: TempDir,
}

struct Webhook {
    child: Child,
    // A pipe that nobody holds would end what writes to it.
    said: BufReader<ChildStderr>,
    port: u16,
}

impl Drop for Webhook {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Webhook {
    fn start(folder: &TempDir, server: &ApiServer) -> Self {
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("tls.crt", &server.certificate.certificate);
        write("tls.key", &server.certificate.key);
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(["admission", "serve", "--listen", "127.0.0.1:0", "--cache-dir", "cache"]);
        command.args(["--tls-cert", "tls.crt", "--tls-key", "tls.key", "--policy", "policy.json"]);
        command.env_clear().current_dir(folder.path());
        let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut own = Self { child, said, port: 0 };
        while own.port == 0 {
            let mut line = String::new();
            assert_ne!(own.said.read_line(&mut line).unwrap(), 0, "it has ended");
            let told: Value = serde_json::from_str(&line).unwrap();
            if told["message"] == "listening" {
                let address = told["address"].as_str().unwrap();
                own.port = address.rsplit(':').next().unwrap().parse().unwrap();
            }
        }
        own
    }

    /// How the API server is told of it.
    fn configuration(&self, kind: &str, path: &str, server: &ApiServer) -> Value {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
            "metadata": {"name": "sealift"},
            "webhooks": [{
                "name": "sealift.example.com", "admissionReviewVersions": ["v1"],
                "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 10,
                "clientConfig": {
                    "url": format!("https://127.0.0.1:{}{path}", self.port),
                    "caBundle": STANDARD.encode(&server.certificate.certificate),
                },
                "namespaceSelector": {"matchLabels": {"team": "ours"}},
                "rules": [{
                    "apiGroups": ["", "apps"], "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["pods", "pods/*", "deployments"],
                }],
            }],
        })
    }
}

impl Shop {
    fn open(server: &ApiServer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut layout = Layout::read(&project().join("examples/image")).unwrap();
        let digest = layout.index[0]["digest"].as_str().unwrap().parse().unwrap();
        let other = layout.image(&[b"nobody signs this"]);
        layout.tag("other", &other);
        let registry = TestRegistry::start(Options::default());
        registry.put_layout(&layout, "your-org/app");
        let signed = format!("{}/your-org/app:demo", registry.host());
        for arguments in [
            &["generate-key-pair"][..],
            &["sign", &signed, "--key", "cosign.key", "--tlog-upload=false"],
        ] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
            command.args(arguments).env_clear().env("COSIGN_PASSWORD", "secret");
            let output = command.current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        fs::write(folder.path().join("sealift.toml"), RULES).unwrap();
        let unnamed = json!({"validations": [{
            "expression": "has(object.metadata.labels)", "message": "nobody labelled it",
        }]});
        let warned = [
            policy("labels", &unnamed),
            binding("labels", &json!({"validationActions": ["Warn"]})),
        ];
        let warned = json!({"apiVersion": "v1", "kind": "List", "items": warned});
        fs::write(folder.path().join("policy.json"), warned.to_string()).unwrap();
        let webhook = Webhook::start(&folder, server);
        for (kind, path) in [
            ("ValidatingWebhookConfiguration", "/validate"),
            ("MutatingWebhookConfiguration", "/mutate"),
        ] {
            let named = webhook.configuration(kind, path, server);
            server.create(&format!("{REGISTRATION}/{}s", kind.to_lowercase()), &named);
        }
        let shop = Self { registry, digest, webhook, _folder: folder };
        let unsigned = pod("first", &shop.image("other"));
        server.until("the webhook is asked", |server| {
            server.ask(Method::Post, &format!("{PODS}{DRY}"), Some(&unsigned)).status != 201
        });
        let signed = pod("first", &shop.image("demo"));
        server.until("both webhooks are asked", |server| {
            let answer = server.ask(Method::Post, &format!("{PODS}{DRY}"), Some(&signed));
            answer.body.pointer(IMAGE).is_some_and(|image| image == &shop.pinned())
        });
        shop
    }

    fn image(&self, tag: &str) -> String {
        format!("{}/your-org/app:{tag}", self.registry.host())
    }

    fn pinned(&self) -> String {
        format!("{}@{}", self.image("demo"), self.digest)
    }
}

const IMAGE: &str = "/spec/containers/0/image";

fn unsigned_is_refused(server: &ApiServer, shop: &Shop) {
    let refused = server.ask(Method::Post, PODS, Some(&pod("unsigned", &shop.image("other"))));
    let message = refused.message();
    assert_eq!(refused.status, 403, "{message}");
    assert!(message.contains("admission webhook \"sealift.example.com\" denied"), "{message}");
    assert!(message.contains("/your-org/app"), "{message}");
}

fn signed_is_named_by_its_digest(server: &ApiServer, shop: &Shop) {
    let made = server.ask(Method::Post, PODS, Some(&pod("signed", &shop.image("demo"))));
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.warnings.iter().any(|it| it.contains("nobody labelled it")), "{made:?}");
    let stored = server.ask(Method::Get, &format!("{PODS}/signed"), None);
    assert_eq!(stored.body.pointer(IMAGE), Some(&json!(shop.pinned())));
}

fn nothing_is_kept_of_a_dry_run(server: &ApiServer, shop: &Shop) {
    let dry = |tag: &str| {
        server.ask(Method::Post, &format!("{PODS}{DRY}"), Some(&pod("dry", &shop.image(tag))))
    };
    assert_eq!(dry("other").status, 403);
    let admitted = dry("demo");
    assert_eq!(admitted.body.pointer(IMAGE), Some(&json!(shop.pinned())));
    assert_eq!(server.ask(Method::Get, &format!("{PODS}/dry"), None).status, 404);
}

fn updates_are_asked_about(server: &ApiServer, shop: &Shop) {
    let patch = |patch: &Value| server.ask(Method::Patch, &format!("{PODS}/signed"), Some(patch));
    let image = |image: String| json!({"spec": {"containers": [{"name": "one", "image": image}]}});
    let refused = patch(&image(shop.image("other")));
    assert_eq!(refused.status, 403, "{}", refused.body);
    let labelled = patch(&json!({"metadata": {"labels": {"app": "shop"}}}));
    assert_eq!((labelled.status, labelled.warnings.len()), (200, 0), "{labelled:?}");
    let again = patch(&image(shop.image("demo")));
    assert_eq!(again.body.pointer(IMAGE), Some(&json!(shop.pinned())), "{}", again.body);
}

fn subresources_are_asked_about(server: &ApiServer, shop: &Shop) {
    let debug = |tag: &str| {
        let container = json!({"name": tag, "image": shop.image(tag)});
        let patch = json!({"spec": {"ephemeralContainers": [container]}});
        let path = format!("{PODS}/signed/ephemeralcontainers");
        server.ask(Method::Patch, &path, Some(&patch))
    };
    let refused = debug("other");
    assert_eq!(refused.status, 403, "{}", refused.body);
    let admitted = debug("demo");
    let image = admitted.body.pointer("/spec/ephemeralContainers/0/image");
    assert_eq!(image, Some(&json!(shop.pinned())), "{}", admitted.body);
    // What has no images is not held up.
    let bound = json!({
        "apiVersion": "v1", "kind": "Binding", "metadata": {"name": "signed"},
        "target": {"apiVersion": "v1", "kind": "Node", "name": "somewhere"},
    });
    let bound = server.ask(Method::Post, &format!("{PODS}/signed/binding"), Some(&bound));
    assert_eq!(bound.status, 201, "{}", bound.body);
    let status = json!({"status": {"message": "it runs"}});
    let status = server.ask(Method::Patch, &format!("{PODS}/signed/status"), Some(&status));
    assert_eq!(status.status, 200, "{}", status.body);
}

fn controllers_are_asked_about(server: &ApiServer, shop: &Shop) {
    let make = |tag: &str| {
        server.ask(Method::Post, DEPLOYMENTS, Some(&deployment("shop", &shop.image(tag))))
    };
    assert_eq!(make("other").status, 403);
    let made = make("demo");
    let image = made.body.pointer("/spec/template/spec/containers/0/image");
    assert_eq!(image, Some(&json!(shop.pinned())), "{}", made.body);
}

fn without_the_webhook_nothing_passes(server: &ApiServer, shop: Shop) {
    let signed = pod("late", &shop.image("demo"));
    drop(shop.webhook);
    let refused = server.ask(Method::Post, PODS, Some(&signed));
    assert_eq!(refused.status, 500, "{}", refused.body);
    assert!(refused.message().contains("failed calling webhook"), "{}", refused.message());
}

//! A database in a registry: pushed and signed by one, pulled by others.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use sealift_tests::instance::{Instance, LogKind};
use sealift_tests::registry::{Options, TestRegistry};
use sealift_tests::signing_services::{self, SigningServers};
use serde_json::json;

use crate::bench::{Bench, done, findings, said};
use crate::exports::{export, records};

fn keys(bench: &Bench, prefix: &str) {
    let mut generate = bench.command(&["generate-key-pair", "--output-key-prefix", prefix]);
    done(&generate.env("COSIGN_PASSWORD", "secret").output().unwrap());
}

fn push(bench: &Bench, reference: &str, key: &[&str]) -> Output {
    let arguments = [&["db", "push", reference][..], key].concat();
    bench.command(&arguments).env("COSIGN_PASSWORD", "secret").output().unwrap()
}

fn pull(bench: &Bench, reference: &str, key: &str) -> Output {
    bench.run(&["db", "pull", reference, "--key", key, "--insecure-ignore-tlog"])
}

#[test]
fn a_database_is_pushed_signed_and_pulled() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let from = Bench::new();
    from.server.publish(export("npm", &records(60)));
    done(&from.update());
    keys(&from, "own");
    keys(&from, "other");
    done(&push(&from, &reference, &["--key", "own.key"]));
    let key = from.path("own.pub");
    let key = key.to_str().unwrap();
    // On a machine that asks nothing but this registry.
    let to = Bench::new();
    done(&pull(&to, &reference, key));
    assert_eq!(to.database(), from.database());
    assert_eq!(findings(&to.scan(&["--offline"])), 60);
    assert_eq!(findings(&to.scan(&[])), 60);
    assert_eq!(to.server.asked(), [""; 0], "what was pulled is not updated");
    // By whom it is not signed.
    let other = from.path("other.pub");
    let refused = pull(&to, &reference, other.to_str().unwrap());
    assert_eq!(refused.status.code(), Some(12), "{}", said(&refused));
    let unsaid = to.run(&["db", "pull", &reference]);
    assert_eq!(unsaid.status.code(), Some(2));
    assert!(said(&unsaid).contains("--key"), "{}", said(&unsaid));
    let missing = pull(&to, &format!("{}/nothing:1", registry.host()), key);
    assert_eq!(missing.status.code(), Some(11), "{}", said(&missing));
    assert_eq!(to.database(), from.database());
}

#[test]
fn an_identity_signs_a_database() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let from = Bench::new();
    from.server.publish(export("npm", &records(10)));
    done(&from.update());
    #[expect(clippy::disallowed_methods, reason = "the command reads the clock, too")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let instance = Instance::new("advisories", now);
    let services = SigningServers::start(&instance, None);
    let to = Bench::new();
    let write =
        |bench: &Bench, name: &str, text: String| fs::write(bench.path(name), text).unwrap();
    write(&from, "config.json", services.signing_config(LogKind::Rekor1, true).to_string());
    write(&from, "token", signing_services::token(&instance, "ada", now + 300));
    for bench in [&from, &to] {
        write(bench, "root.json", instance.trusted_root().to_string());
    }
    let by = ["--identity-token", "token", "--signing-config", "config.json"];
    let by = [&by[..], &["--trusted-root", "root.json", "--yes"]].concat();
    done(&push(&from, &reference, &by));
    let pull = |identity: &str| {
        let pull = ["db", "pull", &reference, "--trusted-root", "root.json"];
        let issuer = ["--certificate-oidc-issuer", "https://oidc.sealift.test"];
        to.run(&[&pull[..], &["--certificate-identity", identity], &issuer].concat())
    };
    let refused = pull("eve@sealift.test");
    assert_eq!(refused.status.code(), Some(12), "{}", said(&refused));
    assert_eq!(to.database(), None);
    done(&pull("ada@sealift.test"));
    assert_eq!(to.database(), from.database());
}

#[test]
fn what_is_not_signed_or_older_is_not_pulled() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(60)));
    done(&bench.update());
    keys(&bench, "own");
    let key = bench.path("own.pub");
    let key = key.to_str().unwrap();
    done(&push(&bench, &reference, &[]));
    let to = Bench::new();
    let refused = pull(&to, &reference, key);
    assert_eq!(refused.status.code(), Some(10), "{}", said(&refused));
    assert_eq!(to.database(), None);
    done(&push(&bench, &reference, &["--key", "own.key"]));
    done(&pull(&to, &reference, key));
    // Whoever has the registry cannot bring an old one back, though it is signed.
    let mut later = bench.command(&["db", "update"]);
    bench.server.publish(export("npm", &records(70)));
    done(&later.env("SOURCE_DATE_EPOCH", "1800086400").output().unwrap());
    fs::copy(bench.file("sealift.db"), to.file("sealift.db")).unwrap();
    let refused = pull(&to, &reference, key);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("older"), "{}", said(&refused));
    assert_eq!(to.database(), bench.database());
}

#[test]
fn who_must_have_signed_may_stand_in_sealift_toml() {
    let registry = TestRegistry::start(Options::default());
    let reference = format!("{}/advisories:1", registry.host());
    let bench = Bench::new();
    bench.server.publish(export("npm", &records(10)));
    done(&bench.update());
    keys(&bench, "own");
    keys(&bench, "other");
    done(&push(&bench, &reference, &["--key", "own.key"]));
    for (key, status) in [("other", 12), ("own", 0)] {
        let key = bench.path(&format!("{key}.pub"));
        let to = Bench::new();
        let policy = format!("[db]\nkey = '{}'\ninsecure-ignore-tlog = true\n", key.display());
        fs::write(to.path("sealift.toml"), policy).unwrap();
        let pulled = to.run(&["db", "pull", &reference]);
        assert_eq!(pulled.status.code(), Some(status), "{}", said(&pulled));
        assert!(said(&pulled).contains("sealift.toml"));
    }
}

#[test]
fn a_mirror_may_be_an_artifact_in_a_registry() {
    let registry = TestRegistry::start(Options::default());
    let publish = |files: &BTreeMap<String, Vec<u8>>| {
        let layers: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.ends_with("all.zip"))
            .map(|(path, bytes)| {
                json!({
                    "mediaType": "application/zip",
                    "digest": registry.put_blob(bytes).to_string(),
                    "size": bytes.len(),
                    "annotations": {"org.opencontainers.image.title": path},
                })
            })
            .collect();
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({"schemaVersion": 2, "mediaType": media_type, "layers": layers});
        let manifest = manifest.to_string();
        registry.put_manifest(media_type, manifest.as_bytes(), Some(("osv", "latest")));
    };
    let bench = Bench::new();
    let mirror = format!("oci://{}/osv:latest", registry.host());
    let update = ["db", "update", "--ecosystem", "npm", "--mirror", &mirror];
    publish(&export("npm", &records(40)));
    done(&bench.run(&update));
    assert_eq!(findings(&bench.scan(&["--offline"])), 40);
    let blobs = || registry.asked().iter().filter(|it| it.path().contains("/blobs/")).count();
    let before = blobs();
    let again = bench.run(&update);
    done(&again);
    assert!(said(&again).contains("up to date") && blobs() == before, "{}", said(&again));
    publish(&export("npm", &records(50)));
    done(&bench.run(&update));
    assert_eq!(findings(&bench.scan(&["--offline"])), 50);
    assert_eq!(bench.server.asked(), [""; 0]);
    publish(&BTreeMap::new());
    let empty = bench.run(&update);
    assert_ne!(empty.status.code(), Some(0));
    assert!(said(&empty).contains("no files with titles"), "{}", said(&empty));
}

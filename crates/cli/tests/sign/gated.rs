//! The gate before an image in a registry, with a signature required.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{SystemTime, UNIX_EPOCH};

use sealift_model::Digest;
use sealift_tests::instance::LogKind;
use sealift_tests::registry::{Access, Fault};
use serde_json::{Value, json};

use crate::scanned::{CHECK, KEY, SCAN, Scanned};
use crate::world::{ADA, SERVED, SigningWorld, World, said, with};

/// What is found decides nothing: the signature does.
fn open(world: &World) {
    let policy = "[gate]\nfail-on = []\nwarn-on = []\nunknown = 'pass'\n";
    fs::write(world.0.path().join("sealift.toml"), policy).unwrap();
}

#[test]
fn a_signature_in_the_registry_opens_the_gate() {
    let world = World::with_key();
    open(&world);
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    let gate = with(&with(&["gate", &image], &SCAN), &CHECK);
    let closed = world.run(&gate);
    assert_eq!(closed.status.code(), Some(1), "{}", said(&closed));
    assert!(String::from_utf8_lossy(&closed.stdout).starts_with("FAIL: "));
    assert_eq!(world.status(&with(&["sign", &image], &KEY)), Some(0));
    let opened = world.run(&gate);
    assert_eq!(opened.status.code(), Some(0), "{}", said(&opened));
    let proof = format!("{} is signed by the key", scanned.image);
    assert!(String::from_utf8_lossy(&opened.stdout).contains(&proof));
    let attested = with(&gate, &["--attestation", "vuln"]);
    assert_eq!(world.status(&attested), Some(1));
    let attest = with(&with(&["image", &image, "--attest"], &SCAN), &KEY);
    assert_eq!(world.status(&attest), Some(0));
    assert_eq!(world.status(&attested), Some(0));
    // What was signed is the manifest; a layer that is not its own is refused all the same.
    scanned.registry.fail(|asked| asked.path().contains("/blobs/").then_some(Fault::Changed));
    assert_eq!(world.status(&gate), Some(2));
}

/// What the cache knows of a layer opens no gate for another one.
#[test]
fn layers_that_are_cached_are_read_all_the_same() {
    let world = World::with_key();
    open(&world);
    let scanned = Scanned::new(&world, Access::Anybody);
    let image = scanned.at("demo");
    assert_eq!(world.status(&with(&["sign", &image], &KEY)), Some(0));
    let gate = ["gate", &image, "--db", "db", "--as-of", "2022-01-31", "--cache-dir", "cache"];
    let gate = with(&gate, &CHECK);
    assert_eq!(world.status(&gate), Some(0));
    let manifest = scanned.registry.manifest(&scanned.image).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let layer = manifest.pointer("/layers/0/digest").and_then(Value::as_str).unwrap().to_owned();
    scanned.registry.fail(move |asked| asked.path().contains(&layer).then_some(Fault::Changed));
    let output = world.run(&gate);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn the_gate_takes_the_trusted_root_that_is_kept() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    open(world);
    let scanned = Scanned::new(world, Access::Anybody);
    let image = scanned.at("demo");
    let sign = with(&["sign", &image, "--identity-token", "token", "--yes"], &SERVED);
    assert_eq!(world.status(&sign), Some(0));
    let [identity @ .., _, _] = ADA;
    let gate = with(&with(&["gate", &image, "--offline"], &SCAN), &identity);
    assert_eq!(world.status(&with(&gate, &["--trusted-root", "root.json"])), Some(0));
    // Without a file: what is built in, which knows nothing of this authority.
    assert_eq!(world.status(&with(&gate, &["--cache-dir", "cache"])), Some(1));
    keep(world, "cache/trust");
    let output = world.run(&with(&gate, &["--cache-dir", "cache"]));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // Where others may write, anybody could decide whose signatures count.
    let root = world.0.path().join("cache/trust/trusted_root.json");
    for (place, mode) in [(root.as_path(), 0o622), (root.parent().unwrap(), 0o770)] {
        let before = fs::metadata(place).unwrap().permissions();
        fs::set_permissions(place, Permissions::from_mode(mode)).unwrap();
        let output = world.run(&with(&gate, &["--cache-dir", "cache"]));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("others may write to it"), "{}", said(&output));
        fs::set_permissions(place, before).unwrap();
    }
    let by_policy = "[verify]\ntrusted-root = 'none.json'\n";
    fs::write(world.0.path().join("sealift.toml"), by_policy).unwrap();
    let output = world.run(&with(&gate, &["--cache-dir", "cache"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("none.json"), "{}", said(&output));
}

/// Keeps the trusted root as `initialize` does.
fn keep(world: &World, folder: &str) {
    let root = fs::read(world.0.path().join("root.json")).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the command reads the clock, too")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let note = json!({
        "mirror": "https://tuf.example",
        "initial_root": "0".repeat(64),
        "trusted_root": Digest::sha256_of(&root).hex(),
        "has_signing_config": false,
        "checked": now,
        "expires": now + 86_400,
    });
    let folder = world.0.path().join(folder);
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    for (name, bytes) in [("trusted_root.json", root), ("trust.json", note.to_string().into())] {
        fs::write(folder.join(name), bytes).unwrap();
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn cosigns_variables_say_where_trust_is_kept_and_comes_from() {
    let signing = SigningWorld::new(LogKind::Rekor1, None);
    let world = &signing.world;
    let sign = ["sign-blob", "--yes", "--identity-token", "token", "--bundle", "b.json", "file"];
    assert_eq!(world.status(&with(&sign, &SERVED)), Some(0));
    let [identity, issuer] = [&ADA[..2], &ADA[2..4]];
    let verify = with(&["verify-blob", "--bundle", "b.json", "--offline", "file"], identity);
    let verify = with(&verify, issuer);
    let verified = |variables: &[(&str, &str)]| world.run_with(&verify, variables);
    let home = ("HOME", world.0.path().to_str().unwrap());
    assert_eq!(verified(&[home]).status.code(), Some(1), "the public root knows nobody of these");
    keep(world, "tuf/sealift");
    let output = verified(&[home, ("TUF_ROOT", "tuf")]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // What another repository says is kept apart.
    let mirror = ("TUF_MIRROR", "https://tuf.example");
    let output = verified(&[home, ("TUF_ROOT", "tuf"), mirror]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let folder = Digest::sha256_of(mirror.1.as_bytes()).hex().to_owned();
    keep(world, &format!("tuf/sealift/{folder}"));
    let output = verified(&[home, ("TUF_ROOT", "tuf"), mirror]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("that of TUF_MIRROR, https://tuf.example"), "{}", said(&output));
}

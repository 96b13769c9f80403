//! With cosign itself, where it is on the PATH: what either program signs the other verifies.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use sealift_tests::instance::{Layout, LogKind};
use sealift_tests::registry::{Options, TestRegistry};
use sealift_tests::{Suite, on_path};
use serde_json::Value;

use crate::world::{ADA, SERVED, SigningWorld, World, said, with};

const ALGORITHMS: [(&str, &[&str]); 5] = [
    ("ecdsa-sha2-256-nistp256", &[]),
    ("ecdsa-sha2-384-nistp384", &["--signature-digest-algorithm", "sha384"]),
    ("ecdsa-sha2-512-nistp521", &["--signature-digest-algorithm", "sha512"]),
    ("ed25519", &[]),
    ("rsa-sign-pkcs1-3072-sha256", &[]),
];

/// cosign without the network: no log, no timestamps, nothing of its home.
fn cosign(program: &Path, world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("COSIGN_PASSWORD", "secret");
    command.env("HOME", world.0.path());
    command.current_dir(world.0.path()).stdin(Stdio::null()).output().unwrap()
}

fn succeeded(what: &str, output: &Output) -> Result<(), String> {
    if output.status.success() { Ok(()) } else { Err(format!("{what}: {}", said(output))) }
}

#[test]
fn what_either_program_signs_the_other_verifies() {
    let Some(program) = on_path("cosign") else {
        return Suite::skipped("cosign-interop", "cosign is not on the PATH");
    };
    let mut suite = Suite::new("cosign-interop", "");
    for (algorithm, hash) in ALGORITHMS {
        let world = World::new();
        let make = ["generate-key-pair", "--signing-algorithm", algorithm];
        assert_eq!(world.status(&make), Some(0));
        suite.case(&format!("{algorithm}/files-there"), files_there(&program, &world, hash));
        suite.case(&format!("{algorithm}/images-there"), images_there(&program, &world, hash));
        suite.case(&format!("{algorithm}/files-here"), files_here(&program, &world));
        match Served::start(&world) {
            Some(served) => {
                let outcome = images_here(&program, &world, &served);
                suite.case(&format!("{algorithm}/images-here"), outcome);
            }
            None => suite.skip(
                &format!("{algorithm}/images-here"),
                "docker-registry or skopeo is not on the PATH",
            ),
        }
    }
    suite.finish();
}

/// Identities and services: each program signs with the services on loopback, and verifies what the
/// other signed.
#[test]
fn what_either_identity_signs_the_other_verifies() {
    let Some(program) = on_path("cosign") else {
        return Suite::skipped("cosign-keyless-interop", "cosign is not on the PATH");
    };
    let mut suite = Suite::new("cosign-keyless-interop", "");
    for log in [LogKind::Rekor1, LogKind::Rekor2Ecdsa, LogKind::Rekor2Ed25519] {
        let signing = SigningWorld::new(log, None);
        let world = &signing.world;
        let sign = ["sign-blob", "--yes", "--identity-token", "token", "file"];
        let sign = with(&with(&sign, &SERVED), &["--bundle", "b.json"]);
        let verify = with(&["verify-blob", "--bundle", "b.json", "file"], &ADA);
        let verify = with(&verify, &["--use-signed-timestamps"]);
        let there = succeeded("sign-blob", &world.run(&sign));
        let check = || succeeded("verify-blob", &cosign(&program, world, &verify));
        suite.case(&format!("{log:?}/there"), there.and_then(|()| check()));
        let here = succeeded("sign-blob", &cosign(&program, world, &sign));
        let check = || succeeded("verify-blob", &world.run(&verify));
        suite.case(&format!("{log:?}/here"), here.and_then(|()| check()));
    }
    suite.finish();
}

const HERE: [&str; 3] = ["--key", "cosign.key", "--tlog-upload=false"];
const THERE: [&str; 5] =
    ["--key", "cosign.key", "--tlog-upload=false", "--use-signing-config=false", "--yes"];
const CHECK: [&str; 3] = ["--key", "cosign.pub", "--insecure-ignore-tlog"];

/// sealift signs files, cosign verifies them.
fn files_there(program: &Path, world: &World, hash: &[&str]) -> Result<(), String> {
    fs::write(world.0.path().join("p.json"), r#"{"a":1}"#).unwrap();
    let sign = with(&["sign-blob", "--bundle", "b.json", "file"], &HERE);
    succeeded("sign-blob", &world.run(&sign))?;
    let verify = with(&with(&["verify-blob", "--bundle", "b.json", "file"], &CHECK), hash);
    succeeded("verify-blob", &cosign(program, world, &verify))?;
    let kind = ["--type", "https://example.com/p"];
    let attest = ["attest-blob", "--predicate", "p.json", "--bundle", "a.json", "file"];
    succeeded("attest-blob", &world.run(&with(&with(&attest, &HERE), &kind)))?;
    let verify = ["verify-blob-attestation", "--bundle", "a.json", "file"];
    let verify = with(&with(&with(&verify, &CHECK), &kind), hash);
    succeeded("verify-blob-attestation", &cosign(program, world, &verify))
}

/// cosign signs files with our key, sealift verifies them.
fn files_here(program: &Path, world: &World) -> Result<(), String> {
    let sign = with(&["sign-blob", "--bundle", "c.json", "file"], &THERE);
    succeeded("sign-blob", &cosign(program, world, &sign))?;
    let verify = with(&["verify-blob", "--bundle", "c.json", "file"], &CHECK);
    succeeded("verify-blob", &world.run(&verify))
}

fn registry() -> (TestRegistry, String) {
    let mut layout = Layout::default();
    let image = layout.image(&[b"one layer"]);
    layout.tag("1.0", &image);
    let registry = TestRegistry::start(Options::default());
    registry.put_layout(&layout, "app");
    let name = format!("{}/app:1.0", registry.host());
    (registry, name)
}

/// sealift signs an image in both forms, cosign verifies each.
fn images_there(program: &Path, world: &World, hash: &[&str]) -> Result<(), String> {
    fs::write(world.0.path().join("bom.json"), r#"{"bomFormat":"CycloneDX"}"#).unwrap();
    for form in [&[][..], &["--new-bundle-format=false"]] {
        let (_running, image) = registry();
        let sign = with(&with(&["sign", "-a", "env=prod", &image], &HERE), form);
        succeeded("sign", &world.run(&sign))?;
        let verify = with(&with(&with(&["verify", &image], &CHECK), hash), form);
        succeeded("verify", &cosign(program, world, &verify))?;
        let kind = ["--type", "cyclonedx"];
        let attest = with(&["attest", "--predicate", "bom.json", &image], &kind);
        succeeded("attest", &world.run(&with(&with(&attest, &HERE), form)))?;
        let verify = with(&with(&["verify-attestation", &image], &kind), &CHECK);
        let verify = with(&with(&verify, hash), form);
        succeeded("verify-attestation", &cosign(program, world, &verify))?;
    }
    Ok(())
}

/// Debian's registry, which takes uploads in the way that cosign makes them. It ends with this.
pub(crate) struct Served {
    process: Child,
    pub(crate) host: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// Starts it with an image `app:1`, where it and skopeo are installed.
    fn start(world: &World) -> Option<Self> {
        let mut layout = Layout::default();
        let image = layout.image(&[b"one layer"]);
        layout.tag("1", &image);
        let _ = fs::create_dir(world.0.path().join("layout"));
        layout.write(&world.0.path().join("layout")).unwrap();
        Self::with_image(world, "oci:layout:1")
    }

    /// The same with another image.
    pub(crate) fn with_image(world: &World, image: &str) -> Option<Self> {
        let (server, skopeo) = (on_path("docker-registry")?, on_path("skopeo")?);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let folder = world.0.path();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nhttp: {{addr: \"{host}\"}}\n\
             storage: {{filesystem: {{rootdirectory: \"{}\"}}}}\n",
            folder.join("registry").display()
        );
        fs::write(folder.join("registry.yml"), config).unwrap();
        let mut server = Command::new(server);
        server.args(["serve", "registry.yml"]).current_dir(folder).stdin(Stdio::null());
        let process = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let served = Self { process, host };
        let to = format!("docker://{}/app:1", served.host);
        let from = ["copy", "-q", "--dest-tls-verify=false", image, &to];
        let copied = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(100));
            let mut skopeo = Command::new(&skopeo);
            skopeo.args(from).env("HOME", folder).current_dir(folder).stdin(Stdio::null());
            skopeo.output().unwrap().status.success()
        });
        assert!(copied, "the registry does not take an image");
        Some(served)
    }
}

/// cosign signs an image in both forms with our key, sealift verifies it.
fn images_here(program: &Path, world: &World, served: &Served) -> Result<(), String> {
    let image = format!("{}/app:1", served.host);
    for (form, count) in [(&[][..], 1), (&["--new-bundle-format=false"], 2)] {
        let sign = with(&with(&["sign", &image], &THERE), form);
        succeeded("sign", &cosign(program, world, &sign))?;
        let verified = world.run(&with(&["verify", &image], &CHECK));
        succeeded("verify", &verified)?;
        let printed: Value = serde_json::from_slice(&verified.stdout).unwrap();
        if printed.as_array().map(Vec::len) != Some(count) {
            return Err(format!("not {count} signatures: {printed}"));
        }
        let attest = ["attest", "--type", "cyclonedx", "--predicate", "bom.json", &image];
        succeeded("attest", &cosign(program, world, &with(&with(&attest, &THERE), form)))?;
        let verify = with(&["verify-attestation", "--type", "cyclonedx", &image], &CHECK);
        succeeded("verify-attestation", &world.run(&verify))?;
    }
    Ok(())
}

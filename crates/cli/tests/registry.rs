//! Images in a registry, from outside: the command against a registry on loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use sealift_model::Digest;
use sealift_tests::instance::{
    Instance, KeyKind, Layout, Recipe, SimpleSignature, digest, simple_signing,
};
use sealift_tests::registry::{Access, Fault, Options, TestRegistry};
use sealift_tests::{project, stderr};
use serde_json::{Value, json};
use tempfile::TempDir;

const PASSWORD: &str = "open sesame";
const LIST: [&str; 5] = ["--scanners", "license", "--format", "json", "--no-cache"];

/// A registry with the example image as `app:demo`, and a signed one as `app:1`.
struct World {
    registry: TestRegistry,
    home: TempDir,
    signed: String,
}

impl World {
    fn new(access: Access) -> Self {
        let registry = TestRegistry::start(Options { access, ..Options::default() });
        registry.put_layout(&Layout::read(&project().join("examples/image")).unwrap(), "app");
        let instance = Instance::new("registry", 1_780_000_000);
        let mut layout = Layout::default();
        let image = layout.image(&[b"a layer"]);
        layout.tag("1", &image);
        let payload = simple_signing(&image, &Value::Null);
        let signed = instance.sign(&Recipe::key(&instance, KeyKind::P256, "ada", &payload));
        layout.sign(&image, &[SimpleSignature::new(payload, signed)]);
        registry.put_layout(&layout, "app");
        let home = tempfile::tempdir().unwrap();
        let key = instance.key(KeyKind::P256, "ada").public_pem();
        fs::write(home.path().join("key.pub"), key).unwrap();
        Self { registry, home, signed: format!("sha256:{}", digest(&image)) }
    }

    fn name(&self, rest: &str) -> String {
        format!("{}/{rest}", self.registry.host())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealift"));
        command.args(arguments).env_clear().env("HOME", self.home.path());
        command.env("DOCKER_HOST", "unix:///nowhere").env("CONTAINER_HOST", "unix:///nowhere");
        command.current_dir(self.home.path()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

fn token() -> Access {
    Access::Token { user: "ada".into(), password: PASSWORD.into(), pull: false }
}

#[test]
fn a_scan_of_a_registry_is_that_of_a_layout() {
    let world = World::new(Access::Anybody);
    let report = |image: &str| -> Value {
        let output = world.run(&[&["image", image], &LIST[..]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let local = report(&format!("oci:{}", project().join("examples/image").display()));
    let remote = report(&world.name("app:demo"));
    let packages = |report: &Value| -> Vec<Value> {
        let results = report["Results"].as_array().unwrap().iter();
        results.map(|result| result["Packages"].clone()).collect()
    };
    assert!(packages(&local) == packages(&remote));
    assert_eq!(remote["ArtifactName"], world.name("app:demo"));
    assert_eq!(remote["Metadata"]["RepoTags"], json!([world.name("app:demo")]));
    let digest = remote["Metadata"]["ManifestDigest"].as_str().unwrap();
    let named = world.name(&format!("app@{digest}"));
    assert_eq!(remote["Metadata"]["RepoDigests"], json!([named]));
    assert_eq!(report(&named)["Metadata"]["RepoDigests"], json!([named]));
    assert_eq!(local["Metadata"]["RepoDigests"], Value::Null);
    assert!(!packages(&remote).is_empty());
}

#[test]
fn an_sbom_has_the_package_url_of_its_image() {
    let world = World::new(Access::Anybody);
    let name = world.name("app:demo");
    let purl_of = |format: &str| -> String {
        let output = world.run(&["image", &name, "--format", format, "--no-cache"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let places = ["/metadata/component/purl", "/packages/0/externalRefs/0/referenceLocator"];
        let mut purls = places.iter().filter_map(|place| document.pointer(place));
        purls.next().and_then(Value::as_str).unwrap().to_owned()
    };
    let purl = purl_of("cyclonedx");
    assert!(purl.starts_with("pkg:oci/app@sha256:"), "{purl}");
    let url = world.name("app").replace('/', "%2F");
    assert!(purl.ends_with(&format!("repository_url={url}&tag=demo")), "{purl}");
    assert_eq!(purl_of("spdx-json"), purl);
}

#[test]
fn signatures_are_those_of_the_digest_behind_the_tag() {
    let world = World::new(Access::Anybody);
    let (name, digest) = (world.name("app:1"), &world.signed);
    let key = ["--key", "key.pub", "--insecure-ignore-tlog"];
    let output = world.run(&[&["verify", &name], &key[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(
        said.contains(&format!("{name}@{digest}")) && said.contains("layers not read"),
        "{said}"
    );
    let output = world.run(&[&["verify", &name, "--check-content"], &key[..]].concat());
    assert!(output.status.success() && !stderr(&output).contains("layers not read"));
    // One byte of a layer: the manifest is still what was signed.
    let layer = format!("/blobs/{}", Digest::sha256_of(b"a layer"));
    world.registry.fail(move |asked| asked.path().contains(&layer).then_some(Fault::Changed));
    let verify = [&["verify", &name, "--check-content"], &key[..]].concat();
    assert_eq!(world.run(&verify).status.code(), Some(1));
    assert_eq!(world.run(&[&["image", &name], &LIST[..]].concat()).status.code(), Some(2));
    for (image, status) in [("app:none", 11), ("app:demo", 10)] {
        let output = world.run(&[&["verify", &world.name(image)], &key[..]].concat());
        assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
    }
    let tag = format!("{}.sig", digest.replace(':', "-"));
    let output = world.run(&["triangulate", &name]);
    assert_eq!(output.stdout, format!("{}\n", world.name(&format!("app:{tag}"))).into_bytes());
    let output = world.run(&["tree", &name]);
    assert!(String::from_utf8_lossy(&output.stdout).contains(&tag));
    let output = world.run(&["download", "signature", &name]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["Base64Signature"].is_string() && document["Payload"].is_string());
    assert_eq!(world.run(&["download", "attestation", &name]).status.code(), Some(1));
}

#[test]
fn who_logs_in_is_let_in_until_they_log_out() {
    let world = World::new(token());
    let (name, host) = (world.name("app:demo"), world.registry.host());
    let scan = [&["image", &name], &LIST[..]].concat();
    let output = world.run(&scan);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("sealift login"), "{}", stderr(&output));
    let login = ["login", &host, "-u", "ada", "--password-stdin"];
    let wrong = world.run_with(&login, "wrong\n");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(!stderr(&wrong).contains("wrong"));
    assert!(world.run_with(&login, &format!("{PASSWORD}\n")).status.success());
    let output = world.run(&scan);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(world.run(&["logout", &host]).status.success());
    assert_eq!(world.run(&scan).status.code(), Some(2));
    let flags = ["--username", "ada", "--password", PASSWORD];
    assert!(world.run(&[&scan[..], &flags].concat()).status.success());
}

#[test]
fn a_registry_elsewhere_is_not_asked_without_tls() {
    let world = World::new(Access::Anybody);
    let output = world.run(&["image", "nowhere.invalid:1/app", "--image-src", "remote"]);
    assert_eq!(output.status.code(), Some(2));
    let output = world.run(&["image", "app", "--image-src", "docker,podman"]);
    let told = "no source has app: docker: no engine listens at /nowhere";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(2));
}

/// What the registry has under the name of what was just built is another image.
#[test]
fn the_registry_does_not_stand_in_for_an_engine_that_is_not_asked() {
    let world = World::new(Access::Anybody);
    let name = world.name("app:demo");
    let image = [&["image", &name, "--docker-host", "ssh://127.0.0.1:9"], &LIST[..]].concat();
    for flags in [&[][..], &["--quiet"]] {
        let output = world.run(&[&image[..], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("DOCKER_HOST is ssh://127.0.0.1:9"),
            "{}",
            stderr(&output)
        );
    }
    let remote = world.run(&[&image[..], &["--image-src", "remote", "-q"]].concat());
    assert!(remote.status.success(), "{}", stderr(&remote));
    assert_eq!(stderr(&remote), "");
}

#[test]
fn a_mirror_is_named_by_a_flag_or_in_sealift_toml() {
    let world = World::new(Access::Anybody);
    let mirror = World::new(Access::Anybody).registry;
    let (name, host) = (world.name("app:demo"), world.registry.host());
    let flag = format!("{host}=http://{}", mirror.host());
    let output = world.run(&[&["image", &name, "--registry-mirror", &flag], &LIST[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(world.registry.asked().is_empty());
    let asked = mirror.asked().len();
    assert!(asked > 2);
    let policy = format!("[registry.mirrors]\n'{host}' = ['http://{}']\n", mirror.host());
    fs::write(world.home.path().join("sealift.toml"), policy).unwrap();
    let key = ["--key", "key.pub", "--insecure-ignore-tlog", "--check-content"];
    let output = world.run(&[&["verify", &world.name("app:1")], &key[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(mirror.asked().len() > asked);
    // Who refers to an image is for its registry to say.
    assert!(world.registry.asked().iter().all(|asked| !asked.path().contains("/blobs/")));
    let wrong = world.run(&["image", &name, "--registry-mirror", "mirror.example"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("HOST=URL"), "{}", stderr(&wrong));
}

#[test]
fn an_sbom_of_the_older_kind_is_printed() {
    let world = World::new(Access::Anybody);
    let mut layout = Layout::default();
    let document = layout.blob("text/spdx+json", br#"{"spdxVersion": "SPDX-2.3"}"#);
    let config = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": [document]});
    let manifest = layout.document("application/vnd.oci.image.manifest.v1+json", &manifest);
    layout.tag(&format!("{}.sbom", world.signed.replace(':', "-")), &manifest);
    world.registry.put_layout(&layout, "app");
    let output = world.run(&["download", "sbom", &world.name("app:1")]);
    assert_eq!(output.stdout, br#"{"spdxVersion": "SPDX-2.3"}"#, "{}", stderr(&output));
    assert!(stderr(&output).contains("nobody has signed this"));
    let none = world.run(&["download", "sbom", &world.name("app:demo")]);
    assert_eq!(none.status.code(), Some(1), "{}", stderr(&none));
}

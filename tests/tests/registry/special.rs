//! What a registry may do wrong that takes more than one wrong answer, and what users get wrong.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealift_model::{BlobError, BlobSource as _, Descriptor, Digest};
use sealift_registry::{Credential, ErrorKind, Keychain, ManifestName, RepositoryBlobs};
use sealift_tests::registry::{Access, Fault, Options, TestRegistry};

use crate::pull::{tag, with_image};
use crate::push::{MANIFEST, artifact};
use crate::{app, name, registries};

/// Name, and what comes of it, or what is wrong with that.
pub(crate) type Case = (&'static str, fn() -> Result<String, String>);

pub(crate) const CASES: &[Case] = &[
    ("credential helper named with /", helper_with_slash),
    ("wrong password", wrong_password),
    ("expired token", expired_token),
    ("tag that moves during the pull", moving_tag),
    ("redirect to another host", redirect_elsewhere),
    ("foreign layer that points inside the network", foreign_layer),
    ("push refused at the manifest", push_refused),
    ("connection that breaks three times", broken_three_times),
];

const PASSWORD: &str = "open-sesame";

fn given(registry: &TestRegistry, password: &str) -> Keychain {
    let mut keychain = Keychain::default();
    let credential = Credential::Basic { user: "ada".into(), password: password.into() };
    keychain.given.insert(registry.host(), credential);
    keychain
}

fn is(outcome: &str, expected: bool) -> Result<String, String> {
    if expected { Ok(outcome.to_owned()) } else { Err(outcome.to_owned()) }
}

fn helper_with_slash() -> Result<String, String> {
    let (registry, _) = with_image(Options::default());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let helper = format!(r#"{{"credHelpers": {{"{}": "../../evil"}}}}"#, registry.host());
    fs::write(&file, helper).unwrap();
    let mut keychain = Keychain::default();
    keychain.files.push(file);
    let error =
        registries(keychain).repository(&name(&registry, "app")).manifest(&tag("1")).unwrap_err();
    is(&error.to_string(), matches!(error.kind, ErrorKind::Credentials(_)))
}

fn wrong_password() -> Result<String, String> {
    let access = Access::Token { user: "ada".into(), password: PASSWORD.into(), pull: false };
    let (registry, _) = with_image(Options { access, ..Options::default() });
    let repository = registries(given(&registry, "wrong-one")).repository(&name(&registry, "app"));
    let error = repository.manifest(&tag("1")).unwrap_err();
    let shows = format!("{error} {error:?}").contains("wrong-one");
    is(&error.to_string(), matches!(error.kind, ErrorKind::Denied { .. }) && !shows)
}

fn expired_token() -> Result<String, String> {
    let access = Access::Token { user: "ada".into(), password: PASSWORD.into(), pull: false };
    let (registry, digest) = with_image(Options { access, ..Options::default() });
    let repository = registries(given(&registry, PASSWORD)).repository(&name(&registry, "app"));
    repository.manifest(&tag("1")).unwrap();
    registry.forget_tokens();
    let again = repository.manifest(&tag("1")).unwrap();
    is("pulled with a new token", again.descriptor.digest == digest)
}

fn moving_tag() -> Result<String, String> {
    let (registry, digest) = with_image(Options::default());
    let blobs = RepositoryBlobs::new(app(&registry));
    let manifest = blobs.resolve(&tag("1")).unwrap().unwrap();
    registry.put_tag("app", "1", Digest::sha256_of(b"other"));
    let opened = blobs.open(&manifest).is_ok();
    is("what the tag named at first", opened && manifest.digest == digest)
}

fn redirect_elsewhere() -> Result<String, String> {
    let storage = TestRegistry::start(Options::default());
    let digest = storage.put_blob(b"content");
    let access = Access::Basic { user: "ada".into(), password: PASSWORD.into() };
    let (registry, _) = with_image(Options { access, ..Options::default() });
    let (_, port) =
        storage.host().split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    registry.fail(move |asked| {
        let place = format!("http://localhost:{port}{}", asked.target);
        let is_it = asked.path().contains("/blobs/") && asked.header("authorization").is_some();
        is_it.then(|| Fault::answer(307, &[("Location", &place)], ""))
    });
    let repository = registries(given(&registry, PASSWORD)).repository(&name(&registry, "app"));
    let blob = Descriptor::new("a/b", digest, 7);
    let read = repository.blob_bytes(&blob, 10).unwrap();
    let leaks = storage.asked().iter().any(|asked| asked.header("authorization").is_some());
    is("followed without credentials", read == b"content" && !leaks)
}

fn foreign_layer() -> Result<String, String> {
    let (registry, _) = with_image(Options::default());
    let blobs = RepositoryBlobs::new(app(&registry));
    // The descriptor's `urls` are not even read.
    let json = format!(
        r#"{{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "size": 7,
            "digest": "{}", "urls": ["http://169.254.169.254/latest"]}}"#,
        Digest::sha256_of(b"foreign")
    );
    let layer: Descriptor = serde_json::from_str(&json).unwrap();
    let missing = matches!(blobs.open(&layer).map(drop), Err(BlobError::Missing(_)));
    is("missing, and nobody else is asked", missing)
}

fn push_refused() -> Result<String, String> {
    let (registry, subject) = with_image(Options { referrers: false, ..Options::default() });
    let repository = app(&registry);
    let manifest = artifact(&repository, &subject, "a/type")(0);
    registry.fail(|asked| {
        let is_it = asked.method == "PUT" && asked.path().contains("/manifests/");
        is_it.then(|| Fault::answer(403, &[], r#"{"errors":[{"code":"DENIED"}]}"#))
    });
    let at = ManifestName::Digest(Digest::sha256_of(&manifest));
    let error = repository.push_manifest(&manifest, MANIFEST, &at).unwrap_err();
    is(&error.to_string(), matches!(error.kind, ErrorKind::Denied { .. }))
}

fn broken_three_times() -> Result<String, String> {
    let registry = TestRegistry::start(Options::default());
    let content = vec![7; 1_000_000];
    let digest = registry.put_blob(&content);
    let count = AtomicUsize::new(0);
    registry.fail(move |asked| {
        let is_it = asked.path().contains("/blobs/");
        let breaks = is_it && count.fetch_add(1, Ordering::Relaxed) < 3;
        breaks.then_some(Fault::Truncated(200_000))
    });
    let blob = Descriptor::new("a/b", digest, 1_000_000);
    let read = app(&registry).blob_bytes(&blob, 1 << 20).unwrap();
    is("taken up where it broke", read == content)
}

//! Pushing.

use std::sync::Arc;

use sealift_http::Client;
use sealift_model::Digest;
use sealift_registry::{
    Edited, Error, ErrorKind, Keychain, Limits, ManifestName, Registries, Repository,
};
use sealift_tests::registry::{Fault, Options, TestRegistry};
use serde_json::json;

use crate::pull::{tag, with_image};
use crate::{app, config, name};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Makes manifests that refer to a subject, one for each number.
pub(crate) fn artifact(
    repository: &Repository,
    subject: &Digest,
    artifact_type: &str,
) -> impl Fn(u32) -> Vec<u8> {
    let config = repository.push_blob(EMPTY, b"{}").unwrap();
    let (subject, artifact_type) = (subject.clone(), artifact_type.to_owned());
    move |number| {
        let document = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": artifact_type,
            "config": config,
            "layers": [config],
            "subject": {"mediaType": MANIFEST, "digest": subject.to_string(), "size": 2},
            "annotations": {"number": number.to_string()},
        });
        serde_json::to_vec(&document).unwrap()
    }
}

#[test]
fn pushes_whole_and_in_pieces() {
    let registry = TestRegistry::start(Options::default());
    let mut limits = Limits::default();
    limits.upload_chunk_bytes = 1000;
    let registries =
        Registries::with_limits(Client::new(config()).unwrap(), Keychain::default(), limits);
    let repository = registries.repository(&name(&registry, "app"));
    for length in [0, 1, 999, 1000, 1001, 2000, 4321] {
        let content: Vec<u8> = (0..length).map(|at: u32| at.to_le_bytes()[0]).collect();
        let whole = repository.push_blob("a/b", &content).unwrap();
        assert!(registry.blob(&whole.digest) == Some(content.clone()), "{length}");
        let mut other = content;
        other.push(b'.');
        let streamed = repository.push_blob_from("a/b", &mut &*other).unwrap();
        assert_eq!(streamed.digest, Digest::sha256_of(&other));
        assert_eq!(streamed.size, u64::from(length) + 1);
        assert!(registry.blob(&streamed.digest) == Some(other));
    }
    // What is there is not sent again.
    let before = registry.asked().len();
    repository.push_blob("a/b", b"").unwrap();
    let [head] = &registry.asked()[before..] else { panic!("one request") };
    assert_eq!(head.method, "HEAD");
}

#[test]
fn mounts_what_another_repository_has() {
    let registry = TestRegistry::start(Options::default());
    let registries = crate::registries(Keychain::default());
    let (from, to) = (
        registries.repository(&name(&registry, "a")),
        registries.repository(&name(&registry, "b")),
    );
    let digest = registry.put_blob(b"base");
    assert!(to.mount_blob(&digest, &from).unwrap());
    assert!(!to.mount_blob(&Digest::sha256_of(b"other"), &from).unwrap());
    assert_eq!(registry.asked().last().unwrap().method, "DELETE");
}

#[test]
fn keeps_what_else_the_fallback_tag_lists() {
    let (registry, subject) = with_image(Options { referrers: false, ..Options::default() });
    let repository = app(&registry);
    let manifest = artifact(&repository, &subject, "a/type");
    for number in [0, 1, 0] {
        repository.push_manifest(&manifest(number), MANIFEST, &tag("x")).unwrap();
    }
    assert_eq!(repository.referrers(&subject).unwrap().manifests.len(), 2);
}

#[test]
fn a_push_that_is_refused_half_way_is_an_error() {
    let (registry, subject) = with_image(Options { referrers: false, ..Options::default() });
    let repository = app(&registry);
    let manifest = artifact(&repository, &subject, "a/type")(0);
    for (method, part) in
        [("POST", "uploads"), ("PUT", "uploads"), ("PUT", "manifests/sha256:"), ("PUT", "sha256-")]
    {
        let rule = Arc::new((method, part));
        registry.fail(move |asked| {
            let (method, part) = *rule;
            let is_it = asked.method == method && asked.path().contains(part);
            is_it.then(|| Fault::answer(403, &[], r#"{"errors":[{"code":"DENIED"}]}"#))
        });
        let pushed =
            repository.push_blob("a/b", format!("{method}{part}").as_bytes()).and_then(|_| {
                let name = ManifestName::Digest(Digest::sha256_of(&manifest));
                repository.push_manifest(&manifest, MANIFEST, &name)
            });
        let error = pushed.unwrap_err();
        assert!(
            matches!(&error.kind, ErrorKind::Denied { message: Some(said), .. } if said == "DENIED")
        );
    }
}

/// The registry has taken it, and its answer never arrives.
#[test]
fn a_push_whose_answer_is_lost_is_looked_up() {
    let (registry, subject) = with_image(Options::default());
    let repository = app(&registry);
    let manifest = artifact(&repository, &subject, "a/type");
    let push = |number| {
        let manifest = manifest(number);
        let name = ManifestName::Digest(Digest::sha256_of(&manifest));
        repository.push_manifest(&manifest, MANIFEST, &name)
    };
    let lose = |methods: &'static [&'static str]| {
        registry.fail(move |asked| {
            let is_it =
                methods.contains(&asked.method.as_str()) && asked.path().contains("manifests/");
            is_it.then_some(Fault::HangUp)
        });
    };
    lose(&["PUT"]);
    assert!(push(0).unwrap().is_listed);
    lose(&["PUT", "HEAD"]);
    let error = push(1).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Unknown { .. }), "{error}");
    registry.fail(|asked| match asked.method.as_str() {
        "PUT" => Some(Fault::HangUp),
        "HEAD" => Some(Fault::answer(404, &[], "")),
        _ => None,
    });
    let error = push(2).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Http(_)), "{error}");
}

#[test]
fn those_that_push_at_once_lose_nothing() {
    let registry = TestRegistry::start(Options { referrers: false, ..Options::default() });
    let subject = Digest::sha256_of(b"an image");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (registry, subject) = (&registry, &subject);
            scope.spawn(move || {
                // Each has a client of its own, as programs on different machines have.
                let repository = app(registry);
                let manifest = artifact(&repository, subject, "application/vnd.x")(number);
                let digest = ManifestName::Digest(Digest::sha256_of(&manifest));
                repository.push_manifest(&manifest, MANIFEST, &digest).unwrap();
            });
        }
    });
    let listed = app(&registry).referrers(&subject).unwrap().manifests;
    assert_eq!(listed.len(), 8, "{listed:?}");
}

#[test]
fn a_tag_is_looked_at_until_it_is_as_wanted() {
    let registry = TestRegistry::start(Options::default());
    let repository = app(&registry);
    let mut count = 0_u32;
    let edited = repository.edit_tag::<Error>("moving", |_| {
        count += 1;
        let bytes =
            json!({"schemaVersion": 2, "manifests": [], "n": count}).to_string().into_bytes();
        Ok((count < 3).then(|| Edited { bytes, media_type: INDEX.to_owned() }))
    });
    edited.unwrap();
    assert_eq!(count, 3);
}

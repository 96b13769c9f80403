//! Pulling.

use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sealift_http::Client;
use sealift_model::{BlobSource as _, Descriptor, Digest};
use sealift_registry::{ErrorKind, Keychain, ManifestName, Mirrors, Registries, RepositoryBlobs};
use sealift_tests::instance::Layout;
use sealift_tests::registry::{Fault, Options, TestRegistry};

use crate::app;

/// A registry with an image, tagged `app:1`, and the image's digest.
pub(crate) fn with_image(options: Options) -> (TestRegistry, Digest) {
    let mut layout = Layout::default();
    let image = layout.image(&[&[7; 40_000], b"second"]);
    layout.tag("1", &image);
    let registry = TestRegistry::start(options);
    registry.put_layout(&layout, "app");
    (registry, image["digest"].as_str().unwrap().parse().unwrap())
}

pub(crate) fn tag(tag: &str) -> ManifestName {
    ManifestName::Tag(tag.to_owned())
}

#[test]
fn resolves_a_tag_once() {
    let (registry, digest) = with_image(Options::default());
    let blobs = RepositoryBlobs::new(app(&registry));
    let manifest = blobs.resolve(&tag("1")).unwrap().unwrap();
    assert_eq!(manifest.digest, digest);
    // It moves, and what was resolved stays.
    registry.put_tag("app", "1", Digest::sha256_of(b""));
    let mut bytes = Vec::new();
    blobs.open(&manifest).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(Digest::sha256_of(&bytes), digest);
    assert_eq!(blobs.resolve(&tag("2")).unwrap(), None);
    let head = blobs.repository().head_manifest(&ManifestName::Digest(digest)).unwrap().unwrap();
    assert_eq!(head, manifest);
}

#[test]
fn takes_a_blob_up_where_it_broke() {
    for ranges in [true, false] {
        let registry = TestRegistry::start(Options { ranges, ..Options::default() });
        let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
        let digest = registry.put_blob(&content);
        let count = AtomicUsize::new(0);
        registry.fail(move |asked| {
            let breaks =
                asked.path().contains("/blobs/") && count.fetch_add(1, Ordering::Relaxed) < 3;
            breaks.then_some(Fault::Truncated(150_000))
        });
        let descriptor = Descriptor::new("a/b", digest, 400_000);
        // Each truncated answer without ranges ends at the same place: three are too few to fail.
        let bytes = app(&registry).blob_bytes(&descriptor, 1 << 20).unwrap();
        assert!(bytes == content, "ranges: {ranges}");
    }
}

#[test]
fn lists_tags_and_referrers_page_by_page() {
    for referrers in [true, false] {
        let options = Options { referrers, page: 2, ..Options::default() };
        let (registry, subject) = with_image(options);
        for number in 2..=5 {
            registry.put_tag("app", &number.to_string(), subject.clone());
        }
        let repository = app(&registry);
        assert_eq!(repository.tags().unwrap(), ["1", "2", "3", "4", "5"]);
        assert!(repository.referrers(&subject).unwrap().manifests.is_empty());
        let manifest = crate::push::artifact(&repository, &subject, "a/type");
        let mut expected = Vec::new();
        for number in 0..5 {
            let bytes = manifest(number);
            let digest = ManifestName::Digest(Digest::sha256_of(&bytes));
            let pushed = repository.push_manifest(&bytes, crate::push::MANIFEST, &digest).unwrap();
            assert_eq!(pushed.is_listed, referrers);
            expected.push(pushed.descriptor.digest);
        }
        expected.sort();
        let found = repository.referrers(&subject).unwrap();
        assert_eq!(found.is_supported, referrers);
        assert!(found.manifests.iter().all(|one| one.artifact_type.as_deref() == Some("a/type")));
        let mut found: Vec<Digest> = found.manifests.into_iter().map(|one| one.digest).collect();
        found.sort();
        assert_eq!(found, expected);
    }
}

/// Registries take the path of the referrers API for something else in many ways: what stands under
/// the fallback tag counts all the same.
#[test]
fn answers_that_are_no_list_of_referrers() {
    let options = Options { referrers: false, ..Options::default() };
    let (registry, subject) = with_image(options);
    let repository = app(&registry);
    let bytes = crate::push::artifact(&repository, &subject, "a/type")(0);
    let digest = ManifestName::Digest(Digest::sha256_of(&bytes));
    repository.push_manifest(&bytes, crate::push::MANIFEST, &digest).unwrap();
    for (status, media_type, body) in [
        (400, "application/json", "{}"),
        (404, "text/plain", ""),
        (405, "text/plain", ""),
        (406, "text/plain", ""),
        (501, "text/plain", ""),
        (200, "text/html; charset=utf-8", "<!doctype html>"),
        (200, "text/plain", r#"{"manifests":[{}]}"#),
    ] {
        registry.fail(move |asked| {
            let is_it = asked.path().contains("/referrers/");
            is_it.then(|| Fault::answer(status, &[("Content-Type", media_type)], body))
        });
        let found = repository.referrers(&subject);
        let found = found.unwrap_or_else(|error| panic!("{status} {media_type}: {error}"));
        assert!(!found.is_supported, "{status} {media_type}");
        assert_eq!(found.manifests.len(), 1, "{status} {media_type}");
    }
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let (registry, digest) = with_image(Options::default());
    let error = app(&registry).manifest(&tag("2")).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::NotFound { .. }), "{error}");
    let blobs = RepositoryBlobs::new(app(&registry));
    let missing = Descriptor::new("a/b", Digest::sha256_of(b"missing"), 7);
    let error = blobs.open(&missing).map(drop).unwrap_err();
    assert!(matches!(error, sealift_model::BlobError::Missing(_)));
    assert!(!app(&registry).has_blob(&missing.digest).unwrap());
    app(&registry).delete_manifest(&ManifestName::Digest(digest.clone())).unwrap();
    assert!(app(&registry).find_manifest(&ManifestName::Digest(digest)).unwrap().is_none());
}

#[test]
fn a_mirror_is_asked_first_and_not_believed() {
    let (registry, digest) = with_image(Options::default());
    let (mirror, _) = with_image(Options::default());
    mirror.put_tag("hub/app", "1", digest.clone());
    let through = |mirrors: &[String]| {
        let mut named = Mirrors::default();
        for mirror in mirrors {
            named.add(&registry.host(), &mirror.parse().unwrap());
        }
        let client = Client::new(crate::config()).unwrap();
        let registries = Registries::with_mirrors(client, Keychain::default(), named);
        RepositoryBlobs::new(registries.repository(&crate::name(&registry, "app:1")))
    };
    let read = |blobs: &RepositoryBlobs, blob: &Descriptor| {
        let mut bytes = Vec::new();
        blobs.open(blob).unwrap().read_to_end(&mut bytes).map(|_| bytes)
    };
    let layer = Descriptor::new("a/b", Digest::sha256_of(b"second"), 6);
    let here = format!("http://{}/hub", mirror.host());
    let blobs = through(std::slice::from_ref(&here));
    assert_eq!(blobs.resolve(&tag("1")).unwrap().unwrap().digest, digest);
    assert_eq!(read(&blobs, &layer).unwrap(), b"second");
    assert!(registry.asked().is_empty() && !mirror.asked().is_empty());
    // What it does not have, or gives under a wrong digest, comes from the registry.
    mirror.fail(|asked| match asked.path() {
        path if path.contains("/blobs/") => Some(Fault::answer(404, &[], "")),
        path if path.contains("/manifests/") => Some(Fault::Changed),
        _ => None,
    });
    let blobs = through(&[here]);
    assert_eq!(blobs.resolve(&tag("1")).unwrap().unwrap().digest, digest);
    assert_eq!(read(&blobs, &layer).unwrap(), b"second");
    assert_eq!(registry.asked().iter().filter(|it| it.path().contains("app")).count(), 2);
    // So does a layer whose bytes are others, once its reader says so.
    mirror.fail(|asked| asked.path().contains("/blobs/").then_some(Fault::Changed));
    let blobs = through(&[format!("http://{}/hub", mirror.host())]);
    assert_ne!(read(&blobs, &layer).unwrap(), b"second");
    assert!(blobs.refuse(&layer), "the registry is left");
    assert_eq!(read(&blobs, &layer).unwrap(), b"second");
    assert!(!blobs.refuse(&layer), "nobody is left");
    // A mirror in the registry itself is not the registry.
    registry.put_tag("hub/app", "1", digest.clone());
    registry.fail(|asked| asked.path().contains("/hub/app/blobs/").then_some(Fault::Changed));
    let blobs = through(&[format!("http://{}/hub", registry.host())]);
    assert_ne!(read(&blobs, &layer).unwrap(), b"second");
    assert!(blobs.refuse(&layer), "the registry is left");
    assert_eq!(read(&blobs, &layer).unwrap(), b"second");
    assert!(!blobs.refuse(&layer), "nobody is left");
    registry.fail(|_| None);
    // One that does not answer is waited for once.
    let blobs = through(&["http://127.0.0.1:9".to_owned()]);
    let start = Instant::now();
    assert!(blobs.resolve(&tag("1")).unwrap().is_some());
    assert_eq!(read(&blobs, &layer).unwrap(), b"second");
    assert!(start.elapsed() < Duration::from_secs(2));
}

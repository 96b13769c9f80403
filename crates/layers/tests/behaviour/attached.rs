//! What is attached to an image, and whether every byte of an image is as signed.

use std::fs;
use std::num::NonZeroUsize;

use sealift_layers::{CheckedContent, Error, ImageSource, Limits, ReadOptions, check_content};
use sealift_model::{BlobError, Descriptor, Digest};
use serde_json::json;

use crate::support::{INDEX, Layout, MANIFEST, Tar};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

fn image(layout: &Layout, text: &str) -> Descriptor {
    let lower = layout.gzip(&Tar::new().file("f", text).end());
    let upper = layout.plain(&Tar::new().file("g", text).end());
    layout.image(&[lower, upper])
}

fn referrer(layout: &Layout, image: &Descriptor, text: &str) -> Descriptor {
    let layer = layout.blob(BUNDLE, text.as_bytes());
    let config = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": BUNDLE,
                          "config": config, "layers": [layer], "subject": image});
    layout.json(MANIFEST, &manifest)
}

fn tag_of(image: &Descriptor) -> String {
    image.digest.to_string().replace(':', "-")
}

fn digests(found: &[Descriptor]) -> Vec<&Digest> {
    found.iter().map(|descriptor| &descriptor.digest).collect()
}

fn check(layout: &Layout, root: &Descriptor) -> Result<CheckedContent, Error> {
    let limits = Limits::default();
    let options = ReadOptions::new(&limits).with_threads(NonZeroUsize::new(2).unwrap());
    check_content(&layout.source(), root, &options)
}

#[test]
fn finds_referrers_by_subject_and_by_the_fallback_tag() {
    let mut layout = Layout::new();
    let image = image(&layout, "one");
    let by_subject = referrer(&layout, &image, "by subject");
    let listed = referrer(&layout, &image, "listed");
    let unnamed = referrer(&layout, &image, "unnamed");
    let of_another = referrer(&layout, &by_subject, "of another");
    let fallback = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": [listed]}));
    layout.tag("1.0", &image);
    layout.tag(&tag_of(&image), &fallback);
    for manifest in [&by_subject, &of_another] {
        layout.roots.push(serde_json::to_value(manifest).unwrap());
    }
    let found = layout.source().referrers(&image.digest).unwrap();
    assert_eq!(digests(&found.manifests), [&listed.digest, &by_subject.digest]);
    assert!(found.unreadable.is_empty());

    // What `cosign save` writes names the image alone.
    layout.roots.clear();
    let mut saved = image.clone();
    saved.annotations.insert("kind".to_owned(), "dev.cosignproject.cosign/image".to_owned());
    layout.roots.push(serde_json::to_value(&saved).unwrap());
    let found = layout.source().referrers(&image.digest).unwrap();
    let mut expected = vec![&by_subject.digest, &listed.digest, &unnamed.digest];
    expected.sort();
    assert_eq!(digests(&found.manifests), expected);
}

#[test]
fn says_which_referrers_cannot_be_read() {
    let mut layout = Layout::new();
    let image = image(&layout, "one");
    let changed = referrer(&layout, &image, "changed");
    layout.tag("1.0", &image);
    layout.roots.push(serde_json::to_value(&changed).unwrap());
    fs::write(layout.blob_path(&changed.digest), "{}").unwrap();
    let found = layout.source().referrers(&image.digest).unwrap();
    assert!(found.manifests.is_empty());
    assert!(matches!(&found.unreadable[..], [(digest, Error::BlobSize { .. })]
        if *digest == changed.digest));
}

#[test]
fn finds_what_tags_and_kinds_attach() {
    let mut layout = Layout::new();
    let image = image(&layout, "one");
    let signatures = layout.json(MANIFEST, &json!({"schemaVersion": 2}));
    layout.tag("1.0", &image);
    layout.tag(&format!("registry.example/app:{}.sig", tag_of(&image)), &signatures);
    let attached = |source: &ImageSource| source.attached(&image.digest, "sig", "sigs");
    assert_eq!(digests(&attached(&layout.source())), [&signatures.digest]);
    assert!(layout.source().attached(&image.digest, "att", "atts").is_empty());
    // Without a selector, the image is the one that is not attached to another.
    assert_eq!(layout.source().select(None).unwrap().digest, image.digest);

    layout.roots.clear();
    for (descriptor, kind) in [(&image, "image"), (&signatures, "sigs")] {
        let mut root = serde_json::to_value(descriptor).unwrap();
        root["annotations"] = json!({"kind": format!("dev.cosignproject.cosign/{kind}")});
        layout.roots.push(root);
    }
    assert_eq!(digests(&attached(&layout.source())), [&signatures.digest]);
    assert_eq!(layout.source().select(None).unwrap().digest, image.digest);
}

/// Every byte of every blob of an index matters, and the error names its blob.
#[test]
fn one_flipped_byte_anywhere_is_found() {
    let mut layout = Layout::new();
    let children = [image(&layout, "one"), image(&layout, "two")];
    let index = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": children}));
    layout.tag("1.0", &index);
    let whole = check(&layout, &index).unwrap();
    assert_eq!((whole.manifests, whole.blobs, whole.absent.len()), (2, 4, 0));
    for entry in fs::read_dir(layout.folder.path().join("blobs/sha256")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            fs::write(&path, flipped).unwrap();
            let error = check(&layout, &index).unwrap_err().to_string();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name), "{error}, not {name}");
        }
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_child_may_be_absent_and_a_layer_may_not() {
    let mut layout = Layout::new();
    let children = [image(&layout, "one"), image(&layout, "two")];
    let index = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": children}));
    layout.tag("1.0", &index);
    fs::remove_file(layout.blob_path(&children[1].digest)).unwrap();
    assert_eq!(digests(&check(&layout, &index).unwrap().absent), [&children[1].digest]);
    let manifest = fs::read(layout.blob_path(&children[0].digest)).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let layer: Digest = manifest["layers"][0]["digest"].as_str().unwrap().parse().unwrap();
    fs::remove_file(layout.blob_path(&layer)).unwrap();
    let error = check(&layout, &index).unwrap_err();
    assert!(matches!(error, Error::Blob(BlobError::Missing(digest)) if digest == layer));
}

#[test]
fn a_layer_that_unpacks_to_something_else_is_found() {
    let mut layout = Layout::new();
    let mut layer = layout.gzip(&Tar::new().file("f", "one").end());
    layer.diff_id = Digest::sha256_of(b"something else");
    let image = layout.image(&[layer]);
    layout.tag("1.0", &image);
    assert!(matches!(check(&layout, &image), Err(Error::DiffId { .. })));
}

/// A chart, an attestation of a builder: its blobs are compared as they are.
#[test]
fn what_is_no_image_is_compared_with_its_digests() {
    let mut layout = Layout::new();
    let subject = image(&layout, "one");
    let artifact = referrer(&layout, &subject, "an artifact");
    layout.roots.push(serde_json::to_value(&artifact).unwrap());
    assert_eq!(check(&layout, &artifact).unwrap().blobs, 2);
    fs::write(layout.blob_path(&Digest::sha256_of(b"an artifact")), "an artefact").unwrap();
    assert!(matches!(check(&layout, &artifact), Err(Error::BlobDigest { .. })));
}

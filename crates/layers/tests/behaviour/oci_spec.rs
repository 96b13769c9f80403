//! Manifests, indexes and configs say the same to `oci-spec` as to us: the documents of every
//! image of the test data, and a few made by hand.

use std::io::Read;

use oci_spec::image::{Arch, ImageConfiguration, ImageIndex, ImageManifest, MediaType};
use sealift_layers::{Image, ImageSource, Limits};
use sealift_model::{BlobSource, Descriptor, Timestamp};
use sealift_suite::{Suite, test_data};
use serde_json::json;

use crate::support::{INDEX, LAYER, Layout, MANIFEST};

fn bytes(source: &ImageSource, blob: &Descriptor) -> Vec<u8> {
    let mut bytes = Vec::new();
    source.open(blob).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// What a descriptor says, in the form that both sides have.
fn named(descriptor: &oci_spec::image::Descriptor) -> (String, String, u64) {
    let media_type = descriptor.media_type().to_string();
    (media_type, descriptor.digest().to_string(), descriptor.size())
}

fn ours(descriptor: &Descriptor) -> (String, String, u64) {
    (descriptor.media_type.clone(), descriptor.digest.to_string(), descriptor.size)
}

/// Opens what `root` names both ways and compares.
fn compare(source: &ImageSource, root: &Descriptor) {
    let image = Image::open(source, root, None, &Limits::default()).unwrap();
    if image.index.is_some() {
        let index = ImageIndex::from_reader(&*bytes(source, root)).unwrap();
        let chosen = index.manifests().iter().find(|entry| {
            entry.platform().as_ref().is_some_and(|it| *it.architecture() == Arch::Amd64)
        });
        let (_, digest, size) = named(chosen.unwrap());
        assert_eq!((digest, size), (image.manifest.digest.to_string(), image.manifest.size));
    }
    let manifest = ImageManifest::from_reader(&*bytes(source, &image.manifest)).unwrap();
    assert_eq!(manifest.config().digest().to_string(), image.id().to_string());
    assert_eq!(
        manifest.layers().iter().map(named).collect::<Vec<_>>(),
        image.layers.iter().map(|layer| ours(&layer.descriptor)).collect::<Vec<_>>()
    );
    compare_config(&image);
}

fn compare_config(image: &Image) {
    let config = ImageConfiguration::from_reader(&*image.config.json).unwrap();
    assert_eq!(config.architecture().to_string(), image.config.architecture);
    assert_eq!(config.os().to_string(), image.config.os);
    assert_eq!(*config.variant(), image.config.variant);
    assert_eq!(time(config.created().as_ref()), image.config.created);
    let diff_ids = image.config.diff_ids.iter().map(ToString::to_string);
    assert_eq!(*config.rootfs().diff_ids(), diff_ids.collect::<Vec<_>>());

    let history = config.history().as_deref().unwrap_or_default();
    assert_eq!(history.len(), image.config.history.len());
    for (theirs, ours) in history.iter().zip(&image.config.history) {
        assert_eq!(time(theirs.created().as_ref()), ours.created);
        assert_eq!(theirs.created_by().as_deref().unwrap_or_default(), ours.created_by);
        assert_eq!(theirs.comment().as_deref().unwrap_or_default(), ours.comment);
        assert_eq!(theirs.empty_layer().unwrap_or_default(), ours.empty_layer);
    }
}

fn time(text: Option<&String>) -> Option<Timestamp> {
    text.map(|text| text.parse().unwrap())
}

#[test]
fn every_image_of_the_test_data_is_the_same() {
    let Some(data) = test_data() else { return };
    let oci = data.join("images/oci");
    let source = ImageSource::open_layout(&oci, &Limits::default()).unwrap();
    let index = ImageIndex::from_file(oci.join("index.json")).unwrap();
    assert_eq!(
        index.manifests().iter().map(named).collect::<Vec<_>>(),
        source.roots().iter().map(ours).collect::<Vec<_>>()
    );
    let mut suite = Suite::new("images/oci, oci-spec", "");
    for root in source.roots() {
        suite.run(&root.digest.to_string(), || compare(&source, root));
    }
    suite.finish();
}

#[test]
fn an_index_and_all_that_a_config_can_say_are_the_same() {
    let mut layout = Layout::new();
    let layers = [layout.plain(b""), layout.gzip(b"a"), layout.zstd(b"b")];
    let mut config = layout.config(&layers);
    config["variant"] = json!("v3");
    config["created"] = json!("2026-01-31T12:00:00.25+01:00");
    config["history"] = json!([
        {"created": "2026-01-31T11:00:00Z", "created_by": "ADD rootfs / # \u{e4}"},
        {"created_by": "ENV A=1", "comment": "buildkit", "empty_layer": true},
        {}, {"author": "someone"},
    ]);
    let manifest = layout.manifest(&config, &layers);
    let root = layout.json(MANIFEST, &manifest);
    compare(&layout.source(), &root);

    let entry = |architecture: &str| {
        json!({"mediaType": root.media_type, "digest": root.digest, "size": root.size,
               "platform": {"os": "linux", "architecture": architecture}})
    };
    let manifests = [entry("arm64"), entry("amd64")];
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let root = layout.json(INDEX, &index);
    layout.tag("shop:1.4", &root);
    compare(&layout.source(), &root);
}

#[test]
fn media_types_have_the_names_that_the_specification_gives() {
    assert_eq!(MediaType::ImageIndex.to_string(), INDEX);
    assert_eq!(MediaType::ImageManifest.to_string(), MANIFEST);
    for (theirs, coding) in [
        (MediaType::ImageLayer, ""),
        (MediaType::ImageLayerGzip, "+gzip"),
        (MediaType::ImageLayerZstd, "+zstd"),
    ] {
        assert_eq!(theirs.to_string(), format!("{LAYER}{coding}"));
    }
}

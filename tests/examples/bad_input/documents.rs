//! Manifests, indexes and configs.

use std::fs;

use serde_json::json;

use crate::case::{Case, Place};
use crate::layout::{CONFIG, INDEX, Layer, Layout, MANIFEST, flip};
use crate::tar::Tar;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("flipped byte in a layer", 2, |place| {
            let (layout, layers) = small(place);
            layout.image(&layers);
            flip(&layout.file(&layers[0].descriptor));
            place.image()
        })
        .says("digest"),
        Case::new("flipped byte in the config", 2, |place| {
            let (layout, layers) = small(place);
            layout.image(&layers);
            flip(&layout.file(&layout.json(CONFIG, &layout.config(&layers))));
            place.image()
        })
        .says("digest"),
        Case::new("flipped byte in the manifest", 2, |place| {
            let (layout, layers) = small(place);
            flip(&layout.file(&layout.image(&layers)));
            place.image()
        })
        .says("digest"),
        Case::new("wrong diff-id", 2, |place| {
            let (layout, mut layers) = small(place);
            layers[0].diff_id = format!("sha256:{}", "0".repeat(64));
            layout.image(&layers);
            place.image()
        })
        .says("sha256:0000"),
        Case::new("wrong number of diff-ids", 2, |place| {
            let (layout, layers) = small(place);
            let config = layout.config(&layers[..1]);
            layout.root(&layout.json(MANIFEST, &layout.manifest(&config, &layers)));
            place.image()
        })
        .says("diff"),
        Case::new("index that lists itself", 2, |place| {
            let layout = Layout::new(place);
            let digest = format!("sha256:{}", "5".repeat(64));
            let own = json!({"mediaType": INDEX, "digest": digest, "size": 200});
            let text = format!("{:200}", json!({"schemaVersion": 2, "manifests": [&own]}));
            fs::write(layout.file(&own), text).expect("a blob");
            layout.root(&own);
            place.image()
        })
        .says("sha256:5555"),
        Case::new("100 indexes in one another", 2, |place| {
            let (layout, layers) = small(place);
            let mut root = layout.image(&layers);
            for _ in 0..100 {
                root = layout.json(INDEX, &json!({"schemaVersion": 2, "manifests": [root]}));
            }
            layout.root(&root);
            place.image()
        })
        .says("max_index_depth"),
        Case::new("manifest with layers and manifests", 2, |place| {
            let (layout, layers) = small(place);
            let mut manifest = layout.manifest(&layout.config(&layers), &layers);
            manifest["manifests"] = json!([]);
            layout.root(&layout.json(MANIFEST, &manifest));
            place.image()
        })
        .says("manifests"),
        Case::new("unknown media type of a manifest", 2, |place| {
            let (layout, layers) = small(place);
            let mut root = layout.image(&layers);
            root["mediaType"] = json!("text/html");
            layout.root(&root);
            place.image()
        })
        .says("text/html"),
        Case::new("unknown media type of a layer", 2, |place| {
            let (layout, mut layers) = small(place);
            layers[0].descriptor["mediaType"] = json!("application/x-rar");
            layout.image(&layers);
            place.image()
        })
        .says("application/x-rar"),
        Case::new("manifest of a million brackets", 2, |place| {
            let layout = Layout::new(place);
            layout.root(&layout.blob(MANIFEST, "[".repeat(1_000_000).as_bytes()));
            place.image()
        })
        .says("error"),
        Case::new("manifest of 1 GiB", 2, |place| {
            let layout = Layout::new(place);
            let mut root = layout.blob(MANIFEST, b"{}");
            root["size"] = json!(1_u64 << 30);
            let file = fs::File::create(layout.file(&root)).expect("a blob");
            file.set_len(1 << 30).expect("a sparse file");
            layout.root(&root);
            place.image()
        })
        .says("max_document_bytes"),
        Case::new("empty image", 0, |place| {
            Layout::new(place).image(&[]);
            place.image()
        })
        .says("SchemaVersion"),
        Case::new("foreign platform", 2, |place| {
            let (layout, layers) = small(place);
            layout.image(&layers);
            [place.image(), vec!["--platform=linux/riscv64".to_owned()]].concat()
        })
        .says("linux/riscv64"),
        Case::new("missing target", 2, |place| place.scan("image", "oci:./not-there"))
            .says("not-there"),
        Case::new("missing tag", 2, |place| {
            let (layout, layers) = small(place);
            layout.image(&layers);
            place.scan("image", "oci:.:not-there")
        })
        .says("not-there"),
        Case::new("FIFO in place of a blob", 2, |place| {
            let (layout, layers) = small(place);
            layout.image(&layers);
            let file = layout.file(&layers[0].descriptor);
            fs::remove_file(&file).expect("the blob");
            crate::directories::special("mkfifo", &[&file.display().to_string()]);
            place.image()
        })
        .says("regular file"),
    ]
}

/// Two small layers.
fn small<'p>(place: &Place<'p>) -> (Layout<'p>, Vec<Layer>) {
    let layout = Layout::new(place);
    let first = layout.gzip(&Tar::default().npm("app", "lodash", "4.17.20").end());
    let second = layout.gzip(&Tar::default().npm("app", "axios", "0.21.0").end());
    (layout, vec![first, second])
}

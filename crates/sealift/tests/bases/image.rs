//! Images made by hand: a layout with layers of a few small files.
#![expect(clippy::indexing_slicing, reason = "a header has its places")]

use std::fs;
use std::path::Path;

use sealift::Digest;
use serde_json::{Value, json};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// A layer: paths with what is in them.
pub(crate) type Layer<'l> = &'l [(&'l str, &'l str)];

/// Writes an image of these layers as the only one of the layout `folder`, and gives its diff-ids.
pub(crate) fn write(folder: &Path, layers: &[Layer<'_>], history: &Value) -> Vec<Digest> {
    let (manifest, diff_ids) = image(folder, "amd64", layers, history);
    list(folder, &[manifest]);
    diff_ids
}

/// Writes an index of images, each of one layer and for one architecture.
pub(crate) fn write_index(folder: &Path, images: &[(&str, Layer<'_>)]) {
    let entry = |(architecture, layer): &(&str, Layer<'_>)| {
        let (mut manifest, _) = image(folder, architecture, &[layer], &json!([]));
        manifest["platform"] = json!({"architecture": architecture, "os": "linux"});
        manifest
    };
    let manifests: Vec<Value> = images.iter().map(entry).collect();
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    let index = blob(folder, INDEX, index.to_string().as_bytes());
    list(folder, &[index]);
}

fn list(folder: &Path, manifests: &[Value]) {
    let index = json!({"schemaVersion": 2, "manifests": manifests});
    fs::write(folder.join("index.json"), index.to_string()).unwrap();
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
}

/// Writes the blobs of an image, and gives the descriptor of its manifest and its diff-ids.
fn image(
    folder: &Path,
    architecture: &str,
    layers: &[Layer<'_>],
    history: &Value,
) -> (Value, Vec<Digest>) {
    let layers: Vec<Vec<u8>> = layers.iter().map(|files| tar(files)).collect();
    let diff_ids: Vec<Digest> = layers.iter().map(|tar| Digest::sha256_of(tar)).collect();
    let config = json!({
        "architecture": architecture, "os": "linux", "created": "2026-03-01T00:00:00Z",
        "history": history,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    });
    let layers: Vec<Value> = layers.iter().map(|tar| blob(folder, LAYER, tar)).collect();
    let config = blob(folder, CONFIG, config.to_string().as_bytes());
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                          "layers": layers});
    (blob(folder, MANIFEST, manifest.to_string().as_bytes()), diff_ids)
}

fn blob(folder: &Path, media_type: &str, content: &[u8]) -> Value {
    let digest = Digest::sha256_of(content);
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join(digest.hex()), content).unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": content.len()})
}

/// An archive of files (ustar, POSIX.1-1988).
fn tar(files: Layer<'_>) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(content.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

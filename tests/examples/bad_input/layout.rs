//! An OCI image layout made by hand.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sealift_model::Digest;
use serde_json::{Value, json};

use crate::case::Place;

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A layer as manifest and config name it.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) descriptor: Value,
    pub(crate) diff_id: String,
}

/// A layout in the folder of a case.
#[derive(Debug)]
pub(crate) struct Layout<'p>(&'p Path);

impl<'p> Layout<'p> {
    pub(crate) fn new(place: &Place<'p>) -> Self {
        place.write("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
        fs::create_dir_all(place.folder.join("blobs/sha256")).expect("the folder of blobs");
        Self(place.folder)
    }

    /// The file of the blob that a descriptor names.
    pub(crate) fn file(&self, descriptor: &Value) -> PathBuf {
        let digest = descriptor["digest"].as_str().expect("a digest");
        self.0.join("blobs").join(digest.replace(':', "/"))
    }

    pub(crate) fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Digest::sha256_of(bytes).to_string();
        let descriptor = json!({"mediaType": media_type, "digest": digest, "size": bytes.len()});
        fs::write(self.file(&descriptor), bytes).expect("a blob");
        descriptor
    }

    pub(crate) fn json(&self, media_type: &str, document: &Value) -> Value {
        self.blob(media_type, document.to_string().as_bytes())
    }

    pub(crate) fn plain(&self, tar: &[u8]) -> Layer {
        Layer { descriptor: self.blob(LAYER, tar), diff_id: Digest::sha256_of(tar).to_string() }
    }

    pub(crate) fn gzip(&self, tar: &[u8]) -> Layer {
        let descriptor = self.blob(&format!("{LAYER}+gzip"), &gzip(tar));
        Layer { descriptor, diff_id: Digest::sha256_of(tar).to_string() }
    }

    /// Compressed bytes of which nobody knows what they unpack to.
    pub(crate) fn opaque(&self, coding: &str, bytes: &[u8]) -> Layer {
        let descriptor = self.blob(&format!("{LAYER}+{coding}"), bytes);
        Layer { descriptor, diff_id: Digest::sha256_of(b"unknown").to_string() }
    }

    pub(crate) fn config(&self, layers: &[Layer]) -> Value {
        let diff_ids: Vec<_> = layers.iter().map(|layer| &layer.diff_id).collect();
        json!({"architecture": "amd64", "os": "linux",
               "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    }

    pub(crate) fn manifest(&self, config: &Value, layers: &[Layer]) -> Value {
        let layers: Vec<_> = layers.iter().map(|layer| &layer.descriptor).collect();
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": self.json(CONFIG, config),
               "layers": layers})
    }

    /// An image of these layers, named in `index.json`.
    pub(crate) fn image(&self, layers: &[Layer]) -> Value {
        let manifest = self.json(MANIFEST, &self.manifest(&self.config(layers), layers));
        self.root(&manifest);
        manifest
    }

    /// Names what is to be scanned in `index.json`.
    pub(crate) fn root(&self, root: &Value) {
        let index = json!({"schemaVersion": 2, "manifests": [root]});
        fs::write(self.0.join("index.json"), index.to_string()).expect("index.json");
    }
}

/// An image of such plain layers.
pub(crate) fn image(place: &Place<'_>, layers: &[Vec<u8>]) -> Vec<String> {
    let layout = Layout::new(place);
    let layers: Vec<_> = layers.iter().map(|tar| layout.plain(tar)).collect();
    layout.image(&layers);
    place.image()
}

/// Changes one byte in the middle of a file.
pub(crate) fn flip(path: &Path) {
    let mut bytes = fs::read(path).expect("a file to break");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("the broken file");
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

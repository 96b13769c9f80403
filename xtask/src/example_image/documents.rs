//! The documents of the image (OCI image-spec 1.1: image-layout.md, manifest.md, config.md).

use std::collections::BTreeMap;
use std::error::Error;

use sealift_model::Digest;
use serde::Serialize;

use super::Files;
use super::layer::{Layer, gzip};

const CREATED: &str = "2022-01-01T00:00:00Z";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// Names an image of a layout.
const TAG: (&str, &str) = ("org.opencontainers.image.ref.name", "demo");

/// The layout that holds one image of these layers.
pub(super) fn layout(layers: &[Layer]) -> Result<Files, Box<dyn Error>> {
    let mut blobs = Blobs(Files::new());
    let mut descriptors = Vec::new();
    let mut diff_ids = Vec::new();
    for layer in layers {
        let tar = layer.tar()?;
        diff_ids.push(Digest::sha256_of(&tar).to_string());
        descriptors.push(blobs.add(LAYER_TYPE, gzip(&tar)?));
    }
    let config = Config {
        created: CREATED,
        architecture: "amd64",
        os: "linux",
        rootfs: RootFs { kind: "layers", diff_ids },
        history: layers.iter().map(History::of).collect(),
    };
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST_TYPE,
        config: blobs.add(CONFIG_TYPE, serde_json::to_vec(&config)?),
        layers: descriptors,
    };
    let mut entry = blobs.add(MANIFEST_TYPE, serde_json::to_vec(&manifest)?);
    entry.annotations.insert(TAG.0, TAG.1);
    let index = Index { schema_version: 2, media_type: INDEX_TYPE, manifests: vec![entry] };
    let mut files = blobs.0;
    files.insert("index.json".into(), serde_json::to_vec(&index)?);
    files.insert("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.into());
    Ok(files)
}

struct Blobs(Files);

impl Blobs {
    fn add(&mut self, media_type: &'static str, content: Vec<u8>) -> Descriptor {
        let digest = Digest::sha256_of(&content);
        let size = content.len();
        self.0.insert(format!("blobs/sha256/{}", digest.hex()), content);
        Descriptor { media_type, digest: digest.to_string(), size, annotations: BTreeMap::new() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: &'static str,
    digest: String,
    size: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u8,
    media_type: &'static str,
    manifests: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u8,
    media_type: &'static str,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Serialize)]
struct Config {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    rootfs: RootFs,
    history: Vec<History>,
}

#[derive(Serialize)]
struct RootFs {
    #[serde(rename = "type")]
    kind: &'static str,
    diff_ids: Vec<String>,
}

#[derive(Serialize)]
struct History {
    created: &'static str,
    created_by: &'static str,
}

impl History {
    fn of(layer: &Layer) -> Self {
        Self { created: CREATED, created_by: layer.created_by }
    }
}

//! The documents of an image (OCI image-spec 1.1: image-layout.md, manifest.md, config.md).

use std::collections::BTreeMap;

use sealift_model::Digest;
use serde::Serialize;

const CREATED: &str = "2022-01-01T00:00:00Z";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// Names an image of a layout.
const TAG: &str = "org.opencontainers.image.ref.name";

/// Files by their path below a layout's folder.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A layer as the documents name it.
#[derive(Clone)]
pub(crate) struct LayerEntry {
    /// The command that created it, for the image's history.
    pub(crate) created_by: &'static str,
    pub(crate) coding: LayerCoding,
    pub(crate) blob: Digest,
    pub(crate) blob_bytes: u64,
    pub(crate) diff_id: Digest,
}

#[derive(Clone, Copy)]
pub(crate) enum LayerCoding {
    Plain,
    Gzip,
}

impl LayerCoding {
    fn media_type(self) -> &'static str {
        match self {
            Self::Plain => "application/vnd.oci.image.layer.v1.tar",
            Self::Gzip => "application/vnd.oci.image.layer.v1.tar+gzip",
        }
    }
}

/// The documents of a layout that holds one image, and the path of the image's config.
pub(crate) struct Documents {
    pub(crate) files: Files,
    pub(crate) config_path: String,
}

/// All of a layout but the blobs of its layers.
pub(crate) fn layout(tag: &str, layers: &[LayerEntry]) -> serde_json::Result<Documents> {
    let mut blobs = Blobs(Files::new());
    let config = Config {
        created: CREATED,
        architecture: "amd64",
        os: "linux",
        rootfs: RootFs {
            kind: "layers",
            diff_ids: layers.iter().map(|layer| layer.diff_id.to_string()).collect(),
        },
        history: layers.iter().map(History::of).collect(),
    };
    let config = blobs.add(CONFIG_TYPE, serde_json::to_vec(&config)?);
    let config_path = blob_path(&config.digest);
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST_TYPE,
        config,
        layers: layers.iter().map(Descriptor::of).collect(),
    };
    let mut entry = blobs.add(MANIFEST_TYPE, serde_json::to_vec(&manifest)?);
    entry.annotations.insert(TAG, tag.to_owned());
    let index = Index { schema_version: 2, media_type: INDEX_TYPE, manifests: vec![entry] };
    let mut files = blobs.0;
    files.insert("index.json".into(), serde_json::to_vec(&index)?);
    files.insert("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.into());
    Ok(Documents { files, config_path })
}

/// Where a layout keeps the blob of that digest.
pub(crate) fn blob_path(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

struct Blobs(Files);

impl Blobs {
    fn add(&mut self, media_type: &'static str, content: Vec<u8>) -> Descriptor {
        let digest = Digest::sha256_of(&content);
        let size = content.len().try_into().unwrap_or(u64::MAX);
        self.0.insert(blob_path(&digest), content);
        Descriptor { media_type, digest, size, annotations: BTreeMap::new() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: &'static str,
    digest: Digest,
    size: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, String>,
}

impl Descriptor {
    fn of(layer: &LayerEntry) -> Self {
        Self {
            media_type: layer.coding.media_type(),
            digest: layer.blob.clone(),
            size: layer.blob_bytes,
            annotations: BTreeMap::new(),
        }
    }
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
    fn of(layer: &LayerEntry) -> Self {
        Self { created: CREATED, created_by: layer.created_by }
    }
}

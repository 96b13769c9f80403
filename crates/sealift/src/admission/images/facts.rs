//! The data of an image that policies read, in Kyverno's form.

use std::sync::Arc;

use sealift_model::{Descriptor, Digest, Reference};
use sealift_registry::{ManifestName, Repository};
use serde_json::{Value, json};

use super::not_known::NotKnown;

/// The size limit of a config; no real one is as large.
const MAX_CONFIG_BYTES: u64 = 8 << 20;

/// Returns manifest and config of an image at its digest; of an index, those of its image for the
/// usual platform.
pub(in crate::admission) fn facts(
    image: &Reference,
    digest: &Digest,
    repository: &Repository,
) -> Result<Value, NotKnown> {
    let failed = |error| NotKnown::Registry(Arc::new(error));
    let named = || Box::new(image.clone());
    let no_json =
        |document, error| NotKnown::NoJson { document, image: named(), error: Arc::new(error) };
    let document = |digest: &Digest| {
        let found = repository.manifest(&ManifestName::Digest(digest.clone())).map_err(failed)?;
        serde_json::from_slice::<Value>(&found.bytes).map_err(|error| no_json("manifest", error))
    };
    let mut manifest = document(digest)?;
    if let Some(children) = manifest.get("manifests").and_then(Value::as_array) {
        let is_usual = |child: &&Value| {
            let is = |member: &str, value: &str| {
                child.pointer(member).and_then(Value::as_str) == Some(value)
            };
            is("/platform/os", "linux") && is("/platform/architecture", "amd64")
        };
        let child = children.iter().find(is_usual).and_then(|child| child.get("digest"));
        let child = child.and_then(Value::as_str).and_then(|digest| digest.parse().ok());
        manifest = document(&child.ok_or_else(|| NotKnown::NoUsual(named()))?)?;
    }
    let config = manifest.get("config").cloned().unwrap_or_default();
    let config: Descriptor = serde_json::from_value(config)
        .map_err(|error| NotKnown::NoConfig { image: named(), error: Arc::new(error) })?;
    let config = repository.blob_bytes(&config, MAX_CONFIG_BYTES).map_err(failed)?;
    let config: Value =
        serde_json::from_slice(&config).map_err(|error| no_json("config", error))?;
    let name = image.repository().rsplit('/').next().unwrap_or_default();
    Ok(json!({
        "image": image.to_string(),
        "resolvedImage": image.at_digest(digest.clone()).to_string(),
        "registry": image.registry(),
        "repository": image.repository(),
        "name": name,
        "identifier": image.tag().map_or_else(|| digest.to_string(), str::to_owned),
        "tag": image.tag().unwrap_or_default(),
        "digest": digest.to_string(),
        "manifest": manifest,
        "configData": config,
    }))
}

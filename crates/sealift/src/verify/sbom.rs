//! Bills of materials under cosign's tag `.sbom`, as older programs attached them.

use sealift_model::Descriptor;
use sealift_sigstore_verify::CosignError;
use serde::Deserialize;

use super::download::read;
use super::error::OpenError;
use super::image::{VerifyOptions, find};
use crate::Target;

/// Bytes of one.
const MAX_BYTES: usize = 256 << 20;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
}

/// The bills of materials of an image, unchanged and unverified.
///
/// # Errors
/// When the image cannot be found, or its attachments cannot be read.
pub fn download_sbom(target: &Target, options: &VerifyOptions) -> Result<Vec<Vec<u8>>, OpenError> {
    let source = find(target, &options.image_limits)?;
    let image = &source.root.digest;
    let signatures = source.signatures();
    let tagged = signatures.tagged(image, "sbom", "sboms");
    let tagged = tagged.map_err(|source| CosignError::Source { image: image.clone(), source })?;
    let mut found = Vec::new();
    for manifest in &tagged {
        let bytes = read(&signatures, manifest, options.limits.max_manifest_bytes, target)?;
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { continue };
        for layer in manifest.layers.iter().take(options.limits.max_attached) {
            found.push(read(&signatures, layer, MAX_BYTES, target)?);
        }
    }
    Ok(found)
}

//! Downloading attachments as they are: nothing is verified.

use std::io::Read as _;

use sealift_layers::Error as LayersError;
use sealift_model::{BlobSource as _, Descriptor, Hasher};
use sealift_sigstore_verify::{Attachment, CosignError, SignatureSource as _, encode_base64};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::OpenError;
use super::image::{VerifyOptions, find};
use crate::source::Signatures;
use crate::{Error, Target};

/// The predicate type of a signature in a bundle.
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
const BUNDLE_PREDICATE: &str = "dev.sigstore.bundle.predicateType";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// How the media types of bundles begin.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// The annotation with a signature, and those of what speaks for it, by their names in what cosign
/// prints.
const BASE64_SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const BESIDE: [(&str, &str); 4] = [
    ("dev.sigstore.cosign/certificate", "Cert"),
    ("dev.sigstore.cosign/chain", "Chain"),
    ("dev.sigstore.cosign/bundle", "Bundle"),
    ("dev.sigstore.cosign/rfc3161timestamp", "RFC3161Timestamp"),
];

/// The signatures or attestations of an image as JSON, a document each. Bundles and envelopes are
/// unchanged; a signature in cosign's older form becomes `Base64Signature` and `Payload` with the
/// texts beside it.
///
/// # Errors
/// When the image cannot be found, or its attachments cannot be read.
pub fn download(
    target: &Target,
    attachment: Attachment,
    options: &VerifyOptions,
) -> Result<Vec<Value>, OpenError> {
    let source = find(target, &options.image_limits)?;
    let image = &source.root.digest;
    let source = source.signatures();
    let cannot_tell = |source| CosignError::Source { image: image.clone(), source };
    let mut manifests = source.attached(image, attachment).map_err(cannot_tell)?;
    manifests.extend(source.referrers(image).map_err(cannot_tell)?.manifests);
    let max = options.limits.max_attached;
    if manifests.len() > max {
        return Err(CosignError::TooMany { image: image.clone(), max }.into());
    }
    let mut found = Vec::new();
    for manifest in &manifests {
        let bytes = read(&source, manifest, options.limits.max_manifest_bytes, target)?;
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { continue };
        for layer in
            manifest.layers.iter().flatten().filter(|layer| manifest.has(layer, attachment))
        {
            let bytes = read(&source, layer, options.limits.max_bundle_bytes, target)?;
            found.push(document(layer, &bytes));
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Option<Vec<Descriptor>>,
    #[serde(default)]
    annotations: Option<std::collections::BTreeMap<String, String>>,
}

impl Manifest {
    /// Whether a layer is of the kind that is asked for.
    fn has(&self, layer: &Descriptor, attachment: Attachment) -> bool {
        let is_signature = attachment == Attachment::Signatures;
        match layer.media_type.as_str() {
            SIMPLE_SIGNING => is_signature,
            ENVELOPE => !is_signature,
            bundle if bundle.starts_with(BUNDLE) => {
                let annotations = self.annotations.as_ref();
                let predicate = annotations.and_then(|all| all.get(BUNDLE_PREDICATE));
                is_signature == predicate.is_none_or(|predicate| predicate == SIGNATURE)
            }
            _ => false,
        }
    }
}

fn document(layer: &Descriptor, bytes: &[u8]) -> Value {
    if layer.media_type != SIMPLE_SIGNING {
        let text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
        return serde_json::from_slice(bytes).unwrap_or_else(|_| text());
    }
    let mut signature = json!({
        "Base64Signature": layer.annotations.get(BASE64_SIGNATURE),
        "Payload": encode_base64(bytes),
    });
    for (annotation, name) in BESIDE {
        let text = layer.annotations.get(annotation).filter(|text| !text.is_empty());
        let value = text.map(|text| serde_json::from_str(text).unwrap_or_else(|_| json!(text)));
        if let Some(members) = signature.as_object_mut() {
            members.insert(name.to_owned(), value.unwrap_or_default());
        }
    }
    signature
}

/// Reads a blob whose digest is as its descriptor says.
pub(super) fn read(
    source: &Signatures<'_>,
    blob: &Descriptor,
    max: usize,
    target: &Target,
) -> Result<Vec<u8>, OpenError> {
    let failed = |error| OpenError::Unreadable(Error::layers(target.path(), error));
    let digest = || blob.digest.clone();
    let max = u64::try_from(max).unwrap_or(u64::MAX);
    if blob.size > max {
        let (expected, actual) = (max, blob.size);
        return Err(failed(LayersError::BlobSize { digest: digest(), expected, actual }));
    }
    let mut bytes = Vec::new();
    let opened = source.open(blob).map_err(|error| failed(error.into()))?;
    let read = opened.take(blob.size.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| failed(LayersError::BlobRead { digest: digest(), source }))?;
    let mut hasher = Hasher::new(blob.digest.algorithm());
    hasher.update(&bytes);
    match hasher.finish() {
        actual if actual == blob.digest => Ok(bytes),
        actual => Err(failed(LayersError::BlobDigest { expected: digest(), actual })),
    }
}

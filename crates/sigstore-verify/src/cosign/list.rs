//! Lists what is attached to an image, without reading its content.

use std::collections::HashSet;

use sealift_model::{Descriptor, Digest};

use super::fetch::fetch;
use super::manifest::Manifest;
use super::{Attachment, CandidateError, CosignError, SignatureSource};
use crate::limits::Limits;

/// The annotation in which cosign names the predicate type of a bundle.
const PREDICATE_TYPE: &str = "dev.sigstore.bundle.predicateType";

/// A manifest that is attached to an image: listed, not verified.
#[derive(Debug)]
#[non_exhaustive]
pub struct ListedManifest {
    /// Its digest.
    pub digest: Digest,
    /// The tag that names it; none if it refers to the image.
    pub attachment: Option<Attachment>,
    /// Its declared artifact type, if it can be read.
    pub artifact_type: Option<String>,
    /// The predicate type of its bundle, as the referrers list of the image states it.
    pub predicate_type: Option<String>,
    /// The digests of its layers, or why they cannot be read.
    pub layers: Result<Vec<Digest>, CandidateError>,
}

/// Lists the manifests that are attached to an image: signatures and attestations under their
/// tags, then all that refers to it.
///
/// # Errors
/// When the source cannot list them, or there are more than [`Limits::max_attached`].
pub fn list(
    source: &dyn SignatureSource,
    image: &Digest,
    limits: &Limits,
) -> Result<Vec<ListedManifest>, CosignError> {
    let cannot_tell = |source| CosignError::Source { image: image.clone(), source };
    let mut manifests: Vec<(Option<Attachment>, Descriptor)> = Vec::new();
    for attachment in [Attachment::Signatures, Attachment::Attestations] {
        let found = source.attached(image, attachment).map_err(cannot_tell)?;
        manifests.extend(found.into_iter().map(|manifest| (Some(attachment), manifest)));
    }
    let listed = source.referrers(image).map_err(cannot_tell)?;
    manifests.extend(listed.manifests.into_iter().map(|manifest| (None, manifest)));
    if manifests.len() > limits.max_attached {
        return Err(CosignError::TooMany { image: image.clone(), max: limits.max_attached });
    }
    let mut seen = HashSet::new();
    manifests.retain(|(_, manifest)| seen.insert(manifest.digest.clone()));
    let read = |(attachment, descriptor): (Option<Attachment>, Descriptor)| {
        let bytes = fetch(source, &descriptor, "max_manifest_bytes", limits.max_manifest_bytes);
        let manifest = bytes.and_then(|bytes| Ok(Manifest::from_json(&bytes, limits)?));
        let artifact_type = manifest.as_ref().ok().and_then(|one| one.artifact_type.clone());
        let layers = manifest
            .map(|manifest| manifest.layers.into_iter().map(|layer| layer.digest).collect());
        let predicate_type = descriptor.annotations.get(PREDICATE_TYPE).cloned();
        let digest = descriptor.digest;
        ListedManifest { digest, attachment, artifact_type, predicate_type, layers }
    };
    let unreadable = listed.unreadable.into_iter().map(|(digest, error)| ListedManifest {
        digest,
        attachment: None,
        artifact_type: None,
        predicate_type: None,
        layers: Err(CandidateError::Unlisted(error)),
    });
    Ok(manifests.into_iter().map(read).chain(unreadable).collect())
}

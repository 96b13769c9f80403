//! Attaching signatures to images in registries.

use std::collections::BTreeSet;

use sealift_model::{Descriptor, Digest};
use sealift_registry::{Edited, Manifest, ManifestName, Repository};
use sealift_sigstore_sign::{Artifact, Blob, TaggedLayer, TaggedManifest, TaggedManifestError};
use sealift_sigstore_verify::{Attachment, PublicKey};
use serde::Deserialize;

use crate::verify::provider;

/// Images that an index may list, those of indexes in it included.
const MAX_IMAGES: usize = 1000;

/// Pushes a manifest that refers to an image by its `subject`, its blobs first.
///
/// # Errors
/// When the registry refuses any part: then nothing is attached.
pub fn attach(repository: &Repository, artifact: &Artifact) -> Result<Descriptor, AttachError> {
    let name = ManifestName::Digest(artifact.manifest.digest());
    push(repository, artifact, &name)
}

/// Adds a signature or attestation to the manifest under an image's tag `.sig` or `.att`. As with
/// cosign, a signature over this very payload by `key` that is already there suffices; then nothing
/// is added, and the result is false.
///
/// # Errors
/// When the manifest cannot be read, or the registry refuses any part: then nothing is attached.
/// Also when other writers change the tag again and again ([`Repository::edit_tag`]).
pub fn attach_tagged(
    repository: &Repository,
    image: &Descriptor,
    attachment: Attachment,
    layer: TaggedLayer,
    older: Older,
    key: Option<&PublicKey>,
) -> Result<bool, AttachError> {
    let (mut is_first, mut is_added) = (true, true);
    let edit = |there: Option<&Manifest>| {
        let mut manifest = match there {
            Some(there) => TaggedManifest::existing(&there.bytes)?,
            None => TaggedManifest::new(&image.media_type),
        };
        let has_like = |key| manifest.has_signature_by(key, &layer, provider());
        match older {
            _ if !is_first && manifest.has(&layer) => return Ok(None),
            Older::Stay if is_first && key.is_some_and(has_like) => {
                is_added = false;
                return Ok(None);
            }
            Older::Go if is_first => manifest.replace(layer.clone()),
            // What has come since is not older.
            Older::Stay | Older::Go => manifest.add(layer.clone()),
        }
        is_first = false;
        let Artifact { blobs, manifest } = manifest.finish();
        push_blobs(repository, &blobs)?;
        Ok(Some(Edited { bytes: manifest.bytes, media_type: manifest.media_type }))
    };
    repository.edit_tag::<AttachError>(&attachment.tag(&image.digest), edit)?;
    Ok(is_added)
}

/// What happens to older attestations when one of the same predicate type is attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "they stay or they go")]
pub enum Older {
    /// They stay.
    #[default]
    Stay,
    /// They are removed, once the newer one is there.
    Go,
}

fn push(
    repository: &Repository,
    artifact: &Artifact,
    name: &ManifestName,
) -> Result<Descriptor, AttachError> {
    push_blobs(repository, &artifact.blobs)?;
    let manifest = &artifact.manifest;
    Ok(repository.push_manifest(&manifest.bytes, &manifest.media_type, name)?.descriptor)
}

fn push_blobs(repository: &Repository, blobs: &[Blob]) -> Result<(), AttachError> {
    for blob in blobs {
        repository.push_blob(&blob.media_type, &blob.bytes)?;
    }
    Ok(())
}

/// The manifests that an index lists, and those of the indexes in it, each once. Nothing but their
/// digests is trusted.
///
/// # Errors
/// When one of them cannot be fetched, or there are too many.
pub fn images_in(
    repository: &Repository,
    image: &Descriptor,
) -> Result<Vec<Descriptor>, AttachError> {
    let mut found = vec![image.clone()];
    let mut seen: BTreeSet<Digest> = BTreeSet::from([image.digest.clone()]);
    let mut next = 0;
    while let Some(one) = found.get(next) {
        next += 1;
        if !is_index(one) {
            continue;
        }
        let index = repository.manifest(&ManifestName::Digest(one.digest.clone()))?;
        let listed: Listed = serde_json::from_slice(&index.bytes)
            .map_err(|_| AttachError::Index { digest: one.digest.clone() })?;
        for entry in listed.manifests {
            // What an index says of other things is no image that runs.
            if entry.artifact_type.is_none() && seen.insert(entry.digest.clone()) {
                found.push(entry);
            }
        }
        if found.len() > MAX_IMAGES {
            return Err(AttachError::TooManyImages { max: MAX_IMAGES });
        }
    }
    Ok(found)
}

fn is_index(descriptor: &Descriptor) -> bool {
    matches!(
        descriptor.media_type.as_str(),
        "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json"
    )
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

/// Why nothing is attached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// The registry refuses, or its answer is wrong.
    #[error(transparent)]
    Registry(#[from] sealift_registry::Error),
    /// The manifest of existing signatures cannot be added to.
    #[error(transparent)]
    Tagged(#[from] TaggedManifestError),
    /// An index cannot be read.
    #[error("{digest}: not an index of images")]
    Index {
        /// Its digest.
        digest: Digest,
    },
    /// An index lists more images than may be signed at once.
    #[error("more than {max} images in the index")]
    TooManyImages {
        /// The most that may be.
        max: usize,
    },
}

//! Attaching signatures to images in registries.

use std::collections::BTreeSet;

use sealift_model::{Descriptor, Digest};
use sealift_registry::{ManifestName, Repository};
use sealift_sigstore_sign::{Artifact, TaggedLayer, TaggedManifest, TaggedManifestError};
use sealift_sigstore_verify::Attachment;
use serde::Deserialize;

/// Images that an index may list, those of indexes in it included.
const MAX_IMAGES: usize = 1000;

/// Pushes a manifest that refers to an image by its `subject`, its blobs before it.
///
/// # Errors
/// When the registry refuses any of it: then nothing is attached.
pub fn attach(repository: &Repository, artifact: &Artifact) -> Result<Descriptor, AttachError> {
    let name = ManifestName::Digest(artifact.manifest.digest());
    push(repository, artifact, &name)
}

/// Adds a signature or attestation to the manifest under an image's tag `.sig` or `.att`.
///
/// # Errors
/// When what is there cannot be read, or the registry refuses any of it: then nothing is attached.
pub fn attach_tagged(
    repository: &Repository,
    image: &Descriptor,
    attachment: Attachment,
    layer: TaggedLayer,
    older: Older,
) -> Result<Descriptor, AttachError> {
    let name = ManifestName::Tag(attachment.tag(&image.digest));
    let mut manifest = match repository.find_manifest(&name)? {
        Some(there) => TaggedManifest::existing(&there.bytes)?,
        None => TaggedManifest::new(&image.media_type),
    };
    match older {
        Older::Stay => manifest.add(layer),
        Older::Go => manifest.replace(layer),
    }
    push(repository, &manifest.finish(), &name)
}

/// What becomes of attestations that are there, when one of the same predicate type is attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "they stay or they go")]
pub enum Older {
    /// They stay.
    #[default]
    Stay,
    /// They go, once the newer one is there.
    Go,
}

fn push(
    repository: &Repository,
    artifact: &Artifact,
    name: &ManifestName,
) -> Result<Descriptor, AttachError> {
    for blob in &artifact.blobs {
        repository.push_blob(&blob.media_type, &blob.bytes)?;
    }
    let manifest = &artifact.manifest;
    Ok(repository.push_manifest(&manifest.bytes, &manifest.media_type, name)?.descriptor)
}

/// What an index lists, and what the indexes in it list: each manifest once, none of it trusted
/// for more than its digest.
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
    /// The registry refuses, or does not answer as it must.
    #[error(transparent)]
    Registry(#[from] sealift_registry::Error),
    /// The manifest of the signatures that are there cannot be added to.
    #[error(transparent)]
    Tagged(#[from] TaggedManifestError),
    /// An index cannot be read.
    #[error("{digest}: not an index of images")]
    Index {
        /// Which.
        digest: Digest,
    },
    /// An index lists more images than are signed at once.
    #[error("more than {max} images in the index")]
    TooManyImages {
        /// Most.
        max: usize,
    },
}

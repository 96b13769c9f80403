//! Removing attachments.

use std::collections::BTreeSet;

use sealift_model::{Descriptor, Digest};
use sealift_registry::{Edited, Manifest, ManifestName, Repository, fallback_tag};
use serde_json::Value;

use super::{AttachedManifest, Kind, TransferError, attached};

/// Deletes the attachments of an image in the repository of its signatures, and returns the number
/// of manifests.
///
/// # Errors
/// When the registry refuses. Manifests that were deleted before stay deleted.
pub fn remove(
    repository: &Repository,
    image: &Descriptor,
    kinds: &[Kind],
) -> Result<usize, TransferError> {
    let found = attached(repository, &image.digest, kinds)?;
    delete(repository, image, &found)
}

/// Deletes the attestations of an image with a predicate of this type, except the one that was
/// attached last, and returns their number.
///
/// # Errors
/// When the registry refuses. Manifests that were deleted before stay deleted.
pub fn remove_older(
    repository: &Repository,
    image: &Descriptor,
    predicate_type: &str,
    newest: &Digest,
) -> Result<usize, TransferError> {
    let mut older = Vec::new();
    for descriptor in repository.referrers(&image.digest)?.manifests {
        let name = ManifestName::Digest(descriptor.digest.clone());
        let manifest = repository.find_manifest(&name)?;
        let attests = manifest.is_some_and(|it| attests(&it.bytes, predicate_type));
        if attests && descriptor.digest != *newest {
            older.push(AttachedManifest { kind: Kind::Attestation, tag: None, descriptor });
        }
    }
    delete(repository, image, &older)
}

/// Whether a manifest holds a bundle with a predicate of this type.
fn attests(manifest: &[u8], predicate_type: &str) -> bool {
    let document: Value = serde_json::from_slice(manifest).unwrap_or_default();
    let stated = document.pointer("/annotations/dev.sigstore.bundle.predicateType");
    stated.and_then(Value::as_str) == Some(predicate_type)
}

fn delete(
    repository: &Repository,
    image: &Descriptor,
    found: &[AttachedManifest],
) -> Result<usize, TransferError> {
    let mut referrers = BTreeSet::new();
    for one in found {
        // A tag goes with its manifest, which no image has a part in.
        repository.delete_manifest(&ManifestName::Digest(one.descriptor.digest.clone()))?;
        if one.tag.is_none() {
            referrers.insert(one.descriptor.digest.clone());
        }
    }
    unlist(repository, &image.digest, &referrers)?;
    Ok(found.len())
}

/// Takes deleted manifests out of the index under the fallback tag, where there is one.
fn unlist(
    repository: &Repository,
    image: &Digest,
    gone: &BTreeSet<Digest>,
) -> Result<(), TransferError> {
    if gone.is_empty() {
        return Ok(());
    }
    repository
        .edit_tag(&fallback_tag(image), |there| there.map_or(Ok(None), |it| without(it, gone)))?;
    Ok(())
}

/// An index without these entries, if it has any of them.
fn without(index: &Manifest, gone: &BTreeSet<Digest>) -> Result<Option<Edited>, TransferError> {
    let malformed = || TransferError::Manifest(index.descriptor.digest.clone());
    let mut document: Value = serde_json::from_slice(&index.bytes).map_err(|_| malformed())?;
    let listed = document.get_mut("manifests").and_then(Value::as_array_mut);
    let listed = listed.ok_or_else(malformed)?;
    let before = listed.len();
    listed.retain(|entry| {
        let digest = entry.get("digest").and_then(Value::as_str);
        digest
            .and_then(|digest| digest.parse::<Digest>().ok())
            .is_none_or(|digest| !gone.contains(&digest))
    });
    if listed.len() == before {
        return Ok(None);
    }
    let media_type = index.descriptor.media_type.clone();
    Ok(Some(Edited { bytes: document.to_string().into_bytes(), media_type }))
}

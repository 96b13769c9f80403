//! Copying from one repository to another.

use sealift_model::Descriptor;
use sealift_registry::{ManifestName, Repository};

use super::{Kind, Named, Place, TransferError, attached};
use crate::sign::images_in;

/// Indexes in each other.
const MAX_DEPTH: usize = 8;

/// Copies an image, or all of an index, with its attachments, and the tag last: a reader of the tag
/// finds all of it or nothing. Without `force` a tag that names another image is not moved.
///
/// # Errors
/// When either registry refuses any part.
pub fn copy(
    from: &Place,
    image: &Descriptor,
    to: &Repository,
    tag: Option<&str>,
    kinds: &[Kind],
    force: bool,
) -> Result<(), TransferError> {
    let name = tag.map(|tag| ManifestName::Tag(tag.to_owned()));
    let there = name.as_ref().map(|name| to.head_manifest(name)).transpose()?.flatten();
    match there {
        Some(other) if other.digest != image.digest && !force => {
            return Err(TransferError::Exists(other.digest));
        }
        _ => {}
    }
    let Place { image: from, signatures } = from;
    let digest = ManifestName::Digest(image.digest.clone());
    manifest(from, image, to, &digest, 0)?;
    for one in images_in(from, image)? {
        for attached in attached(signatures, &one.digest, kinds)? {
            let name = match attached.tag {
                Some(tag) => ManifestName::Tag(tag),
                None => ManifestName::Digest(attached.descriptor.digest.clone()),
            };
            manifest(signatures, &attached.descriptor, to, &name, 0)?;
        }
    }
    match name {
        Some(name) => manifest(from, image, to, &name, 0),
        None => Ok(()),
    }
}

/// Copies one manifest, all that it names before it.
fn manifest(
    from: &Repository,
    descriptor: &Descriptor,
    to: &Repository,
    name: &ManifestName,
    depth: usize,
) -> Result<(), TransferError> {
    if depth >= MAX_DEPTH {
        return Err(TransferError::TooDeep { max: MAX_DEPTH });
    }
    let found = from.manifest(&ManifestName::Digest(descriptor.digest.clone()))?;
    let named = Named::read(&found.bytes, &descriptor.digest)?;
    for child in &named.manifests {
        let name = ManifestName::Digest(child.digest.clone());
        if to.head_manifest(&name)?.is_none() {
            manifest(from, child, to, &name, depth + 1)?;
        }
    }
    for blob in named.blobs() {
        if !to.has_blob(&blob.digest)? && !to.mount_blob(&blob.digest, from)? {
            to.push_blob_from(&blob.media_type, &mut from.blob(blob)?)?;
        }
    }
    to.push_manifest(&found.bytes, &found.descriptor.media_type, name)?;
    Ok(())
}

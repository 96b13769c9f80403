//! Layouts with signatures, as `cosign save` writes them and `cosign load` reads them. The index
//! lists the image and the manifests under its tags, each with its `kind`. Bundles are only among
//! the blobs, and name the image as their subject.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sealift_model::{Descriptor, Digest};
use sealift_registry::{ManifestName, Repository};
use serde_json::{Value, json};

use super::{Kind, Named, Place, TransferError, attached};
use crate::sign::images_in;

const KIND: &str = "kind";
const IMAGE: &str = "dev.cosignproject.cosign/image";
const INDEX: &str = "dev.cosignproject.cosign/imageIndex";
const SIGNATURES: &str = "dev.cosignproject.cosign/sigs";
const ATTESTATIONS: &str = "dev.cosignproject.cosign/atts";

/// Bytes of a manifest: what registries take.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;

/// Saves an image, or all of an index, with its attachments, into a folder.
///
/// # Errors
/// When the registry refuses any part, or the folder already holds a layout.
pub fn save(from: &Place, image: &Descriptor, folder: &Path) -> Result<(), TransferError> {
    let Place { image: from, signatures } = from;
    let index = folder.join("index.json");
    if index.exists() {
        return Err(TransferError::Occupied(folder.to_owned()));
    }
    let blobs = Blobs::create(folder)?;
    let mut entries = vec![saved(from, image, &blobs)?];
    for one in images_in(from, image)? {
        saved(from, &one, &blobs)?;
        for attached in attached(signatures, &one.digest, &[Kind::Signature, Kind::Attestation])? {
            let mut entry = saved(signatures, &attached.descriptor, &blobs)?;
            // The index cannot say which of several images a tag was of.
            if attached.tag.is_none() || one.digest != image.digest {
                continue;
            }
            let kind = match attached.kind {
                Kind::Signature => SIGNATURES,
                _ => ATTESTATIONS,
            };
            if let Some(annotations) = entry.pointer_mut("/annotations/kind") {
                *annotations = kind.into();
            }
            entries.push(entry);
        }
    }
    write(&folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    let document = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": entries,
    });
    write(&index, document.to_string().as_bytes())
}

/// Writes a manifest with its blobs, and gives its entry in the index.
fn saved(
    from: &Repository,
    descriptor: &Descriptor,
    blobs: &Blobs,
) -> Result<Value, TransferError> {
    let found = from.manifest(&ManifestName::Digest(descriptor.digest.clone()))?;
    let named = Named::read(&found.bytes, &descriptor.digest)?;
    for blob in named.blobs() {
        blobs.write(&blob.digest, &mut from.blob(blob)?)?;
    }
    blobs.write(&descriptor.digest, &mut found.bytes.as_slice())?;
    let kind = if named.manifests.is_empty() { IMAGE } else { INDEX };
    let mut entry = json!({
        "mediaType": found.descriptor.media_type,
        "size": found.descriptor.size,
        "digest": found.descriptor.digest.to_string(),
        "annotations": { KIND: kind },
    });
    if let (Some(config), Some(entry)) = (&named.config, entry.as_object_mut()) {
        entry.insert("artifactType".to_owned(), config.media_type.as_str().into());
    }
    Ok(entry)
}

/// Pushes the image of a folder with its attachments, and returns its descriptor.
///
/// # Errors
/// When the folder is no such layout, a blob does not have its digest, or the registry refuses.
pub fn load(folder: &Path, to: &Place, name: &ManifestName) -> Result<Descriptor, TransferError> {
    let Place { image: to, signatures } = to;
    let path = folder.join("index.json");
    let index = fs::read(&path).map_err(|source| TransferError::File { path, source })?;
    let none = || TransferError::NoLayout(folder.to_owned());
    let index: Value = serde_json::from_slice(&index).map_err(|_| none())?;
    let entries: Vec<Descriptor> = index
        .get("manifests")
        .and_then(|entries| serde_json::from_value(entries.clone()).ok())
        .ok_or_else(none)?;
    let kind = |entry: &Descriptor| entry.annotations.get(KIND).cloned().unwrap_or_default();
    let is_image = |entry: &&Descriptor| [IMAGE, INDEX].contains(&kind(entry).as_str());
    let image = entries.iter().find(is_image).ok_or_else(none)?;
    let blobs = Blobs(folder.join("blobs"));
    let mut pushed = BTreeSet::new();
    blobs.push(image, to, &ManifestName::Digest(image.digest.clone()), &mut pushed)?;
    for entry in &entries {
        let of = match kind(entry).as_str() {
            SIGNATURES => Kind::Signature,
            ATTESTATIONS => Kind::Attestation,
            _ => continue,
        };
        let tag = ManifestName::Tag(of.tag(&image.digest));
        blobs.push(entry, signatures, &tag, &mut BTreeSet::new())?;
    }
    for referrer in blobs.referrers(&pushed)? {
        let name = ManifestName::Digest(referrer.digest.clone());
        blobs.push(&referrer, signatures, &name, &mut BTreeSet::new())?;
    }
    blobs.push(image, to, name, &mut BTreeSet::new())?;
    Ok(image.clone())
}

/// The blobs of a layout.
struct Blobs(PathBuf);

impl Blobs {
    fn create(folder: &Path) -> Result<Self, TransferError> {
        let blobs = folder.join("blobs");
        let failed = |source| TransferError::File { path: blobs.clone(), source };
        fs::create_dir_all(&blobs).map_err(failed)?;
        Ok(Self(blobs))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.algorithm().name()).join(digest.hex())
    }

    /// Writes a blob, whole or not at all, unless it is there.
    fn write(&self, digest: &Digest, bytes: &mut dyn io::Read) -> Result<(), TransferError> {
        let path = self.path(digest);
        if path.exists() {
            return Ok(());
        }
        let folder = self.0.join(digest.algorithm().name());
        let written = fs::create_dir_all(&folder).and_then(|()| {
            let part = path.with_extension("part");
            io::copy(bytes, &mut File::create(&part)?)?;
            fs::rename(&part, &path)
        });
        written.map_err(|source| TransferError::File { path, source })
    }

    /// Reads a manifest, its digest compared.
    fn manifest(&self, digest: &Digest) -> Result<Vec<u8>, TransferError> {
        let path = self.path(digest);
        let bytes = read_some(&path)
            .map_err(|source| TransferError::File { path: path.clone(), source })?;
        match Digest::sha256_of(&bytes) == *digest {
            true => Ok(bytes),
            false => Err(TransferError::Changed(path)),
        }
    }

    /// Pushes a manifest, all that it names before it; what was pushed is added to `pushed`.
    fn push(
        &self,
        descriptor: &Descriptor,
        to: &Repository,
        name: &ManifestName,
        pushed: &mut BTreeSet<Digest>,
    ) -> Result<(), TransferError> {
        // Each is pushed once, so an index that lists itself ends here.
        if !pushed.insert(descriptor.digest.clone()) {
            return Ok(());
        }
        let bytes = self.manifest(&descriptor.digest)?;
        let named = Named::read(&bytes, &descriptor.digest)?;
        for child in &named.manifests {
            self.push(child, to, &ManifestName::Digest(child.digest.clone()), pushed)?;
        }
        for blob in named.blobs() {
            if to.has_blob(&blob.digest)? {
                continue;
            }
            let path = self.path(&blob.digest);
            let file = File::open(&path);
            let mut file =
                file.map_err(|source| TransferError::File { path: path.clone(), source })?;
            let taken = to.push_blob_from(&blob.media_type, &mut file)?;
            if taken.digest != blob.digest {
                return Err(TransferError::Changed(path));
            }
        }
        to.push_manifest(&bytes, &descriptor.media_type, name)?;
        Ok(())
    }

    /// The manifests among the blobs whose subject is one of these.
    fn referrers(&self, images: &BTreeSet<Digest>) -> Result<Vec<Descriptor>, TransferError> {
        let folder = self.0.join("sha256");
        let failed = |source| TransferError::File { path: folder.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Ok(bytes) = read_some(&path) else { continue };
            let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
            let digest = Digest::sha256_of(&bytes);
            let Ok(named) = Named::read(&bytes, &digest) else { continue };
            let is_of = |subject: &Descriptor| images.contains(&subject.digest);
            let media_type = document.get("mediaType").and_then(Value::as_str);
            if let (Some(media_type), true) =
                (media_type, named.subject.as_ref().is_some_and(is_of))
            {
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                found.push(Descriptor::new(media_type, digest, size));
            }
        }
        found.sort_by(|a, b| a.digest.cmp(&b.digest));
        Ok(found)
    }
}

/// A file that may be a manifest; an error for larger ones.
fn read_some(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > MAX_MANIFEST_BYTES {
        return Err(io::Error::other("larger than a manifest"));
    }
    fs::read(path)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), TransferError> {
    fs::write(path, bytes).map_err(|source| TransferError::File { path: path.to_owned(), source })
}

//! Finds the signatures and attestations that are attached to an image.

use std::collections::HashSet;

use sealift_model::{BlobSource, Descriptor, Digest};
use serde::Deserialize;

use super::{ImageSource, REF_NAME};
use crate::document::{self, Document};
use crate::media::{self, DocumentKind, OCI_MANIFEST};
use crate::stream::length;
use crate::{Error, LimitExceeded};

/// The annotation with which `cosign save` names the kind of a layout entry.
const KIND: &str = "kind";
const COSIGN_KINDS: &str = "dev.cosignproject.cosign/";
const COSIGN_IMAGES: [&str; 2] =
    ["dev.cosignproject.cosign/image", "dev.cosignproject.cosign/imageIndex"];

/// The manifests that refer to an image.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Referrers {
    /// Manifests that name the image as their `subject`, or that the image's fallback tag lists
    /// (`distribution-spec 1.1, Referrers Tag Schema`). They are parsed, not verified.
    pub manifests: Vec<Descriptor>,
    /// Documents that may be referrers or lists of them but cannot be read, each with the reason.
    pub unreadable: Vec<(Digest, Error)>,
}

impl Referrers {
    fn add(&mut self, manifest: Descriptor) {
        if self.manifests.iter().all(|known| known.digest != manifest.digest) {
            self.manifests.push(manifest);
        }
    }
}

/// The part of a manifest that makes it a referrer.
#[derive(Deserialize)]
struct Referrer {
    subject: Option<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: String,
}

impl ImageSource {
    /// The manifests that cosign's tag `<algorithm>-<hex>.<suffix>` names, and those that the
    /// layout of `cosign save` names `dev.cosignproject.cosign/<kind>` for the image.
    #[must_use]
    pub fn attached(&self, image: &Digest, suffix: &str, kind: &str) -> Vec<Descriptor> {
        let tag = format!("{}.{suffix}", digest_tag(image));
        let saved = self.is_saved(image).then(|| format!("{COSIGN_KINDS}{kind}"));
        let is_attached = |root: &&Descriptor| {
            has_tag(root, &tag) || saved.is_some() && root.annotations.get(KIND) == saved.as_ref()
        };
        let mut found: Vec<Descriptor> = Vec::new();
        for root in self.roots.iter().filter(is_attached) {
            if found.iter().all(|known| known.digest != root.digest) {
                found.push(root.clone());
            }
        }
        found
    }

    /// The manifests that refer to an image: those of the fallback tag, entries of the layout whose
    /// `subject` is the image and, in a layout of `cosign save`, blobs that nothing names.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub fn referrers(&self, image: &Digest) -> Result<Referrers, Error> {
        let mut found = Referrers::default();
        let tag = digest_tag(image);
        for root in self.roots.iter().filter(|root| has_tag(root, &tag)) {
            match document::load(self, root, &self.limits) {
                Ok(Document::Index(entries)) => entries.into_iter().for_each(|entry| {
                    found.add(entry);
                }),
                Ok(Document::Manifest { .. }) => found.add(root.clone()),
                Err(error) => found.unreadable.push((root.digest.clone(), error)),
            }
        }
        let mut seen = HashSet::new();
        for root in &self.roots {
            let is_manifest = DocumentKind::of(&root.media_type) == Some(DocumentKind::Manifest);
            if is_manifest && root.digest != *image && seen.insert(&root.digest) {
                match document::fetch(self, root, &self.limits) {
                    Ok(bytes) if refers_to(&bytes, image) => found.add(root.clone()),
                    Ok(_) => {}
                    Err(error) => found.unreadable.push((root.digest.clone(), error)),
                }
            }
        }
        if self.is_saved(image) {
            self.unnamed_referrers(image, &mut found)?;
        }
        Ok(found)
    }

    /// Whether the layout is one of `cosign save`, made for this image.
    fn is_saved(&self, image: &Digest) -> bool {
        self.roots.iter().any(|root| {
            let kind = root.annotations.get(KIND).map(String::as_str);
            root.digest == *image && kind.is_some_and(|kind| COSIGN_IMAGES.contains(&kind))
        })
    }

    /// Searches all blobs for referrers. A blob that does not match its digest is ignored.
    fn unnamed_referrers(&self, image: &Digest, found: &mut Referrers) -> Result<(), Error> {
        let max = self.limits.max_searched_blobs;
        let blobs = self.place.blobs(max.saturating_add(1))?;
        if blobs.len() > max {
            return Err(LimitExceeded::new("max_searched_blobs", length(max)).into());
        }
        for (digest, bytes) in blobs {
            let blob = Descriptor::new(OCI_MANIFEST, digest, bytes);
            let is_candidate = bytes <= self.limits.max_document_bytes && self.starts_object(&blob);
            if is_candidate
                && let Ok(bytes) = document::fetch(self, &blob, &self.limits)
                && refers_to(&bytes, image)
            {
                found.add(blob);
            }
        }
        Ok(())
    }

    /// Whether a blob starts like a JSON object; layers do not.
    fn starts_object(&self, blob: &Descriptor) -> bool {
        let mut first = [0];
        let read = self.open(blob).ok().and_then(|mut blob| blob.read_exact(&mut first).ok());
        read.is_some() && first == *b"{"
    }
}

fn refers_to(manifest: &[u8], image: &Digest) -> bool {
    let parsed: Result<Referrer, _> = document::json(manifest, &document::MANIFEST_NAMES);
    let subject = parsed.ok().and_then(|manifest| manifest.subject);
    subject
        .is_some_and(|subject| subject.digest.parse().is_ok_and(|digest: Digest| digest == *image))
}

/// Whether an entry is attached to an image instead of being one; a search for the only image of a
/// layout ignores it.
pub(super) fn is_attachment(root: &Descriptor) -> bool {
    let tag = root.annotations.get(REF_NAME).map(|name| tag_of(name));
    let kind = root.annotations.get(KIND).map(String::as_str);
    let is_image = |artifact: &String| artifact.is_empty() || media::is_image_config(artifact);
    tag.is_some_and(is_digest_tag)
        || kind.is_some_and(|kind| kind.starts_with(COSIGN_KINDS) && !COSIGN_IMAGES.contains(&kind))
        || !root.artifact_type.iter().all(is_image)
}

fn has_tag(root: &Descriptor, tag: &str) -> bool {
    root.annotations.get(REF_NAME).is_some_and(|name| tag_of(name) == tag)
}

/// The tag in a name: the part after the last colon of `registry/repository:tag`.
fn tag_of(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, tag)| tag)
}

/// A digest in the form of tags: `sha256-<hex>`.
fn digest_tag(digest: &Digest) -> String {
    digest.to_string().replace(':', "-")
}

fn is_digest_tag(tag: &str) -> bool {
    let digest = tag.split_once('.').map_or(tag, |(digest, _)| digest);
    digest.replacen('-', ":", 1).parse::<Digest>().is_ok()
}

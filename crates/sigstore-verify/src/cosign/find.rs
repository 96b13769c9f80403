//! Finds the possible signatures or attestations of an image.

use std::collections::HashSet;

use sealift_model::{BlobSource, Descriptor, Digest};

use super::fetch::fetch;
use super::manifest::Manifest;
use super::{Attachment, CandidateError, CosignError, SignatureSource};
use crate::limits::Limits;

/// Media type of a payload that cosign signed.
pub(super) const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Media type of an envelope that cosign attached.
pub(super) const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// The prefix of the media types of Sigstore bundles, in all their versions.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// How a signature is kept beside its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A layer of the manifest that the image's `.sig` or `.att` tag names.
    Tag,
    /// A signed payload or envelope in a manifest that refers to the image: the mode that cosign
    /// had for OCI 1.1 before it wrote bundles.
    Referrer,
    /// A Sigstore bundle in a manifest that refers to the image.
    Bundle,
    /// In files of its own, not beside the image.
    Detached,
}

/// The location of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// The manifest, or the unreadable document that may be one; for a detached signature, its
    /// payload.
    pub manifest: Digest,
    /// The layer in the manifest; none if the manifest itself cannot be read.
    pub layer: Option<Digest>,
    /// How the signature is stored.
    pub form: Form,
}

/// A possible signature or attestation of an image, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) origin: Origin,
    pub(super) found: Result<Descriptor, CandidateError>,
}

/// Finds every possible signature, or every possible attestation, of an image: first the layers
/// under cosign's tag, then those of manifests that refer to the image. Whatever cannot be read is
/// included with the reason.
pub(super) fn find(
    source: &dyn SignatureSource,
    image: &Digest,
    attachment: Attachment,
    limits: &Limits,
) -> Result<Vec<Reference>, CosignError> {
    let cannot_tell = |source| CosignError::Source { image: image.clone(), source };
    let mut search = Search { image, limits, found: Vec::new(), seen: HashSet::new() };
    for manifest in source.attached(image, attachment).map_err(cannot_tell)? {
        search.manifest(source, &manifest, &|_| Some(Form::Tag))?;
    }
    let listed = source.referrers(image).map_err(cannot_tell)?;
    for (digest, error) in listed.unreadable {
        let origin = Origin { manifest: digest, layer: None, form: Form::Referrer };
        search.add(origin, Err(CandidateError::Unlisted(error)))?;
    }
    let single = match attachment {
        Attachment::Signatures => SIMPLE_SIGNING,
        Attachment::Attestations => ENVELOPE,
    };
    let form = |media_type: &str| match media_type {
        bundle if bundle.starts_with(BUNDLE) => Some(Form::Bundle),
        other => (other == single).then_some(Form::Referrer),
    };
    for manifest in listed.manifests {
        search.manifest(source, &manifest, &form)?;
    }
    search.check_bytes()?;
    Ok(search.found)
}

struct Search<'a> {
    image: &'a Digest,
    limits: &'a Limits,
    found: Vec<Reference>,
    seen: HashSet<Digest>,
}

impl Search<'_> {
    /// Adds the layers of a manifest for whose media type `form` returns a form.
    fn manifest(
        &mut self,
        source: &dyn BlobSource,
        manifest: &Descriptor,
        form: &dyn Fn(&str) -> Option<Form>,
    ) -> Result<(), CosignError> {
        if !self.seen.insert(manifest.digest.clone()) {
            return Ok(());
        }
        // Each manifest is read, so the limit also counts those without signatures.
        if self.seen.len() > self.limits.max_attached {
            return Err(self.too_many());
        }
        let max = self.limits.max_manifest_bytes;
        let layers = fetch(source, manifest, "max_manifest_bytes", max)
            .and_then(|bytes| Ok(Manifest::from_json(&bytes, self.limits)?.layers));
        let digest = manifest.digest.clone();
        match layers {
            Err(error) => {
                let form = form("").unwrap_or(Form::Referrer);
                self.add(Origin { manifest: digest, layer: None, form }, Err(error))?;
            }
            Ok(layers) => {
                for layer in layers {
                    let Some(form) = form(&layer.media_type) else { continue };
                    let origin = Origin {
                        manifest: digest.clone(),
                        layer: Some(layer.digest.clone()),
                        form,
                    };
                    self.add(origin, Ok(layer))?;
                }
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        origin: Origin,
        found: Result<Descriptor, CandidateError>,
    ) -> Result<(), CosignError> {
        if self.found.len() == self.limits.max_attached {
            return Err(self.too_many());
        }
        self.found.push(Reference { origin, found });
        Ok(())
    }

    /// The bytes of all of them count together, since all are kept until they are verified.
    fn check_bytes(&self) -> Result<(), CosignError> {
        let max = self.limits.max_attached_bytes;
        let layers = self.found.iter().filter_map(|reference| reference.found.as_ref().ok());
        let bytes = layers.fold(0_u64, |bytes, layer| bytes.saturating_add(layer.size));
        if bytes > u64::try_from(max).unwrap_or(u64::MAX) {
            return Err(CosignError::TooLarge { image: self.image.clone(), bytes, max });
        }
        Ok(())
    }

    fn too_many(&self) -> CosignError {
        CosignError::TooMany { image: self.image.clone(), max: self.limits.max_attached }
    }
}

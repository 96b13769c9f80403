//! Finding what may be a signature or attestation of an image.

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
/// What the media types of Sigstore bundles begin with, in all their versions.
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
    /// Files that are not kept beside the image at all.
    Detached,
}

/// Where a signature lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Origin {
    /// The manifest, or the document that may be one; of a detached signature its payload.
    pub manifest: Digest,
    /// The layer in it; none where the manifest itself cannot be read.
    pub layer: Option<Digest>,
    /// How it is kept.
    pub form: Form,
}

/// What may be a signature or attestation of an image, or why it cannot be told.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) origin: Origin,
    pub(super) found: Result<Descriptor, CandidateError>,
}

/// Finds everything that may be a signature, or else an attestation, of an image: layers under
/// cosign's tag, then layers of manifests that refer to the image. What cannot be read is there,
/// too, with the reason.
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
    /// Adds the layers of a manifest for whose media type there is a form.
    fn manifest(
        &mut self,
        source: &dyn BlobSource,
        manifest: &Descriptor,
        form: &dyn Fn(&str) -> Option<Form>,
    ) -> Result<(), CosignError> {
        if !self.seen.insert(manifest.digest.clone()) {
            return Ok(());
        }
        // Each manifest is read, whether or not it has signatures.
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

    /// All are kept until they are verified, so that their bytes count together.
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

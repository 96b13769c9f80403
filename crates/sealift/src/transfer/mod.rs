//! Moving images with their attachments, from registry to registry and into and out of layouts, and
//! removing attachments.

mod copy;
mod error;
mod layout;
mod remove;

pub use copy::copy;
pub use error::TransferError;
pub use layout::{load, save};
pub use remove::{remove, remove_older};

use sealift_layers::{Image, Limits};
use sealift_model::{Descriptor, Digest, Platform};
use sealift_registry::{ManifestName, Repository, RepositoryBlobs};
use sealift_sigstore_verify::SIGNATURE_PREDICATE;
use serde::Deserialize;
use serde_json::Value;

/// The kind of an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "cosign knows these three")]
pub enum Kind {
    /// Signatures: the tag `.sig`, and referrers that sign.
    Signature,
    /// Attestations: the tag `.att`, and referrers with another predicate.
    Attestation,
    /// Bills of materials under the tag `.sbom`, as older programs attached them.
    Sbom,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Attestation, Self::Sbom];

    fn tag(self, image: &Digest) -> String {
        let suffix = match self {
            Self::Signature => "sig",
            Self::Attestation => "att",
            Self::Sbom => "sbom",
        };
        format!("{}-{}.{suffix}", image.algorithm().name(), image.hex())
    }
}

/// The repository of an image, and that of its attachments: most often the same one.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing more to an image")]
pub struct Place {
    /// The image.
    pub image: Repository,
    /// Its signatures and attestations.
    pub signatures: Repository,
}

impl Place {
    /// The image of an index that runs on a platform.
    ///
    /// # Errors
    /// When the index has none, or the registry refuses.
    pub fn of_platform(
        &self,
        image: &Descriptor,
        platform: &Platform,
    ) -> Result<Descriptor, TransferError> {
        let blobs = RepositoryBlobs::new(self.image.clone());
        Ok(Image::open(&blobs, image, Some(platform), &Limits::default())?.manifest)
    }
}

/// A manifest that is attached to an image.
struct AttachedManifest {
    kind: Kind,
    /// The tag that it is under; none for a referrer.
    tag: Option<String>,
    descriptor: Descriptor,
}

/// The attachments of one image.
fn attached(
    repository: &Repository,
    image: &Digest,
    kinds: &[Kind],
) -> Result<Vec<AttachedManifest>, TransferError> {
    let mut found = Vec::new();
    for kind in kinds {
        let tag = kind.tag(image);
        let there = repository.head_manifest(&ManifestName::Tag(tag.clone()))?;
        found.extend(there.map(|descriptor| AttachedManifest {
            kind: *kind,
            tag: Some(tag),
            descriptor,
        }));
    }
    for descriptor in repository.referrers(image)?.manifests {
        let Some(kind) = kind_of(repository, &descriptor)? else { continue };
        if kinds.contains(&kind) {
            found.push(AttachedManifest { kind, tag: None, descriptor });
        }
    }
    Ok(found)
}

/// Whether a referrer signs or attests; `None` for what is neither, and for what an index lists and
/// the registry does not have.
fn kind_of(
    repository: &Repository,
    descriptor: &Descriptor,
) -> Result<Option<Kind>, TransferError> {
    let name = ManifestName::Digest(descriptor.digest.clone());
    let Some(manifest) = repository.find_manifest(&name)? else { return Ok(None) };
    let document: Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    let text = |pointer| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let kind = text("/artifactType");
    let kind = if kind.is_empty() { text("/config/mediaType") } else { kind };
    if kind.starts_with("application/vnd.dev.sigstore.bundle") {
        let predicate = text("/annotations/dev.sigstore.bundle.predicateType");
        let content = text("/annotations/dev.sigstore.bundle.content");
        let signs = predicate == SIGNATURE_PREDICATE || content == "message-signature";
        return Ok(Some(if signs { Kind::Signature } else { Kind::Attestation }));
    }
    let signs = kind == "application/vnd.dev.cosign.artifact.sig.v1+json";
    Ok(signs.then_some(Kind::Signature))
}

/// The content that a manifest or index names.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    subject: Option<Descriptor>,
}

impl Named {
    fn read(bytes: &[u8], digest: &Digest) -> Result<Self, TransferError> {
        serde_json::from_slice(bytes).map_err(|_| TransferError::Manifest(digest.clone()))
    }

    /// Its blobs, but for those that may not be passed on (`image-spec layer.md,
    /// Non-Distributable Layers`).
    fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        let blobs = self.config.iter().chain(&self.layers);
        blobs.filter(|blob| {
            let kind = &blob.media_type;
            !kind.contains(".nondistributable.") && !kind.contains(".rootfs.foreign.")
        })
    }
}

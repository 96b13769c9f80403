//! Where an image's signatures come from.

use std::error::Error as StdError;

use sealift_model::{BlobSource, Descriptor, Digest};

/// What cosign attaches to an image by a tag made of the image's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what else cosign attaches is not signed by itself")]
pub enum Attachment {
    /// Signatures: `sha256-<hex>.sig`.
    Signatures,
    /// Attestations: `sha256-<hex>.att`.
    Attestations,
}

impl Attachment {
    /// What the tag ends in.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Signatures => "sig",
            Self::Attestations => "att",
        }
    }

    /// What `cosign save` calls it, behind `dev.cosignproject.cosign/`.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Signatures => "sigs",
            Self::Attestations => "atts",
        }
    }

    /// The tag of an image's attachment.
    #[must_use]
    pub fn tag(self, image: &Digest) -> String {
        format!("{}-{}.{}", image.algorithm().name(), image.hex(), self.suffix())
    }
}

/// An image layout or registry that holds an image and what is attached to it.
///
/// Nothing that it says is believed: whoever reads a blob compares its digest, and a signature
/// counts by what it says of the image alone.
pub trait SignatureSource: BlobSource {
    /// The manifests that the image's tag for `attachment` names: in a registry at most one.
    ///
    /// # Errors
    /// When the source cannot tell.
    fn attached(
        &self,
        image: &Digest,
        attachment: Attachment,
    ) -> Result<Vec<Descriptor>, SourceError>;

    /// The manifests that refer to the image (`distribution-spec 1.1, Listing Referrers`), those
    /// of the fallback tag included.
    ///
    /// # Errors
    /// When the source cannot tell.
    fn referrers(&self, image: &Digest) -> Result<Listed, SourceError>;
}

/// The referrers of an image.
#[derive(Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "every source fills in both")]
pub struct Listed {
    /// Their manifests.
    pub manifests: Vec<Descriptor>,
    /// Documents that may be or list referrers and cannot be read.
    pub unreadable: Vec<(Digest, SourceError)>,
}

/// Why a source could not tell.
pub type SourceError = Box<dyn StdError + Send + Sync>;

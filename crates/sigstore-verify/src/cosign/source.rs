//! Sources of an image's signatures.

use std::error::Error as StdError;

use sealift_model::{BlobSource, Descriptor, Digest};

/// The kinds of content that cosign attaches to an image by a tag made of the image's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what else cosign attaches is not signed by itself")]
pub enum Attachment {
    /// Signatures: `sha256-<hex>.sig`.
    Signatures,
    /// Attestations: `sha256-<hex>.att`.
    Attestations,
}

impl Attachment {
    /// The suffix of the tag.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Signatures => "sig",
            Self::Attestations => "att",
        }
    }

    /// The name that `cosign save` gives it, after `dev.cosignproject.cosign/`.
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
/// Nothing that it reports is trusted: every blob is compared with its digest, and a signature
/// counts only by its own signed content.
pub trait SignatureSource: BlobSource {
    /// The manifests that the image's tag for `attachment` names: in a registry at most one.
    ///
    /// # Errors
    /// When the source cannot list them.
    fn attached(
        &self,
        image: &Digest,
        attachment: Attachment,
    ) -> Result<Vec<Descriptor>, SourceError>;

    /// The manifests that refer to the image (`distribution-spec 1.1, Listing Referrers`),
    /// including those under the fallback tag.
    ///
    /// # Errors
    /// When the source cannot list them.
    fn referrers(&self, image: &Digest) -> Result<Listed, SourceError>;
}

/// The referrers of an image.
#[derive(Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "every source fills in both")]
pub struct Listed {
    /// Their manifests.
    pub manifests: Vec<Descriptor>,
    /// Documents that cannot be read and may be referrers or lists of them.
    pub unreadable: Vec<(Digest, SourceError)>,
}

/// Why a source could not list what is attached.
pub type SourceError = Box<dyn StdError + Send + Sync>;

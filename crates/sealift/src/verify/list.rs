//! Listing attachments, without verifying any of them.

use sealift_model::Descriptor;
use sealift_sigstore_verify::{ListedManifest, list};

use super::error::OpenError;
use super::image::{VerifyOptions, find};
use crate::Target;

/// An image and its attached manifests.
#[derive(Debug)]
#[non_exhaustive]
pub struct AttachedTree {
    /// The image.
    pub image: Descriptor,
    /// The attached manifests: those under tags, then those that refer to the image.
    pub manifests: Vec<ListedManifest>,
}

/// Lists the attachments of an image.
///
/// # Errors
/// Those of [`SignedImage::open`](super::SignedImage::open).
pub fn attached_tree(target: &Target, options: &VerifyOptions) -> Result<AttachedTree, OpenError> {
    let source = find(target, &options.image_limits)?;
    let manifests = list(&source.signatures(), &source.root.digest, &options.limits)?;
    Ok(AttachedTree { image: source.root, manifests })
}

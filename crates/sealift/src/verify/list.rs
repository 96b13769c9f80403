//! What is attached to an image, without verifying any of it.

use sealift_model::Descriptor;
use sealift_sigstore_verify::{ListedManifest, list};

use super::error::OpenError;
use super::image::{VerifyOptions, find};
use crate::Target;

/// An image and the manifests that are attached to it.
#[derive(Debug)]
#[non_exhaustive]
pub struct AttachedTree {
    /// The image.
    pub image: Descriptor,
    /// What is attached to it: under tags, then by reference.
    pub manifests: Vec<ListedManifest>,
}

/// Lists what is attached to an image.
///
/// # Errors
/// As [`SignedImage::open`](super::SignedImage::open).
pub fn attached_tree(target: &Target, options: &VerifyOptions) -> Result<AttachedTree, OpenError> {
    let source = find(target, &options.image_limits)?;
    let manifests = list(&source.signatures(), &source.root.digest, &options.limits)?;
    Ok(AttachedTree { image: source.root, manifests })
}

//! cosign's signatures and attestations of images, from any source: layers under a tag made of
//! the image's digest, or manifests that refer to the image, with bundles or in cosign's older
//! form (`cosign specs/SIGNATURE_SPEC.md`, `specs/BUNDLE_SPEC.md`).
//!
//! Every candidate is examined. One that cannot be read is reported with its reason and never hides
//! another signature.

mod annotations;
mod candidate;
mod error;
mod fetch;
mod find;
mod list;
mod local;
mod manifest;
mod outcome;
mod rejection;
mod simple_signing;
mod source;
#[cfg(test)]
mod tests;

pub use candidate::SignerKind;
pub use error::{AnnotationError, CandidateError, CosignError, ManifestError, PayloadError};
pub use find::{Form, Origin};
pub use list::{ListedManifest, list};
pub use outcome::{Attached, Outcome, Rejected, VerifiedAttached};
pub use rejection::Rejection;
pub use simple_signing::{SIMPLE_SIGNING_TYPE, SimpleSigning};
pub use source::{Attachment, Listed, SignatureSource, SourceError};

/// The predicate type of a statement that is an image's signature.
pub const SIGNATURE_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";

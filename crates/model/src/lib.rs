//! The vocabulary of the sealift crates: digests, names of images, package URLs, packages,
//! distributions, diagnostics and severities, and the one trait for blobs by digest,
//! [`BlobSource`].
//!
//! ```
//! use sealift_model::{Digest, Ecosystem};
//!
//! let digest: Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
//!     .parse()
//!     .expect("a well-formed digest");
//! assert_eq!(digest, Digest::sha256_of(b""));
//! assert_eq!(Ecosystem::from_osv("PyPI"), Some(Ecosystem::Pypi));
//! ```
//!
//! The crate is a leaf: nothing here reads a file, a clock or the network.
//!
//! Packages, distributions and diagnostics implement serde's traits so that caches can keep them.
//! Only the version that wrote them reads them back: their form is no interface.
#![forbid(unsafe_code)]

mod blob;
mod descriptor;
mod diagnostic;
mod digest;
mod distribution;
mod ecosystem;
mod inventory;
mod package;
mod purl;
mod reference;
mod repository;
mod severity;
mod timestamp;

pub use blob::{BlobError, BlobSource};
pub use descriptor::{Descriptor, Platform, PlatformError};
pub use diagnostic::{Diagnostic, Impact};
pub use digest::{Algorithm, Digest, DigestError, Hasher};
pub use distribution::{Day, Distribution, Family, Support};
pub use ecosystem::Ecosystem;
pub use inventory::Inventory;
pub use package::{
    BaseEvidence, Evidence, Hidden, HiddenBy, Location, Package, Relationship, Scope, SourcePackage,
};
pub use purl::{Purl, PurlBuilder, PurlComponent, PurlError};
pub use reference::{Reference, ReferenceError};
pub use repository::repository_of;
pub use severity::{Severity, UnknownSeverity};
pub use timestamp::{Timestamp, TimestampError};

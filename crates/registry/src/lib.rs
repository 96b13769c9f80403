//! A client of container registries (OCI `distribution-spec`, version 1.1): pull, push, referrers,
//! and the credentials that Docker and Podman keep.
//!
//! ```no_run
//! use sealift_http::{Client, Config};
//! use sealift_model::Reference;
//! use sealift_registry::{Keychain, ManifestName, Registries};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registries = Registries::new(Client::new(Config::default())?, Keychain::default());
//! let image: Reference = "registry.example/shop:1.4".parse()?;
//! let repository = registries.repository(&image);
//!
//! // Pull: a tag is resolved once, and all further is asked for by digest.
//! let manifest = repository.manifest(&ManifestName::of(&image))?;
//! println!("{} has {}", image, manifest.descriptor.digest);
//!
//! // Push: blobs first, then what names them.
//! let config = repository.push_blob("application/vnd.oci.empty.v1+json", b"{}")?;
//! # let json = b"";
//! let pushed = repository.push_manifest(
//!     json,
//!     "application/vnd.oci.image.manifest.v1+json",
//!     &ManifestName::Tag("1.5".to_owned()),
//! )?;
//!
//! // What refers to it.
//! for referrer in repository.referrers(&manifest.descriptor.digest)?.manifests {
//!     println!("{} {:?}", referrer.digest, referrer.artifact_type);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What may be trusted
//!
//! Registries are not trusted. The digest of a manifest is computed before anything of it is read,
//! and that of a blob while its bytes arrive ([`Repository::blob`]). [`RepositoryBlobs`] leaves
//! that to its reader, as every [`BlobSource`](sealift_model::BlobSource) does. [`Limits`] bounds
//! every answer, and [`sealift_http::Timeouts`] the time of every exchange. Foreign layers are not
//! fetched from the URLs that they name. Credentials go only to their registry and to the token
//! service that it names, which must have TLS and must not be an address inside the network of
//! another host.
//!
//! # Why this crate exists
//!
//! `oci-client`, the usual client, is asynchronous and brings a runtime and a second HTTP stack. It
//! does not resume broken transfers, follows `Link` and token realms anywhere, and reads manifests
//! of any size.
#![forbid(unsafe_code)]

mod auth;
mod blob;
mod credentials;
mod edit;
mod engine;
mod error;
mod limits;
mod manifest;
mod mirrors;
mod referrers;
mod registries;
mod repository;
mod source;
mod tags;
mod upload;

pub use blob::Blob;
pub use credentials::{Credential, CredentialError, Keychain};
pub use edit::Edited;
pub use engine::{Engine, EngineError};
pub use error::{Error, ErrorKind};
pub use limits::Limits;
pub use manifest::{Manifest, ManifestName, Pushed};
pub use mirrors::Mirrors;
pub use referrers::{Referrers, fallback_tag};
pub use registries::Registries;
pub use repository::Repository;
pub use source::RepositoryBlobs;

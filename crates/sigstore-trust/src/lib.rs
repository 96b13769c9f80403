//! Sigstore's trusted roots: the certificates, logs and timestamps that count.
//!
//! ```no_run
//! use sealift_http::{Client, Config};
//! use sealift_sigstore_trust::{InitialRoot, Mirror, TrustStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = TrustStore::new("/home/me/.cache/sealift/trust");
//! let mirror = Mirror::public(Client::new(Config::default())?);
//! let now = "2026-01-31T12:00:00Z".parse()?;
//! let material = store.refresh(&mirror, &InitialRoot::Public, now)?;
//! println!("{} bytes, until {:?}", material.trusted_root.len(), material.expires);
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! initial root ─> N.root.json ... ─> timestamp ─> snapshot ─> targets ─> trusted_root.json
//!   (pinned)      each signed by     (how fresh)  (which       (length     signing_config.v0.2.json
//!                 the one before                  versions)     and hash)
//! ```
//!
//! * [`embedded`] is the root of the public-good instance as of the build, for use without network.
//! * [`TrustStore`] keeps the fetched material, and refreshes it by The Update Framework (TUF,
//!   specification 1.0.33): rotation of roots with thresholds, expiry, protection against rollback,
//!   lengths and hashes.
//!
//! The crate `sigstore-tuf` implements the framework's rules, without network: this crate fetches
//! the files that it requests, blocking and with limits. The initial root is only known by its
//! digest, so no key material is copied into this crate; the embedded root is that of
//! `sigstore-trust-root`. Nothing here reads the clock or the environment.
#![forbid(unsafe_code)]

mod embedded;
mod error;
mod mirror;
mod ready;
mod store;

pub use embedded::embedded;
pub use error::Error;
pub use mirror::{InitialRoot, Mirror};
pub use store::{TrustMaterial, TrustStore};

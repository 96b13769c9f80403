//! What the suites share: where their data is, how they count, and an [`instance`] that signs, and
//! its services as [`signing_services`] on loopback; a [`cluster`] there that answers as Kubernetes does, and
//! [`mutual`] TLS.
//!
//! How cases are counted is in [`sealift_suite`].
#![forbid(unsafe_code)]

pub mod cases;
pub mod cluster;
pub mod instance;
pub mod mutation;
pub mod mutual;
mod output;
pub mod registry;
pub mod signed_example;
pub mod signing_services;
mod variant;

use std::path::PathBuf;

pub use output::{stderr, stdout};
pub use sealift_suite::{Suite, Table, files, folders, on_path, test_data};
pub use variant::variant;

/// The project's root folder.
#[must_use]
pub fn project() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

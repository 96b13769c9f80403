//! Advisories in one file, version schemes, and which package is affected by what.
#![forbid(unsafe_code)]

pub mod cvss;
pub mod version;

pub use version::{Scheme, Version, VersionError, VersionErrorKind};

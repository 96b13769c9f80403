//! The files that Gradle writes and reads beside its build scripts.

mod catalog;
mod lockfile;
mod verification;

pub(in crate::catalogers) use catalog::Catalog;
pub(in crate::catalogers) use lockfile::Lockfile;
pub(in crate::catalogers) use verification::Verification;

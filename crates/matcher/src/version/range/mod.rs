//! Ranges in the words of npm and of Python: which versions a manifest accepts.
//!
//! Each kind answers as its ecosystem's own tool does, and is judged by that tool's answers.

mod npm;
mod pep440;

pub use npm::NpmRange;
pub use pep440::SpecifierSet;

use super::VersionErrorKind;

/// A text that is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no version range: {0}")]
#[expect(clippy::exhaustive_structs, reason = "a range fails as the versions in it do")]
pub struct RangeError(
    /// What is wrong; positions count from the part of the range that is wrong.
    pub VersionErrorKind,
);

impl From<VersionErrorKind> for RangeError {
    fn from(kind: VersionErrorKind) -> Self {
        Self(kind)
    }
}

/// Whether a range accepts pre-releases that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "accepted or not")]
pub enum Prereleases {
    /// Only those of a version whose pre-release the range names itself: node-semver's default.
    Named,
    /// All: node-semver's `includePrerelease`.
    All,
}

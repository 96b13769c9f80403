//! Ranges of npm and of Python: the versions that a manifest accepts.
//!
//! Each kind follows its ecosystem's own tool, and is tested against that tool's results.

mod npm;
mod pep440;

pub use npm::NpmRange;
pub use pep440::SpecifierSet;

use super::VersionErrorKind;

/// A text is not a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no version range: {0}")]
#[expect(clippy::exhaustive_structs, reason = "a range fails as the versions in it do")]
pub struct RangeError(
    /// The fault; positions are relative to the malformed part of the range.
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
    /// Only those with the numbers of a pre-release that the range names: node-semver's default.
    Named,
    /// All: node-semver's `includePrerelease`.
    All,
}

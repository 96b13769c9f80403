//! Why a verdict stays open.

use serde::{Serialize, Serializer};

use crate::VersionError;

/// Why it stays open whether a record affects a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The package's version is not known.
    #[error("the package has no version")]
    NoVersion,
    /// The package's version is none of its ecosystem.
    #[error("the version {version:?} of the package cannot be read: {error}")]
    UnreadableVersion {
        /// The version as found.
        version: String,
        /// What is wrong with it.
        error: VersionError,
    },
    /// A range of the record begins or ends at something that is no version of its ecosystem.
    #[error("the version {bound:?} of the record cannot be read: {error}")]
    UnreadableBound {
        /// The version as the record has it.
        bound: String,
        /// What is wrong with it.
        error: VersionError,
    },
    /// The versions of this ecosystem have no order that is known here.
    #[error("versions of this ecosystem cannot be compared")]
    NoScheme,
    /// Only the history of a repository could tell.
    #[error("the record has only ranges of Git commits")]
    OnlyGit,
    /// The record names the package but no versions of it.
    #[error("the record names no versions")]
    NoVersions,
    /// A range without an `introduced` event.
    #[error("a range of the record begins nowhere")]
    NoStart,
    /// A range of a type that the OSV schema does not have.
    #[error("a range of the record is of an unknown type")]
    UnknownRange,
    /// An event that the OSV schema does not have.
    #[error("a range of the record has an unknown event")]
    UnknownEvent,
    /// The record's versions could not all be read.
    #[error("the record is malformed: {0}")]
    Defect(String),
}

/// The sentence.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

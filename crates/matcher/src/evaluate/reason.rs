//! Why a verdict is undetermined.

use serde::{Serialize, Serializer};

use crate::VersionError;

/// Why it is undetermined whether a record affects a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The package's version is not known.
    #[error("the package has no version")]
    NoVersion,
    /// The package's version is not valid in its ecosystem.
    #[error("the version {version:?} of the package cannot be read: {error}")]
    UnreadableVersion {
        /// The version as found.
        version: String,
        /// What is wrong with it.
        error: VersionError,
    },
    /// A bound of a range in the record is not a valid version of its ecosystem.
    #[error("the version {bound:?} of the record cannot be read: {error}")]
    UnreadableBound {
        /// The version in the record.
        bound: String,
        /// What is wrong with it.
        error: VersionError,
    },
    /// The order of this ecosystem's versions is not known.
    #[error("versions of this ecosystem cannot be compared")]
    NoScheme,
    /// Only the history of a repository could decide.
    #[error("the record has only ranges of Git commits")]
    OnlyGit,
    /// The record names the package but no versions of it.
    #[error("the record names no versions")]
    NoVersions,
    /// A range without an `introduced` event.
    #[error("a range of the record begins nowhere")]
    NoStart,
    /// A range has a type that is not in the OSV schema.
    #[error("a range of the record is of an unknown type")]
    UnknownRange,
    /// An event is not in the OSV schema.
    #[error("a range of the record has an unknown event")]
    UnknownEvent,
    /// Some of the record's versions could not be read.
    #[error("the record is malformed: {0}")]
    Defect(String),
}

/// Serialized as the sentence.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

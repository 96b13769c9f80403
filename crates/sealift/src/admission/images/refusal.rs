//! Why an image may not run.

use sealift_model::ReferenceError;
use sealift_policy::admission::Cause;

use super::not_known::NotKnown;

/// Why an image may not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageRefusal {
    /// No rules are loaded.
    #[error("no policies are loaded")]
    NotLoaded,
    /// The name is not an image reference.
    #[error("{name:?} is no image: {error}")]
    NoImage {
        /// The name as given.
        name: String,
        /// The error in the name.
        error: ReferenceError,
    },
    /// The rules do not allow the registry, so it was not queried.
    #[error("{name} is of no registry that is allowed")]
    NotAllowed {
        /// Registry and repository.
        name: String,
    },
    /// Something that the rules need cannot be found out.
    #[error(transparent)]
    Unknown(Cause),
    /// The answer is not known in time. The work goes on: a later call may get the answer.
    #[error(transparent)]
    Late(Cause),
    /// Rules refuse it.
    #[error("{}", .0.join("; "))]
    Refused(
        /// The reason that each rule gives.
        Vec<String>,
    ),
}

impl From<NotKnown> for ImageRefusal {
    fn from(why: NotKnown) -> Self {
        match why {
            NotKnown::NoImage { name, error } => Self::NoImage { name, error },
            NotKnown::NotAllowed { name } => Self::NotAllowed { name },
            why if why.is_late() => Self::Late(Cause::of(why)),
            why => Self::Unknown(Cause::of(why)),
        }
    }
}

//! Why an image may not run.

use sealift_model::ReferenceError;
use sealift_policy::admission::Cause;

use super::not_known::NotKnown;

/// Why an image may not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageRefusal {
    /// Nothing was loaded to judge it by.
    #[error("no policies are loaded")]
    NotLoaded,
    /// The name is none of an image.
    #[error("{name:?} is no image: {error}")]
    NoImage {
        /// What was asked for.
        name: String,
        /// What is wrong with it.
        error: ReferenceError,
    },
    /// Its registry is none of those that the rules allow, and was not asked.
    #[error("{name} is of no registry that is allowed")]
    NotAllowed {
        /// Registry and repository.
        name: String,
    },
    /// What the rules want to know of it cannot be found out.
    #[error(transparent)]
    Unknown(Cause),
    /// That is not known in the time that there was. Looking goes on: who asks again may be told.
    #[error(transparent)]
    Late(Cause),
    /// Rules refuse it.
    #[error("{}", .0.join("; "))]
    Refused(
        /// What each of them says.
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

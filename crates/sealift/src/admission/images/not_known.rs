//! Why nothing is known of an image.

use std::sync::Arc;
use std::time::Duration;

use sealift_model::{Reference, ReferenceError};
use sealift_policy::admission::{Cause, Unanswered};
use sealift_registry::ErrorKind;

use crate::admission::load::trusted_root::RootError;
use crate::admission::lookup::single_flight::NotYet;
use crate::{Chain, Error};

/// Why nothing is known of an image.
#[derive(Clone, Debug, thiserror::Error)]
pub(in crate::admission) enum NotKnown {
    /// The name is none of an image.
    #[error("{name:?} is no image: {error}")]
    NoImage { name: String, error: ReferenceError },
    /// The rules allow no registry to be asked but others.
    #[error("{name} is of no registry that is allowed")]
    NotAllowed { name: String },
    /// What its tag names was not looked up.
    #[error("{0} is not resolved")]
    Unresolved(Box<Reference>),
    /// What its tag names has no digest.
    #[error("{0} has no digest")]
    NoDigest(Box<Reference>),
    /// Its registry has none of that name.
    #[error("{0} is not in the registry")]
    NotThere(Box<Reference>),
    /// Nobody knows how its registry is asked.
    #[error("{}", Chain(.0))]
    NotAsked(Cause),
    /// Its registry does not say.
    #[error("{}", Chain(&**.0))]
    Registry(Arc<sealift_registry::Error>),
    /// A document of it is none.
    #[error("the {document} of {image} is no JSON: {error}")]
    NoJson { document: &'static str, image: Box<Reference>, error: Arc<serde_json::Error> },
    /// Its manifest names no config.
    #[error("the manifest of {image} has no config: {error}")]
    NoConfig { image: Box<Reference>, error: Arc<serde_json::Error> },
    /// An index has none for the platform that is looked at.
    #[error("{0} has no image for linux/amd64")]
    NoUsual(Box<Reference>),
    /// There is nothing to compare its signatures with. That is kept for longer than anybody would
    /// ask again.
    #[error("the trusted root: {0}")]
    Root(RootError),
    /// Whether it is signed could not be found out.
    #[error(transparent)]
    Unverified(Unverified),
    /// What rules ask could not be found out.
    #[error("{image}: {}", .failures.join(", "))]
    Undecided { image: Box<Reference>, failures: Vec<String> },
    /// Looking at it was ended.
    #[error("{image} took longer than {} s", .longest.as_secs())]
    TooLong { image: Box<Reference>, longest: Duration },
    /// It could not be judged.
    #[error("{image}: {}", Chain(&**.error))]
    Unjudged { image: Box<Reference>, error: Arc<Error> },
    /// It is being looked at, or that was lost.
    #[error("{image}: {why}")]
    NotYet { image: Box<Reference>, why: NotYet },
}

impl NotKnown {
    /// Whether it may be known the next moment, so that to look again may help.
    pub(in crate::admission) fn is_transient(&self) -> bool {
        match self {
            // The client itself has tried a host that cannot be reached often enough.
            Self::Registry(error) => match &error.kind {
                ErrorKind::Http(error) => !error.kind.is_unreached(),
                _ => true,
            },
            Self::Unverified(_) | Self::Undecided { .. } => true,
            _ => false,
        }
    }

    /// Whether it may be known soon: looking goes on.
    pub(in crate::admission) fn is_late(&self) -> bool {
        matches!(self, Self::NotYet { why: NotYet::Late, .. })
    }
}

impl From<NotKnown> for Unanswered {
    fn from(why: NotKnown) -> Self {
        let (is_late, cause) = (why.is_late(), Cause::of(why));
        if is_late { Self::Late(cause) } else { Self::Failed(cause) }
    }
}

/// What a verifier says of an image that is not signed, or attested, as it is wanted. No more of
/// its error is kept for who asks next: the proofs that do not count may be many.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{image}: {why}")]
pub(in crate::admission) struct Unverified {
    pub(in crate::admission) image: Box<Reference>,
    pub(in crate::admission) why: String,
}

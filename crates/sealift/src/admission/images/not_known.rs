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
    /// The name is not an image reference.
    #[error("{name:?} is no image: {error}")]
    NoImage { name: String, error: ReferenceError },
    /// The rules allow other registries only.
    #[error("{name} is of no registry that is allowed")]
    NotAllowed { name: String },
    /// The tag was not resolved.
    #[error("{0} is not resolved")]
    Unresolved(Box<Reference>),
    /// The tag resolved to no digest.
    #[error("{0} has no digest")]
    NoDigest(Box<Reference>),
    /// The registry has no image of that name.
    #[error("{0} is not in the registry")]
    NotThere(Box<Reference>),
    /// There is no way to query its registry.
    #[error("{}", Chain(.0))]
    NotAsked(Cause),
    /// The registry did not answer as it should.
    #[error("{}", Chain(&**.0))]
    Registry(Arc<sealift_registry::Error>),
    /// A document of the image is not valid JSON.
    #[error("the {document} of {image} is no JSON: {error}")]
    NoJson { document: &'static str, image: Box<Reference>, error: Arc<serde_json::Error> },
    /// Its manifest names no config.
    #[error("the manifest of {image} has no config: {error}")]
    NoConfig { image: Box<Reference>, error: Arc<serde_json::Error> },
    /// The index has no image for the platform that is examined.
    #[error("{0} has no image for linux/amd64")]
    NoUsual(Box<Reference>),
    /// The trusted root is missing. Its error is cached for longer than the retries last.
    #[error("the trusted root: {0}")]
    Root(RootError),
    /// The check of its signatures came to no result.
    #[error(transparent)]
    Unverified(Unverified),
    /// A rule could not be decided.
    #[error("{image}: {}", .failures.join(", "))]
    Undecided { image: Box<Reference>, failures: Vec<String> },
    /// The work on it took too long and was ended.
    #[error("{image} took longer than {} s", .longest.as_secs())]
    TooLong { image: Box<Reference>, longest: Duration },
    /// Judging it failed.
    #[error("{image}: {}", Chain(&**.error))]
    Unjudged { image: Box<Reference>, error: Arc<Error> },
    /// The work on it still goes on, or was lost.
    #[error("{image}: {why}")]
    NotYet { image: Box<Reference>, why: NotYet },
}

impl NotKnown {
    /// Whether another try at once may help.
    pub(in crate::admission) fn is_transient(&self) -> bool {
        match self {
            // The client itself has already retried a host that cannot be reached.
            Self::Registry(error) => match &error.kind {
                ErrorKind::Http(error) => !error.kind.is_unreached(),
                _ => true,
            },
            Self::Unverified(_) | Self::Undecided { .. } => true,
            _ => false,
        }
    }

    /// Whether the answer may be known soon: the work goes on.
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

/// A verifier's error on an image that is not signed, or attested, as required. Only this part of
/// the error is cached: it may list many proofs that do not count.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{image}: {why}")]
pub(in crate::admission) struct Unverified {
    pub(in crate::admission) image: Box<Reference>,
    pub(in crate::admission) why: String,
}

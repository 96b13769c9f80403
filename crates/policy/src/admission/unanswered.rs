//! Why a policy gets no answer about the world around an object.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::files::NotGiven;
use super::labels::LabelError;

/// Why [`Surroundings`](super::Surroundings) have no answer for a policy. It never counts as an
/// empty answer: the outcome of the rule is an error, or a refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// There is no cluster.
    #[error("no cluster to ask for {wanted}")]
    NoCluster {
        /// The query: a kind or a resource, with a name where one is needed; or a method and a URL.
        wanted: String,
    },
    /// There is no registry.
    #[error("no registry to ask for {image}")]
    NoRegistry {
        /// The image, as written.
        image: String,
    },
    /// There is no verifier of signatures.
    #[error("no verifier to ask for {image}")]
    NoVerifier {
        /// The image, as written.
        image: String,
    },
    /// The global context has no entry of this name.
    #[error("no global context entry {name}")]
    NoEntry {
        /// The name.
        name: String,
    },
    /// The cluster has no such namespace.
    #[error("there is no namespace {name}")]
    NoNamespace {
        /// Its name.
        name: String,
    },
    /// Nothing is known of a namespace, not even whether it exists.
    #[error("nothing is known of the namespace {name}")]
    UnknownNamespace {
        /// Its name.
        name: String,
    },
    /// The files that stand in for a cluster do not have it.
    #[error(transparent)]
    NotGiven(#[from] NotGiven),
    /// The given answer of a call is an error.
    #[error("{method} {url} answers {status}")]
    Status {
        /// The method: `GET`, `POST`.
        method: String,
        /// The URL of the call.
        url: String,
        /// The HTTP status, 400 or more.
        status: u16,
    },
    /// The label query is invalid.
    #[error(transparent)]
    Labels(#[from] LabelError),
    /// The image was checked, and is not signed, or not attested, as required.
    #[error(transparent)]
    NotVerified(Cause),
    /// The source may not be queried, or gave no usable answer.
    #[error(transparent)]
    Failed(Cause),
    /// The answer is not known in time. A later call may get it.
    #[error(transparent)]
    Late(Cause),
}

/// The error of a source, shared by all callers that get it.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// Makes an error the cause of another.
    pub fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    /// Returns the error itself.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

/// Causes with the same message are equal.
impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Cause {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_says_what_its_error_says_and_can_be_asked_for_it() {
        let why = Unanswered::Failed(Cause::of(fmt::Error));
        assert_eq!(why.to_string(), fmt::Error.to_string());
        let Unanswered::Failed(cause) = &why else { panic!("{why}") };
        assert!(cause.error().is::<fmt::Error>());
        assert_eq!(why, Unanswered::Failed(Cause::of(fmt::Error)));
        assert_ne!(why, Unanswered::Late(Cause::of(fmt::Error)));
    }
}

//! Why a policy is not told what it asks of the world around an object.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::files::NotGiven;
use super::labels::LabelError;

/// Why [`Surroundings`](super::Surroundings) do not say what a policy asks of them. It is never
/// taken for an empty answer: the rule that asked errs, or refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// There is no cluster to ask.
    #[error("no cluster to ask for {wanted}")]
    NoCluster {
        /// What of it: a kind or a resource, with a name where one is wanted; a method and a URL.
        wanted: String,
    },
    /// There is no registry to ask.
    #[error("no registry to ask for {image}")]
    NoRegistry {
        /// About which image, as it is written.
        image: String,
    },
    /// There is nobody to ask about signatures.
    #[error("no verifier to ask for {image}")]
    NoVerifier {
        /// Of which image, as it is written.
        image: String,
    },
    /// The global context has no entry of this name.
    #[error("no global context entry {name}")]
    NoEntry {
        /// The name.
        name: String,
    },
    /// The cluster was asked, and has no such namespace.
    #[error("there is no namespace {name}")]
    NoNamespace {
        /// Its name.
        name: String,
    },
    /// Nobody says what a namespace has, or whether there is one.
    #[error("nothing is known of the namespace {name}")]
    UnknownNamespace {
        /// Its name.
        name: String,
    },
    /// The files that stand in for a cluster do not have it.
    #[error(transparent)]
    NotGiven(#[from] NotGiven),
    /// The answer that is given for a call is an error.
    #[error("{method} {url} answers {status}")]
    Status {
        /// `GET`, `POST`.
        method: String,
        /// What was called.
        url: String,
        /// The status of HTTP, 400 or more.
        status: u16,
    },
    /// The labels that are wanted can be none.
    #[error(transparent)]
    Labels(#[from] LabelError),
    /// An image was looked at, and is not signed, or not attested, as it is wanted.
    #[error(transparent)]
    NotVerified(Cause),
    /// Whoever knows may not be asked, or gave no answer that can be used.
    #[error(transparent)]
    Failed(Cause),
    /// It is not known in the time that there is. Who asks again may be told.
    #[error(transparent)]
    Late(Cause),
}

/// The error of whoever was asked, shared by all who are told of it.
#[derive(Clone, Debug)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// An error as the cause of another.
    pub fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }

    /// The error itself.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

/// What says the same is the same.
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

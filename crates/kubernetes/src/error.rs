//! Why the cluster gave no answer.

use std::sync::Arc;

use serde::Deserialize;

/// Why the cluster gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cluster takes the credentials for none.
    #[error("the cluster does not know who asks: {message}")]
    Unauthorized {
        /// What it says.
        message: String,
    },
    /// Who asks may not.
    #[error("the cluster does not allow it: {message}")]
    Forbidden {
        /// What it says: who, what, where.
        message: String,
    },
    /// There is nothing.
    #[error("the cluster has none: {message}")]
    NotFound {
        /// What it says.
        message: String,
    },
    /// Another answer than a good one.
    #[error("the cluster answers {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// There is no answer.
    #[error("the cluster cannot be asked: {0}")]
    Http(Arc<sealift_http::Error>),
    /// The answer is none that the API gives.
    #[error("the cluster's answer for {path} is none of its API: {problem}")]
    Malformed {
        /// What was asked.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// No such kind is served.
    #[error("the cluster has no {kind} in {api_version}")]
    UnknownKind {
        /// Group and version.
        api_version: String,
        /// The kind, or the resource.
        kind: String,
    },
    /// A list does not end.
    #[error("the list of {path} has more than {max} {what}")]
    TooMuch {
        /// What was asked.
        path: String,
        /// Of what.
        what: &'static str,
        /// [`Limits`](crate::Limits).
        max: u64,
    },
    /// Not asked: it leads nowhere, or might change something.
    #[error("{what:?} is not asked: {why}")]
    Refused {
        /// A path, or a part of it.
        what: String,
        /// Why.
        why: &'static str,
    },
    /// The file with the token cannot be read.
    #[error("the token of the service account: {0}")]
    Token(String),
    /// The time is up.
    #[error("the cluster does not answer in time")]
    Late,
}

impl Error {
    /// By what the API answers instead of an object (meta/v1, Status).
    pub(crate) fn of_status(status: u16, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Status {
            #[serde(default)]
            message: String,
        }
        let said = serde_json::from_slice(body).map(|Status { message }| message);
        let message = said.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned());
        let message: String = match message.trim() {
            "" => "it does not say why".to_owned(),
            text => text.chars().take(MAX_MESSAGE).filter(|next| !next.is_control()).collect(),
        };
        match status {
            401 => Self::Unauthorized { message },
            403 => Self::Forbidden { message },
            404 => Self::NotFound { message },
            status => Self::Status { status, message },
        }
    }

    pub(crate) fn malformed(path: &str, problem: impl ToString) -> Self {
        Self::Malformed { path: path.to_owned(), problem: problem.to_string() }
    }
}

impl From<sealift_http::Error> for Error {
    fn from(error: sealift_http::Error) -> Self {
        Self::Http(Arc::new(error))
    }
}

/// More letters than any good reason has.
const MAX_MESSAGE: usize = 1000;

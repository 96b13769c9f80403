//! Why a request to the cluster failed.

use std::sync::Arc;

use serde::Deserialize;

/// Why a request to the cluster failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cluster does not accept the credentials.
    #[error("the cluster does not know who asks: {message}")]
    Unauthorized {
        /// The cluster's message.
        message: String,
    },
    /// The user has no right to do this.
    #[error("the cluster does not allow it: {message}")]
    Forbidden {
        /// The cluster's message, which names user, action and object.
        message: String,
    },
    /// The path or object does not exist.
    #[error("the cluster has none: {message}")]
    NotFound {
        /// The cluster's message.
        message: String,
    },
    /// Another status.
    #[error("the cluster answers {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// The cluster's message.
        message: String,
    },
    /// There is no answer.
    #[error("the cluster cannot be asked: {0}")]
    Http(Arc<sealift_http::Error>),
    /// The answer does not have the form of the API.
    #[error("the cluster's answer for {path} is none of its API: {problem}")]
    Malformed {
        /// The path of the request.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The cluster serves no such kind.
    #[error("the cluster has no {kind} in {api_version}")]
    UnknownKind {
        /// Group and version.
        api_version: String,
        /// The kind, or the resource.
        kind: String,
    },
    /// A list is too long.
    #[error("the list of {path} has more than {max} {what}")]
    TooMuch {
        /// The path of the request.
        path: String,
        /// The unit.
        what: &'static str,
        /// The bound, one of [`Limits`](crate::Limits).
        max: u64,
    },
    /// No request was sent: the path leads nowhere, or the request might change something.
    #[error("{what:?} is not asked: {why}")]
    Refused {
        /// A path, or a part of it.
        what: String,
        /// The reason.
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
    /// The error from an answer of the API that is no object (meta/v1, Status).
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

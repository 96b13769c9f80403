//! Why a registry did not fulfil a request.

use sealift_http::{Response, Url, UrlError};
use sealift_model::{Digest, DigestError, ReferenceError};
use serde::Deserialize;

use crate::CredentialError;
use crate::limits::Limits;

/// Why a registry did not fulfil a request.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {kind}")]
#[non_exhaustive]
pub struct Error {
    /// The registry, or the repository in it.
    pub name: String,
    /// The reason.
    pub kind: ErrorKind,
}

/// The reason of an [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There was no answer, or not a whole one.
    #[error(transparent)]
    Http(sealift_http::Error),
    /// A push got no answer, and its result is unknown.
    #[error("whether the registry took {what} is not known: {source}")]
    Unknown {
        /// A tag or digest.
        what: String,
        /// Why there was no answer.
        source: sealift_http::Error,
    },
    /// The registry does not have the manifest or blob.
    #[error("{what} is not in the registry")]
    NotFound {
        /// A tag or digest.
        what: String,
    },
    /// The registry requires other credentials, or any.
    #[error("access is denied{}{}", With(.told), Shown(.message))]
    Denied {
        /// The source of the credentials that were sent, as `those of .docker/config.json`.
        told: Option<String>,
        /// The registry's message.
        message: Option<String>,
    },
    /// The registry answers with an unexpected status.
    #[error("the registry answers with status {status}{}", Shown(.message))]
    Status {
        /// The status.
        status: u16,
        /// The registry's message.
        message: Option<String>,
    },
    /// The content that arrived does not have the requested digest.
    #[error("the registry gives content with digest {actual} for {expected}")]
    WrongDigest {
        /// The requested digest.
        expected: Digest,
        /// The digest of the content.
        actual: Digest,
    },
    /// A blob has another size than its descriptor states.
    #[error("the registry gives {actual} or more bytes of {digest}, which has {expected}")]
    WrongSize {
        /// The blob.
        digest: Digest,
        /// The stated bytes.
        expected: u64,
        /// Bytes that arrived.
        actual: u64,
    },
    /// The answer's header states another media type than its content has, or than was requested.
    #[error("the registry says {said:?} of a document that is {is:?}")]
    MediaType {
        /// The media type in the header.
        said: String,
        /// That in the document.
        is: String,
    },
    /// The answer is no manifest.
    #[error("the registry answers with {media_type:?} where a manifest was asked for")]
    NotAManifest {
        /// The media type of the answer.
        media_type: String,
    },
    /// The answer is not the JSON that it should be.
    #[error("the registry's answer is malformed: {0}")]
    Malformed(serde_json::Error),
    /// A digest in the answer is invalid.
    #[error("the registry names a digest that is none: {0}")]
    Digest(DigestError),
    /// A name that was made of a digest is invalid.
    #[error("not a name: {0}")]
    Name(ReferenceError),
    /// A list is too long.
    #[error("a list of the registry has more than {max} {unit}")]
    TooMany {
        /// The most that are read.
        max: usize,
        /// The unit of that number.
        unit: &'static str,
    },
    /// Other clients undo each push to a tag.
    #[error("the tag {tag} does not keep what is pushed: others write to it again and again")]
    Contended {
        /// The tag.
        tag: String,
    },
    /// A link in an answer points to another host.
    #[error("the registry sends the client on to {to}, another host")]
    Elsewhere {
        /// That host.
        to: String,
    },
    /// A link in an answer is no URL.
    #[error("the registry sends the client to what is no URL: {0}")]
    Link(UrlError),
    /// The answer lacks a header.
    #[error("the registry's answer has no header {0}")]
    NoHeader(&'static str),
    /// The token service may not be called.
    #[error("the registry names the token service {realm}, which {why}")]
    Realm {
        /// Its URL.
        realm: String,
        /// The reason.
        why: &'static str,
    },
    /// The registry requires an unknown way of logging in.
    #[error("the registry asks for an authentication that is neither Bearer nor Basic")]
    Challenge,
    /// The token service gives no token.
    #[error("the token service {host} gives no token{}", Shown(.message))]
    Token {
        /// Its host.
        host: String,
        /// Its message.
        message: Option<String>,
    },
    /// The credentials cannot be read.
    #[error(transparent)]
    Credentials(CredentialError),
    /// The content to push cannot be read.
    #[error("what is to be pushed cannot be read: {0}")]
    Read(std::io::Error),
}

struct With<'a>(&'a Option<String>);

impl std::fmt::Display for With<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(told) => write!(f, " with the credentials that it was told, {told}"),
            None => Ok(()),
        }
    }
}

struct Shown<'a>(&'a Option<String>);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl From<sealift_http::Error> for ErrorKind {
    fn from(error: sealift_http::Error) -> Self {
        Self::Http(error)
    }
}

impl From<CredentialError> for ErrorKind {
    fn from(error: CredentialError) -> Self {
        Self::Credentials(error)
    }
}

impl ErrorKind {
    /// The error for an answer that is no success.
    pub(crate) fn of(response: Response, what: &str, limits: &Limits) -> Self {
        let status = response.status();
        let message = message(response, limits);
        match status {
            401 | 403 => Self::Denied { told: None, message },
            404 => Self::NotFound { what: what.to_owned() },
            status => Self::Status { status, message },
        }
    }

    pub(crate) fn malformed_url(url: Result<Url, UrlError>) -> Result<Url, Self> {
        url.map_err(Self::Link)
    }
}

/// Longer messages than this are cut.
const MAX_MESSAGE_CHARS: usize = 300;

/// The registry's message in its own words (`distribution-spec, Error Codes`).
pub(crate) fn message(response: Response, limits: &Limits) -> Option<String> {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<Said>,
    }
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
    }
    let bytes = response.bytes(limits.max_answer_bytes).ok()?;
    let errors: Errors = serde_json::from_slice(&bytes).ok()?;
    let Said { code, message } = errors.errors.into_iter().next()?;
    let said = message.filter(|message| !message.is_empty()).or(code)?;
    Some(without_credentials(&said).chars().take(MAX_MESSAGE_CHARS).collect())
}

/// A registry may repeat the credentials that it was sent.
fn without_credentials(said: &str) -> String {
    let is_scheme = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.ends_with("basic") || word.ends_with("bearer")
    };
    let mut is_behind_scheme = false;
    let words = said.split(' ').map(|word| {
        let shown = if is_behind_scheme && !word.is_empty() { "***" } else { word };
        is_behind_scheme = is_scheme(word) || (is_behind_scheme && word.is_empty());
        shown
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_registry_repeats_of_credentials_is_not_shown() {
        for (said, shown) in [
            ("wrong: Basic dTpw", "wrong: Basic ***"),
            ("Authorization:bearer  abc.def is old", "Authorization:bearer  *** is old"),
            ("a basic", "a basic"),
            ("\u{e4}basic x", "\u{e4}basic ***"),
            ("denied", "denied"),
        ] {
            assert_eq!(without_credentials(said), shown);
        }
    }
}

//! Errors as JavaScript gets them: a code, a message, and the facts as fields.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

use sealift::admission::{LoadError, TextError};
use sealift::policy::{PolicyFileError, ProofError};
use sealift::registry::EngineError;
use sealift::sign::{AttachError, KeyFileError, ServiceError, SignImageError};
use sealift::update::KeptError;
use sealift::verify::{RejectedProof, VerifyError};
use sealift::{Chain, Error, ErrorClass, ErrorFacts, Explain};
use serde::Serialize;

use crate::names;

/// The kind of an error; stable, for programs.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    /// An argument or option is wrong.
    InvalidArgument,
    /// The call was cancelled and has no effect.
    Cancelled,
    /// A file cannot be read or written.
    Io,
    /// The image does not exist.
    NoSuchImage,
    /// The image or folder cannot be read.
    Unreadable,
    /// Content does not match its digest.
    DigestMismatch,
    /// A limit was exceeded.
    LimitExceeded,
    /// An SBOM cannot be read.
    Sbom,
    /// The advisory database cannot be opened, built or used.
    Database,
    /// A registry or engine does not answer as it should.
    Registry,
    /// A policy, an ignore file or a VEX document cannot be used.
    Policy,
    /// Verification failed.
    Unverified,
    /// Signing failed.
    Signing,
    /// A fault of sealift itself.
    Internal,
}

/// Why a call failed.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    code: Code,
    message: String,
    #[serde(flatten)]
    facts: Box<Facts>,
}

/// The fields of an error, for programs.
#[derive(Debug, Default, Serialize)]
struct Facts {
    /// The file, folder or image that the error is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The line in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The limit that was exceeded: the name of its option, and its value.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The check that failed, as `identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    /// The digest of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// The expected digest, and that of what was found.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    mismatch: Option<Mismatch>,
    /// Signatures that were found and do not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<RejectedProof>,
}

#[derive(Debug, Serialize)]
struct Mismatch {
    expected: String,
    actual: String,
}

#[derive(Debug, Serialize)]
struct Bound {
    limit: String,
    max: u64,
}

impl Failure {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), facts: Box::default() }
    }

    fn of(code: Code, error: &(dyn StdError + 'static)) -> Self {
        Self::new(code, Chain(error).to_string())
    }

    /// The same with facts.
    fn with(mut self, set: impl FnOnce(&mut Facts)) -> Self {
        set(&mut self.facts);
        self
    }

    fn at(self, path: &Path) -> Self {
        let path = path.display().to_string();
        self.with(|facts| facts.path = Some(path).filter(|path| !path.is_empty()))
    }

    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(Code::Cancelled, "cancelled")
    }

    /// The failure for a panic, whose message is on stderr.
    pub(crate) fn bug() -> Self {
        Self::new(Code::Internal, "sealift has a fault here: please report it")
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Code::Io, format!("{}: {error}", path.display())).at(path)
    }

    /// The failure for a file whose content cannot be used.
    pub(crate) fn unusable(path: &Path, error: &(dyn StdError + 'static)) -> Self {
        Self::new(Code::InvalidArgument, format!("{}: {}", path.display(), Chain(error))).at(path)
    }

    pub(crate) fn registry(error: &(dyn StdError + 'static)) -> Self {
        Self::of(Code::Registry, error)
    }

    pub(crate) fn signing(error: &(dyn StdError + 'static)) -> Self {
        Self::of(Code::Signing, error)
    }

    pub(crate) fn engine(name: &str, error: &EngineError) -> Self {
        Self::explained(error).with(|facts| facts.path = Some(name.to_owned()))
    }

    fn explained(error: &(impl Explain + 'static)) -> Self {
        let facts = error.facts();
        match Code::of(facts.class) {
            Code::Cancelled => Self::cancelled(),
            code => Self { facts: Box::new(facts.into()), ..Self::of(code, error) },
        }
    }
}

impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> Self {
        // Texts and numbers can always be written.
        Self::from_reason(serde_json::to_string(&failure).unwrap_or_default())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The message contains the causes.
impl StdError for Failure {}

impl Code {
    fn of(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Cancelled => Self::Cancelled,
            ErrorClass::Argument | ErrorClass::NotRead => Self::InvalidArgument,
            ErrorClass::Io => Self::Io,
            ErrorClass::NoSuchImage => Self::NoSuchImage,
            ErrorClass::Unreadable => Self::Unreadable,
            ErrorClass::DigestMismatch => Self::DigestMismatch,
            ErrorClass::LimitExceeded => Self::LimitExceeded,
            ErrorClass::Sbom => Self::Sbom,
            ErrorClass::Database => Self::Database,
            ErrorClass::Registry => Self::Registry,
            ErrorClass::Policy => Self::Policy,
            ErrorClass::Unverified => Self::Unverified,
            ErrorClass::Signing => Self::Signing,
            _ => Self::Internal,
        }
    }
}

impl From<ErrorFacts> for Facts {
    fn from(facts: ErrorFacts) -> Self {
        let bound = facts.limit.map(|(name, max)| Bound { limit: names::camel(name), max });
        let mismatch = facts.mismatch.map(|(expected, actual)| Mismatch {
            expected: expected.to_string(),
            actual: actual.to_string(),
        });
        Self {
            path: facts.path,
            line: facts.line,
            bound,
            status: facts.status,
            check: facts.check,
            digest: facts.digest.map(|digest| digest.to_string()),
            mismatch,
            rejected: facts.rejected,
        }
    }
}

/// Implements the conversion for errors whose fields the library gives.
macro_rules! explained {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::explained(&error)
            }
        })*
    };
}

explained![Error, KeptError, VerifyError, PolicyFileError, LoadError, SignImageError, AttachError,];

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Cancelled => Self::cancelled(),
            error => Self::of(Code::InvalidArgument, &error),
        }
    }
}

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        let failure = Self::of(Code::Policy, &error);
        match &error {
            ProofError::Key { path, .. } => failure.at(path),
            _ => failure,
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::signing(&error)
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::signing(&error)
    }
}

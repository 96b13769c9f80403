//! Errors as JavaScript gets them: a code, a message, and the facts as fields.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

use sealift::admission::{LoadError, TextError};
use sealift::policy::{PolicyFileError, ProofError};
use sealift::registry::{self, EngineError};
use sealift::sign::{AttachError, KeyFileError, ServiceError, SignImageError};
use sealift::update::KeptError;
use sealift::verify::{OpenError, RejectedProof, VerifyError};
use sealift::{Chain, Error, LayersError};
use serde::Serialize;

use crate::names;

/// What kind of error it is; stable, for programs.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    /// An argument or option is wrong.
    InvalidArgument,
    /// The call was cancelled; nothing of it counts.
    Cancelled,
    /// A file cannot be read or written.
    Io,
    /// There is no such image.
    NoSuchImage,
    /// The image or folder cannot be read.
    Unreadable,
    /// Content is not what its digest names.
    DigestMismatch,
    /// A bound was passed.
    LimitExceeded,
    /// An SBOM cannot be read.
    Sbom,
    /// The advisory database cannot be opened, built or used.
    Database,
    /// A registry or engine does not answer as it should.
    Registry,
    /// A policy, an ignore file or a VEX document cannot be used.
    Policy,
    /// It is not verified.
    Unverified,
    /// It could not be signed.
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

/// What a program may want to know of it.
#[derive(Debug, Default, Serialize)]
struct Facts {
    /// The file, folder or image that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The bound that was passed, by the name of its option, and its value.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    bound: Option<Bound>,
    /// Of HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The check that failed, as `identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    /// The image.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// The digest that was named, and that of what was found.
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

    /// A panic, whose message is on stderr.
    pub(crate) fn bug() -> Self {
        Self::new(Code::Internal, "sealift has a fault here: please report it")
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Code::Io, format!("{}: {error}", path.display())).at(path)
    }

    /// What a file holds cannot be used.
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
        let code = match error {
            EngineError::NoSuchImage { .. } => Code::NoSuchImage,
            _ => Code::Registry,
        };
        Self::of(code, error).with(|facts| facts.path = Some(name.to_owned()))
    }

    fn layers(
        code: Code,
        path: &Path,
        error: &LayersError,
        whole: &(dyn StdError + 'static),
    ) -> Self {
        let failure = Self::of(code, whole).at(path);
        match error {
            LayersError::BlobDigest { expected, actual } => {
                failure.mismatch(expected.to_string(), actual.to_string())
            }
            LayersError::DiffId { expected, actual, .. } => {
                failure.mismatch(expected.to_string(), actual.to_string())
            }
            LayersError::Limit(passed) => {
                let bound = Bound { limit: names::camel(passed.limit), max: passed.max };
                let failure = Self { code: Code::LimitExceeded, ..failure };
                failure.with(|facts| facts.bound = Some(bound))
            }
            LayersError::NoImage { .. } | LayersError::NoSuchImage { .. } => {
                Self { code: Code::NoSuchImage, ..failure }
            }
            LayersError::Cancelled => Self::cancelled(),
            _ => failure,
        }
    }

    fn mismatch(self, expected: String, actual: String) -> Self {
        let failure = Self { code: Code::DigestMismatch, ..self };
        failure.with(|facts| facts.mismatch = Some(Mismatch { expected, actual }))
    }

    fn of_registry(error: &registry::Error, whole: &(dyn StdError + 'static)) -> Self {
        let failure = Self::of(Code::Registry, whole);
        match &error.kind {
            registry::ErrorKind::Status { status, .. } => {
                failure.with(|facts| facts.status = Some(*status))
            }
            registry::ErrorKind::WrongDigest { expected, actual } => {
                failure.mismatch(expected.to_string(), actual.to_string())
            }
            registry::ErrorKind::NotFound { .. } => Self { code: Code::NoSuchImage, ..failure },
            _ => failure,
        }
    }
}

impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> Self {
        // Texts and numbers always can be written.
        Self::from_reason(serde_json::to_string(&failure).unwrap_or_default())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What it says has its causes in it.
impl StdError for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Cancelled => Self::cancelled(),
            Error::Io { path, .. } => Self::of(Code::Io, &error).at(path),
            Error::Layers { path, source } => Self::layers(Code::Unreadable, path, source, &error),
            Error::NoImage(source) => {
                let failure = Self::of(Code::NoSuchImage, &error);
                match source {
                    LayersError::NoImage { path, .. } => failure.at(path),
                    _ => failure,
                }
            }
            Error::Sbom { path, .. } => Self::of(Code::Sbom, &error).at(path),
            Error::Bases { path, .. } | Error::NotAnImage { path } => {
                Self::of(Code::Unreadable, &error).at(path)
            }
            Error::Registry(source) => Self::of_registry(source, &error),
            Error::NotInRegistry(name) => {
                let name = name.to_string();
                Self::of(Code::NoSuchImage, &error).with(|facts| facts.path = Some(name))
            }
            Error::Database { path, .. } => Self::of(Code::Database, &error).at(path),
            Error::RegoData { path, .. } => Self::of(Code::Policy, &error).at(path),
            Error::NotRead { path } => Self::of(Code::InvalidArgument, &error).at(path),
            Error::Build(_) | Error::Matching(_) => Self::of(Code::Database, &error),
            _ => Self::of(Code::InvalidArgument, &error),
        }
    }
}

impl From<KeptError> for Failure {
    fn from(error: KeptError) -> Self {
        match error {
            KeptError::Open(error) => error.into(),
            KeptError::Missing { ref path } => Self::of(Code::Database, &error).at(path),
            error => Self::of(Code::Database, &error),
        }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let failure = Self::of(Code::Unverified, &error);
        let check = error.check();
        match error {
            VerifyError::Cancelled => Self::cancelled(),
            VerifyError::Open(open) => (*open).into(),
            VerifyError::Unverified { digest, rejected, source, .. } => failure.with(|facts| {
                facts.check = check;
                facts.digest = Some(digest.to_string());
                facts.rejected = rejected;
                facts.mismatch = source.and_then(|source| Self::from(*source).facts.mismatch);
            }),
            _ => failure.with(|facts| facts.check = check),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::NoSuchImage { path, .. } => Self::of(Code::NoSuchImage, &error).at(path),
            OpenError::NotInRegistry(_) => Self::of(Code::NoSuchImage, &error),
            OpenError::NoManifest { path } => Self::of(Code::Unreadable, &error).at(path),
            _ => match error {
                OpenError::Unreadable(error) => error.into(),
                error => Self::of(Code::Unreadable, &error),
            },
        }
    }
}

impl From<PolicyFileError> for Failure {
    fn from(error: PolicyFileError) -> Self {
        let failure = Self::of(Code::Policy, &error);
        let (path, line): (Option<PathBuf>, _) = match error {
            PolicyFileError::Malformed { path, line, .. } => (Some(path), line),
            PolicyFileError::Io { path, .. } | PolicyFileError::TrustedRoot { path, .. } => {
                (Some(path), None)
            }
            _ => (None, None),
        };
        failure.with(|facts| {
            facts.path = path.map(|path| path.display().to_string());
            facts.line = line;
        })
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let line = error.line;
        Self::of(Code::Policy, &error).at(&error.path).with(|facts| facts.line = line)
    }
}

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

impl From<SignImageError> for Failure {
    fn from(error: SignImageError) -> Self {
        let code = match &error {
            SignImageError::NoSuchImage(_) => Code::NoSuchImage,
            SignImageError::Attach(_) => Code::Registry,
            _ => Code::Signing,
        };
        Self::of(code, &error)
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::signing(&error)
    }
}

impl From<AttachError> for Failure {
    fn from(error: AttachError) -> Self {
        Self::registry(&error)
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        Self::signing(&error)
    }
}

//! What kind of failure an error is, and its facts, for APIs that have one type for all errors.

use sealift_layers::Error as LayersError;
use sealift_model::{Digest, Reference};
use sealift_registry::{EngineError, Error as RegistryError, ErrorKind};

use crate::Error;
use crate::admission::LoadError;
use crate::policy::PolicyFileError;
use crate::sign::{AttachError, SignImageError};
use crate::update::KeptError;
use crate::verify::{OpenError, RejectedProof, VerifyError};

/// What kind of failure an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The call was cancelled; nothing of it counts.
    Cancelled,
    /// An argument is not what it must be.
    Argument,
    /// A file cannot be read or written.
    Io,
    /// There is no such image.
    NoSuchImage,
    /// A file that was named by itself is none of those that packages are read from.
    NotRead,
    /// An image or a folder cannot be read.
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
    /// A signature or attestation does not count, or there is none.
    Unverified,
    /// Something could not be signed.
    Signing,
}

/// What a program may want to know of an error, each where it is known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorFacts {
    /// The kind of failure.
    pub class: ErrorClass,
    /// The file, folder or image that it is about.
    pub path: Option<String>,
    /// 1-based line in that file.
    pub line: Option<u64>,
    /// The registry, or the repository in it.
    pub registry: Option<String>,
    /// HTTP status of the registry. Where it has no such image, 404; where it denies access, 401.
    pub status: Option<u16>,
    /// The bound that was passed, as a field of [`Limits`](crate::Limits), and its value.
    pub limit: Option<(&'static str, u64)>,
    /// The digest that was named, and that of what was found.
    pub mismatch: Option<(Digest, Digest)>,
    /// The check of a verification that failed, as `identity`; `image-present` where there is no
    /// image to verify, `attachments` where what is attached to it cannot be listed.
    pub check: Option<&'static str>,
    /// The image that is not verified.
    pub digest: Option<Digest>,
    /// Signatures that were found and do not count.
    pub rejected: Vec<RejectedProof>,
}

/// An error whose facts are known.
pub trait Explain: std::error::Error {
    /// Its facts.
    fn facts(&self) -> ErrorFacts;
}

impl ErrorFacts {
    fn new(class: ErrorClass) -> Self {
        Self {
            class,
            path: None,
            line: None,
            registry: None,
            status: None,
            limit: None,
            mismatch: None,
            check: None,
            digest: None,
            rejected: Vec::new(),
        }
    }

    fn at(self, path: &std::path::Path) -> Self {
        let path = Some(path.display().to_string()).filter(|path| !path.is_empty());
        Self { path, ..self }
    }

    /// The same of a step of a verification.
    fn check(self, check: &'static str) -> Self {
        Self { check: Some(check), ..self }
    }

    fn not_in_registry(reference: &Reference) -> Self {
        Self {
            path: Some(reference.to_string()),
            registry: Some(reference.registry().to_owned()),
            status: Some(404),
            ..Self::new(ErrorClass::NoSuchImage)
        }
    }

    fn mismatch(expected: &Digest, actual: &Digest) -> Self {
        let mismatch = Some((expected.clone(), actual.clone()));
        Self { mismatch, ..Self::new(ErrorClass::DigestMismatch) }
    }
}

impl Explain for LayersError {
    fn facts(&self) -> ErrorFacts {
        match self {
            Self::BlobDigest { expected, actual } | Self::DiffId { expected, actual, .. } => {
                ErrorFacts::mismatch(expected, actual)
            }
            Self::Limit(passed) => ErrorFacts {
                limit: Some((passed.limit, passed.max)),
                ..ErrorFacts::new(ErrorClass::LimitExceeded)
            },
            Self::NoImage { path, .. } => ErrorFacts::new(ErrorClass::NoSuchImage).at(path),
            Self::NoSuchImage { .. } => ErrorFacts::new(ErrorClass::NoSuchImage),
            Self::Cancelled => ErrorFacts::new(ErrorClass::Cancelled),
            _ => ErrorFacts::new(ErrorClass::Unreadable),
        }
    }
}

impl Explain for Error {
    fn facts(&self) -> ErrorFacts {
        use ErrorClass as Class;
        match self {
            Self::Cancelled => ErrorFacts::new(Class::Cancelled),
            Self::Io { path, .. } => ErrorFacts::new(Class::Io).at(path),
            Self::Layers { path, source } => source.facts().at(path),
            Self::NoImage(source) => ErrorFacts { class: Class::NoSuchImage, ..source.facts() },
            Self::Sbom { path, .. } => ErrorFacts::new(Class::Sbom).at(path),
            Self::Bases { path, .. } | Self::NotAnImage { path } => {
                ErrorFacts::new(Class::Unreadable).at(path)
            }
            Self::NotRead { path } => ErrorFacts::new(Class::NotRead).at(path),
            Self::Registry(error) => error.facts(),
            Self::NotInRegistry(reference) => ErrorFacts::not_in_registry(reference),
            Self::Database { path, .. } => ErrorFacts::new(Class::Database).at(path),
            Self::Build(_) | Self::Matching(_) => ErrorFacts::new(Class::Database),
            Self::RegoData { path, .. } => ErrorFacts::new(Class::Policy).at(path),
            Self::FilePattern { .. } | Self::Pattern { .. } => ErrorFacts::new(Class::Argument),
        }
    }
}

impl Explain for RegistryError {
    fn facts(&self) -> ErrorFacts {
        ErrorFacts { registry: Some(self.name.clone()), ..of_registry(&self.kind) }
    }
}

fn of_registry(kind: &ErrorKind) -> ErrorFacts {
    let answered = |class, status| ErrorFacts { status: Some(status), ..ErrorFacts::new(class) };
    match kind {
        ErrorKind::WrongDigest { expected, actual } => ErrorFacts::mismatch(expected, actual),
        ErrorKind::NotFound { .. } => answered(ErrorClass::NoSuchImage, 404),
        // Registries answer with 401 or 403; both want other credentials.
        ErrorKind::Denied { .. } => answered(ErrorClass::Registry, 401),
        ErrorKind::Status { status, .. } => answered(ErrorClass::Registry, *status),
        _ => ErrorFacts::new(ErrorClass::Registry),
    }
}

impl Explain for EngineError {
    fn facts(&self) -> ErrorFacts {
        match self {
            Self::NoSuchImage { .. } => {
                ErrorFacts { status: Some(404), ..ErrorFacts::new(ErrorClass::NoSuchImage) }
            }
            _ => ErrorFacts::new(ErrorClass::Registry),
        }
    }
}

impl Explain for KeptError {
    fn facts(&self) -> ErrorFacts {
        match self {
            Self::Missing { path } => ErrorFacts::new(ErrorClass::Database).at(path),
            Self::Update(_) => ErrorFacts::new(ErrorClass::Database),
            Self::Open(error) => error.facts(),
        }
    }
}

impl Explain for OpenError {
    fn facts(&self) -> ErrorFacts {
        /// There is nothing that could be verified: as other checks, this one fails by its name.
        const CHECK: &str = "image-present";
        match self {
            Self::Unreadable(error) => error.facts(),
            Self::NoSuchImage { path, .. } => {
                ErrorFacts::new(ErrorClass::NoSuchImage).at(path).check(CHECK)
            }
            Self::NotInRegistry(reference) => ErrorFacts::not_in_registry(reference).check(CHECK),
            Self::NoManifest { path } => {
                ErrorFacts::new(ErrorClass::Unreadable).at(path).check(CHECK)
            }
            Self::Attached(_) => ErrorFacts::new(ErrorClass::Unreadable).check("attachments"),
        }
    }
}

impl Explain for VerifyError {
    fn facts(&self) -> ErrorFacts {
        let unverified = || ErrorFacts {
            check: self.check(),
            rejected: self.rejected().to_vec(),
            ..ErrorFacts::new(ErrorClass::Unverified)
        };
        match self {
            Self::Cancelled => ErrorFacts::new(ErrorClass::Cancelled),
            Self::Open(error) => error.facts(),
            Self::Unverified { digest, source, .. } => ErrorFacts {
                digest: Some(digest.clone()),
                mismatch: source.as_ref().and_then(|source| source.facts().mismatch),
                ..unverified()
            },
            Self::Refused(_) | Self::Log(_) => unverified(),
        }
    }
}

impl Explain for PolicyFileError {
    fn facts(&self) -> ErrorFacts {
        let facts = ErrorFacts::new(ErrorClass::Policy);
        match self {
            Self::Malformed { path, line, .. } => ErrorFacts { line: *line, ..facts.at(path) },
            Self::Io { path, .. } | Self::TrustedRoot { path, .. } => facts.at(path),
            Self::Log { .. } | Self::NoTrustedRoot => facts,
        }
    }
}

impl Explain for LoadError {
    fn facts(&self) -> ErrorFacts {
        ErrorFacts { line: self.line, ..ErrorFacts::new(ErrorClass::Policy).at(&self.path) }
    }
}

impl Explain for AttachError {
    fn facts(&self) -> ErrorFacts {
        match self {
            Self::Registry(error) => {
                let facts = error.facts();
                // The image was there: what is missing is what is attached to it, or its place.
                let class = match facts.class {
                    ErrorClass::NoSuchImage => ErrorClass::Registry,
                    class => class,
                };
                ErrorFacts { class, ..facts }
            }
            Self::Tagged(_) | Self::Index { .. } | Self::TooManyImages { .. } => {
                ErrorFacts::new(ErrorClass::Signing)
            }
        }
    }
}

impl Explain for SignImageError {
    fn facts(&self) -> ErrorFacts {
        match self {
            Self::NoSuchImage(reference) => ErrorFacts::not_in_registry(reference),
            Self::Attach(error) => error.facts(),
            Self::Digest { .. } | Self::Predicate(_) | Self::Service(_) => {
                ErrorFacts::new(ErrorClass::Signing)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_registry_that_denies_or_lacks_something_has_a_status() {
        let status = |kind| {
            let facts = of_registry(&kind);
            (facts.class, facts.status)
        };
        let denied = ErrorKind::Denied { told: None, message: None };
        assert_eq!(status(denied), (ErrorClass::Registry, Some(401)));
        let missing = ErrorKind::NotFound { what: "1.0".to_owned() };
        assert_eq!(status(missing), (ErrorClass::NoSuchImage, Some(404)));
        let busy = ErrorKind::Status { status: 503, message: None };
        assert_eq!(status(busy), (ErrorClass::Registry, Some(503)));
    }

    #[test]
    fn an_image_that_is_not_there_is_one_class_and_a_check_where_it_is_verified() {
        let reference = || Box::new("registry.example/shop:1".parse::<Reference>().unwrap());
        let scan = Error::NotInRegistry(reference()).facts();
        let verify = VerifyError::from(OpenError::NotInRegistry(reference())).facts();
        let sign = SignImageError::NoSuchImage(reference()).facts();
        for facts in [&scan, &verify, &sign] {
            assert_eq!((facts.class, facts.status), (ErrorClass::NoSuchImage, Some(404)));
            assert_eq!(facts.registry.as_deref(), Some("registry.example"));
        }
        assert_eq!([scan.check, verify.check], [None, Some("image-present")]);
    }

    #[test]
    fn what_is_cancelled_below_is_cancelled() {
        let cancelled = VerifyError::from(OpenError::Unreadable(Error::Cancelled));
        assert_eq!(cancelled.facts().class, ErrorClass::Cancelled);
        let layers = Error::Layers { path: PathBuf::from("a"), source: LayersError::Cancelled };
        assert_eq!(layers.facts().class, ErrorClass::Cancelled);
    }
}

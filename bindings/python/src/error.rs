//! Errors as the classes of `sealift/_errors.py`, with their fields.

use std::error::Error as StdError;
use std::path::Path;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::admission::LoadError;
use sealift::policy::{PolicyFileError, ProofError};
use sealift::registry::{EngineError, ErrorKind};
use sealift::sign::{AttachError, ServiceError, SignImageError};
use sealift::update::KeptError;
use sealift::verify::{OpenError, VerifyError};
use sealift::{Chain, Error, LayersError};

/// An error of the class `class`, with what `fields` puts into it.
fn raise(
    class: &str,
    message: &str,
    fields: impl FnOnce(&Bound<'_, PyDict>) -> PyResult<()>,
) -> PyErr {
    Python::attach(|py| {
        let make = || {
            let given = PyDict::new(py);
            fields(&given)?;
            let class = py.import("sealift._errors")?.getattr(class)?;
            class.call((message,), Some(&given))
        };
        make().map_or_else(|error| error, PyErr::from_value)
    })
}

/// A path as the fields have it; none where there is none.
fn text(path: &Path) -> Option<String> {
    Some(path.display().to_string()).filter(|path| !path.is_empty())
}

/// `SealiftError` with nothing but its text.
pub(crate) fn plain(message: &str) -> PyErr {
    raise("SealiftError", message, |_| Ok(()))
}

/// `ValueError` for an argument that cannot be what is given.
pub(crate) fn value(error: &dyn StdError) -> PyErr {
    PyValueError::new_err(Chain(error).to_string())
}

/// Reads a file that an argument names.
pub(crate) fn read(path: &Path) -> PyResult<Vec<u8>> {
    std::fs::read(path).map_err(|error| io(path, error))
}

/// The error that Python itself has for what the system says of a file.
pub(crate) fn io(path: &Path, error: std::io::Error) -> PyErr {
    let path = path.to_owned();
    match error.raw_os_error() {
        Some(number) => {
            let text = error.to_string();
            pyo3::exceptions::PyOSError::new_err((number, text, path))
        }
        None => error.into(),
    }
}

pub(crate) fn cancelled() -> PyErr {
    raise("CancelledError", "cancelled", |_| Ok(()))
}

pub(crate) fn scan(error: Error) -> PyErr {
    let message = Chain(&error).to_string();
    match error {
        Error::Cancelled => cancelled(),
        Error::Io { path, source } => io(&path, source),
        Error::Registry(error) => registry(&error),
        Error::NotInRegistry(reference) => {
            let host = reference.registry().to_owned();
            raise("RegistryError", &message, |fields| {
                fields.set_item("status", 404)?;
                fields.set_item("name", host)
            })
        }
        Error::Database { path, .. } => database(&message, Some(&path)),
        Error::Build(_) | Error::Matching(_) => database(&message, None),
        Error::Layers { path, source } => layers(&message, &path, &source),
        Error::NoImage(source) => match &source {
            LayersError::NoImage { path, .. } => layers(&message, path, &source),
            _ => layers(&message, Path::new(""), &source),
        },
        Error::Sbom { path, .. }
        | Error::Bases { path, .. }
        | Error::NotAnImage { path }
        | Error::NotRead { path } => {
            raise("ScanError", &message, |fields| fields.set_item("path", text(&path)))
        }
        Error::RegoData { path, .. } => {
            raise("PolicyError", &message, |fields| fields.set_item("file", text(&path)))
        }
        Error::Pattern { .. } | Error::FilePattern { .. } => PyValueError::new_err(message),
        _ => raise("ScanError", &message, |_| Ok(())),
    }
}

fn layers(message: &str, path: &Path, source: &LayersError) -> PyErr {
    let (expected, actual) = match source {
        LayersError::BlobDigest { expected, actual }
        | LayersError::DiffId { expected, actual, .. } => (expected, actual),
        LayersError::Limit(limit) => {
            return raise("LimitExceeded", message, |fields| {
                fields.set_item("path", text(path))?;
                fields.set_item("limit", limit.limit)?;
                fields.set_item("max", limit.max)
            });
        }
        _ => return raise("ScanError", message, |fields| fields.set_item("path", text(path))),
    };
    raise("DigestMismatch", message, |fields| {
        fields.set_item("path", text(path))?;
        fields.set_item("expected", expected.to_string())?;
        fields.set_item("actual", actual.to_string())
    })
}

fn database(message: &str, path: Option<&Path>) -> PyErr {
    raise("DatabaseError", message, |fields| fields.set_item("path", path.and_then(text)))
}

pub(crate) fn registry(error: &sealift::registry::Error) -> PyErr {
    let status = match &error.kind {
        ErrorKind::NotFound { .. } => Some(404),
        ErrorKind::Denied { .. } => Some(401),
        ErrorKind::Status { status, .. } => Some(*status),
        _ => None,
    };
    let message = Chain(error).to_string();
    if let ErrorKind::WrongDigest { expected, actual } = &error.kind {
        return raise("DigestMismatch", &message, |fields| {
            fields.set_item("expected", expected.to_string())?;
            fields.set_item("actual", actual.to_string())
        });
    }
    raise("RegistryError", &message, |fields| {
        fields.set_item("status", status)?;
        fields.set_item("name", &error.name)
    })
}

pub(crate) fn engine(name: &str, error: &EngineError) -> PyErr {
    let status = matches!(error, EngineError::NoSuchImage { .. }).then_some(404);
    raise("RegistryError", &Chain(error).to_string(), |fields| {
        fields.set_item("status", status)?;
        fields.set_item("name", name)
    })
}

pub(crate) fn kept(error: KeptError) -> PyErr {
    let message = Chain(&error).to_string();
    match error {
        KeptError::Missing { path } => database(&message, Some(&path)),
        KeptError::Open(error) => scan(error),
        _ => database(&message, None),
    }
}

pub(crate) fn verify(error: VerifyError) -> PyErr {
    let mut message = Chain(&error).to_string();
    let (check, rejected) = (error.check(), error.rejected().to_vec());
    if let Some(first) = rejected.first() {
        message = format!("{message}: {}", first.reason);
    }
    match error {
        VerifyError::Cancelled => cancelled(),
        VerifyError::Open(error) => match *error {
            OpenError::Unreadable(error) => scan(error),
            error => raise("VerificationError", &Chain(&error).to_string(), |fields| {
                fields.set_item("check", "image-present")
            }),
        },
        VerifyError::Unverified { digest, .. } => raise("VerificationError", &message, |fields| {
            fields.set_item("check", check)?;
            fields.set_item("digest", digest.to_string())?;
            let reasons = rejected.iter().map(crate::proof::Rejected::of);
            let reasons = reasons.map(|reason| Bound::new(fields.py(), reason));
            fields.set_item("rejected", reasons.collect::<PyResult<Vec<_>>>()?)
        }),
        _ => raise("VerificationError", &message, |fields| fields.set_item("check", check)),
    }
}

pub(crate) fn policy(error: &PolicyFileError) -> PyErr {
    let message = Chain(error).to_string();
    let (file, line) = match error {
        PolicyFileError::Io { path, .. } | PolicyFileError::TrustedRoot { path, .. } => {
            (Some(path), None)
        }
        PolicyFileError::Malformed { path, line, .. } => (Some(path), *line),
        _ => (None, None),
    };
    raise("PolicyError", &message, |fields| {
        fields.set_item("file", file.and_then(|file| text(file)))?;
        fields.set_item("line", line)
    })
}

pub(crate) fn load(error: &LoadError) -> PyErr {
    raise("PolicyError", &error.to_string(), |fields| {
        fields.set_item("file", text(&error.path))?;
        fields.set_item("line", error.line)
    })
}

pub(crate) fn proof(error: &ProofError) -> PyErr {
    let message = Chain(error).to_string();
    match error {
        ProofError::Key { path, .. } => {
            raise("PolicyError", &message, |fields| fields.set_item("file", text(path)))
        }
        _ => PyValueError::new_err(message),
    }
}

pub(crate) fn service(error: &ServiceError) -> PyErr {
    signing(error)
}

pub(crate) fn signing(error: &dyn StdError) -> PyErr {
    raise("SigningError", &Chain(error).to_string(), |_| Ok(()))
}

pub(crate) fn sign_image(error: SignImageError) -> PyErr {
    match error {
        SignImageError::Attach(AttachError::Registry(error)) => registry(&error),
        SignImageError::NoSuchImage(reference) => scan(Error::NotInRegistry(reference)),
        error => signing(&error),
    }
}

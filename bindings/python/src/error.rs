//! Errors as the classes of `sealift/_errors.py`, with their fields.

use std::error::Error as StdError;
use std::path::Path;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sealift::admission::LoadError;
use sealift::policy::{PolicyFileError, ProofError};
use sealift::registry::EngineError;
use sealift::sign::{ServiceError, SignImageError};
use sealift::update::KeptError;
use sealift::verify::{OpenError, VerifyError};
use sealift::{Chain, Error, ErrorClass, ErrorFacts, Explain};

/// An error of the class `class`, with the fields that `fields` sets.
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

/// A path in the form of the fields; `None` if it is empty.
fn text(path: &Path) -> Option<String> {
    Some(path.display().to_string()).filter(|path| !path.is_empty())
}

/// `SealiftError` with only a message.
pub(crate) fn plain(message: &str) -> PyErr {
    raise("SealiftError", message, |_| Ok(()))
}

/// `ValueError` for an argument with an invalid value.
pub(crate) fn value(error: &dyn StdError) -> PyErr {
    PyValueError::new_err(Chain(error).to_string())
}

/// Reads a file that an argument names.
pub(crate) fn read(path: &Path) -> PyResult<Vec<u8>> {
    std::fs::read(path).map_err(|error| io(path, error))
}

/// Python's own error for a system error about a file.
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

/// The Python error of a library error, with the fields of its class.
fn explained(error: &impl Explain) -> PyErr {
    with_facts(&Chain(error).to_string(), error.facts())
}

fn with_facts(message: &str, facts: ErrorFacts) -> PyErr {
    let path = facts.path.clone();
    // If there is nothing to verify, that is a failed check, too.
    if facts.class == ErrorClass::Unverified || facts.check.is_some() {
        return unverified(message, facts);
    }
    match facts.class {
        ErrorClass::Cancelled => cancelled(),
        ErrorClass::Argument => PyValueError::new_err(message.to_owned()),
        ErrorClass::DigestMismatch => raise("DigestMismatch", message, |fields| {
            if let Some((expected, actual)) = &facts.mismatch {
                fields.set_item("expected", expected.to_string())?;
                fields.set_item("actual", actual.to_string())?;
            }
            fields.set_item("path", path)
        }),
        ErrorClass::LimitExceeded => raise("LimitExceeded", message, |fields| {
            if let Some((limit, max)) = facts.limit {
                fields.set_item("limit", limit)?;
                fields.set_item("max", max)?;
            }
            fields.set_item("path", path)
        }),
        ErrorClass::Database => {
            raise("DatabaseError", message, |fields| fields.set_item("path", path))
        }
        ErrorClass::Policy => raise("PolicyError", message, |fields| {
            fields.set_item("file", path)?;
            fields.set_item("line", facts.line)
        }),
        ErrorClass::Registry | ErrorClass::NoSuchImage if facts.registry.is_some() => {
            raise("RegistryError", message, |fields| {
                fields.set_item("status", facts.status)?;
                fields.set_item("name", facts.registry)
            })
        }
        ErrorClass::Signing => raise("SigningError", message, |_| Ok(())),
        _ => raise("ScanError", message, |fields| fields.set_item("path", path)),
    }
}

fn unverified(message: &str, facts: ErrorFacts) -> PyErr {
    raise("VerificationError", message, |fields| {
        fields.set_item("check", facts.check)?;
        let Some(digest) = facts.digest else { return Ok(()) };
        fields.set_item("digest", digest.to_string())?;
        let reasons = facts.rejected.iter().map(crate::proof::Rejected::of);
        let reasons = reasons.map(|reason| Bound::new(fields.py(), reason));
        fields.set_item("rejected", reasons.collect::<PyResult<Vec<_>>>()?)
    })
}

pub(crate) fn scan(error: Error) -> PyErr {
    match error {
        Error::Io { path, source } => io(&path, source),
        error => explained(&error),
    }
}

pub(crate) fn engine(name: &str, error: &EngineError) -> PyErr {
    let facts = error.facts();
    raise("RegistryError", &Chain(error).to_string(), |fields| {
        fields.set_item("status", facts.status)?;
        fields.set_item("name", name)
    })
}

pub(crate) fn kept(error: KeptError) -> PyErr {
    match error {
        KeptError::Open(error) => scan(error),
        error => explained(&error),
    }
}

pub(crate) fn verify(error: VerifyError) -> PyErr {
    if let VerifyError::Open(error) = error {
        return match *error {
            OpenError::Unreadable(error) => scan(error),
            error => explained(&error),
        };
    }
    let mut message = Chain(&error).to_string();
    if let Some(first) = error.rejected().first() {
        message = format!("{message}: {}", first.reason);
    }
    with_facts(&message, error.facts())
}

pub(crate) fn policy(error: &PolicyFileError) -> PyErr {
    explained(error)
}

pub(crate) fn load(error: &LoadError) -> PyErr {
    explained(error)
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
    explained(&error)
}

//! Signatures in files.

use std::path::Path;

use sealift::verify::{Bundle, DetachedError, Evidence, detached, detached_envelope};

use crate::args::EvidenceArgs;
use crate::failure::Failure;
use crate::files;

/// The signature of `--signature`, in base64 or in a file, with its evidence.
pub(super) fn read(
    signature: &str,
    evidence: &EvidenceArgs,
) -> Result<Result<Bundle, DetachedError>, Failure> {
    let path = Path::new(signature);
    let is_named = path.is_file() || files::is_url(signature);
    let signature = if is_named { files::document(path)? } else { signature.as_bytes().to_vec() };
    beside(evidence, |evidence| detached(&signature, evidence))
}

/// The attestation in a file, with its evidence.
pub(super) fn envelope(
    path: &Path,
    evidence: &EvidenceArgs,
) -> Result<Result<Bundle, DetachedError>, Failure> {
    let envelope = files::document(path)?;
    beside(evidence, |evidence| detached_envelope(envelope, evidence))
}

fn beside<T>(evidence: &EvidenceArgs, read: impl FnOnce(Evidence<'_>) -> T) -> Result<T, Failure> {
    let certificate = evidence.certificate.as_deref().map(files::document).transpose()?;
    let timestamp = evidence.rfc3161_timestamp.as_deref().map(files::document).transpose()?;
    let mut speaks = Evidence::default();
    speaks.certificate = certificate.as_deref();
    speaks.timestamp = timestamp.as_deref();
    Ok(read(speaks))
}

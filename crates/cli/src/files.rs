//! Files that flags and arguments name.

use std::fs::File;
use std::io::{self, Read, stdin};
use std::path::Path;

use sealift::verify::{Hash, HashAlgorithm};

use crate::failure::Failure;

/// Larger than any bundle, key or trusted root.
const MAX_DOCUMENT_BYTES: u64 = 64 << 20;

/// Reads a key, a bundle or a trusted root; a file over the limit is refused.
pub(crate) fn document(path: &Path) -> Result<Vec<u8>, Failure> {
    bounded(path).map_err(|error| unreadable(path, error))
}

fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_DOCUMENT_BYTES) {
        return Ok(bytes);
    }
    let reason = format!("it is longer than {MAX_DOCUMENT_BYTES} bytes");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, reason))
}

/// Reads a file to sign or verify, of any size; `-` is stdin.
pub(crate) fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = opened(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| unreadable(path, error))
}

/// The digest of such a file.
pub(crate) fn hashed(path: &Path, algorithm: HashAlgorithm) -> Result<Hash, Failure> {
    let hash = opened(path).and_then(|mut file| algorithm.hash_of(&mut *file));
    hash.map_err(|error| unreadable(path, error))
}

fn opened(path: &Path) -> io::Result<Box<dyn Read>> {
    match path.as_os_str() == "-" {
        true => Ok(Box::new(stdin().lock())),
        false => Ok(Box::new(File::open(path)?)),
    }
}

/// Whether the text is a URL, which cosign would fetch.
pub(crate) fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    if path.to_str().is_some_and(is_url) {
        return Failure::Unusable {
            what: path.display().to_string(),
            error: "a URL is not fetched".into(),
            hint: "save what it names in a file, and name that",
        };
    }
    Failure::Unusable {
        what: path.display().to_string(),
        error: error.into(),
        hint: "check that the file is there and may be read",
    }
}

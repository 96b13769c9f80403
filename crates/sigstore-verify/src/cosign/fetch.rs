//! Blobs, read whole and compared with their descriptors before anything is parsed.

use std::io::Read as _;

use sealift_model::{BlobSource, Descriptor, Hasher};

use super::CandidateError;

/// Reads a blob of at most `max` bytes, the value of `limit`, and checks its size and digest
/// against its descriptor.
pub(super) fn fetch(
    source: &dyn BlobSource,
    blob: &Descriptor,
    limit: &'static str,
    max: usize,
) -> Result<Vec<u8>, CandidateError> {
    let digest = &blob.digest;
    let max = u64::try_from(max).unwrap_or(u64::MAX);
    if blob.size > max {
        let (digest, bytes) = (digest.clone(), blob.size);
        return Err(CandidateError::TooLarge { digest, bytes, limit, max });
    }
    let mut bytes = Vec::new();
    source.open(blob)?.take(blob.size.saturating_add(1)).read_to_end(&mut bytes).map_err(
        |error| CandidateError::Read { digest: digest.clone(), reason: error.to_string() },
    )?;
    if u64::try_from(bytes.len()) != Ok(blob.size) {
        return Err(CandidateError::Size { digest: digest.clone(), expected: blob.size });
    }
    let mut hasher = Hasher::new(digest.algorithm());
    hasher.update(&bytes);
    match hasher.finish() {
        actual if actual == *digest => Ok(bytes),
        actual => Err(CandidateError::Digest { expected: digest.clone(), actual }),
    }
}

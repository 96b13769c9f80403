//! Digests in bodies, in the two ways that Rekor writes them.

use crate::crypto::{Hash, HashAlgorithm};
use crate::json::Field;
use crate::log::LogError;

/// Rekor v1: `{"algorithm": "sha256", "value": "<hexadecimal>"}`.
pub(super) fn read_v1(field: Field<'_>) -> Result<Hash, LogError> {
    let name = field.get("algorithm")?;
    let algorithm = HashAlgorithm::from_name(name.string()?).ok_or_else(|| name.unknown_value())?;
    sized(algorithm, &field.get("value")?.hex()?)
}

/// Rekor v2, `HashOutput` of protobuf-specs: `{"algorithm": "SHA2_256", "digest": "<base64>"}`.
pub(super) fn read_v2(field: Field<'_>) -> Result<Hash, LogError> {
    let algorithm = field.get("algorithm")?.enumeration(&[
        ("SHA2_256", 1, HashAlgorithm::Sha256),
        ("SHA2_384", 2, HashAlgorithm::Sha384),
        ("SHA2_512", 3, HashAlgorithm::Sha512),
    ])?;
    sized(algorithm, &field.get("digest")?.strict_bytes()?)
}

/// Checks a recorded digest against the signed one.
pub(super) fn same_digest(recorded: &Hash, signed: &Hash) -> Result<(), LogError> {
    let (expected, found) = (signed.algorithm(), recorded.algorithm());
    if expected != found {
        return Err(LogError::DigestAlgorithm { expected, found });
    }
    if recorded == signed { Ok(()) } else { Err(LogError::DigestDiffers) }
}

/// Checks a recorded digest against the payload of an envelope.
pub(super) fn same_payload(recorded: &Hash, payload: &[u8]) -> Result<(), LogError> {
    if recorded.algorithm().hash(payload) == *recorded {
        Ok(())
    } else {
        Err(LogError::PayloadDiffers)
    }
}

fn sized(algorithm: HashAlgorithm, digest: &[u8]) -> Result<Hash, LogError> {
    Hash::new(algorithm, digest)
        .ok_or(LogError::HashLength { expected: algorithm.digest_bytes(), found: digest.len() })
}

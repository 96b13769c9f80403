//! Timestamps of RFC 3161 authorities, over HTTP (section 3.4).

use sealift_http::Url;
use sha2::{Digest as _, Sha256};

use super::ask::Asked;
use super::error::ServiceError;

/// `TimeStampReq` (2.4.1) up to the digest: version 1, and a `MessageImprint` of SHA-256.
///
/// There is no nonce: the signature is new, so no earlier response can be over it. `certReq` is
/// left at `FALSE`: verifiers have the certificate in their trusted root.
const HEAD: [u8; 24] = [
    0x30, 0x36, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
];

/// Returns the authority's response over the signature, in DER, not verified.
pub(super) fn stamp(
    asked: Asked<'_>,
    url: &Url,
    signature: &[u8],
) -> Result<Vec<u8>, ServiceError> {
    let request = [&HEAD[..], &Sha256::digest(signature)].concat();
    let answer = asked.post(url, "application/timestamp-query", &request)?.accepted()?;
    if answer.bytes.is_empty() {
        return Err(answer.malformed("empty"));
    }
    Ok(answer.bytes)
}

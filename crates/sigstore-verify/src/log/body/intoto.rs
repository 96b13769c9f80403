//! Entries of kind `intoto`: an envelope, as older clients recorded it.

use super::hash::{read_v1, same_payload};
use super::{Signed, only_signature, same_signature, signatory};
use crate::base64::{self, Base64Error};
use crate::json::{Field, FieldError};
use crate::log::LogError;

/// Version 0.0.1: `{content {hash, payloadHash}, publicKey}`.
///
/// The signature is not recorded, and `hash` is over the JSON text of the envelope as the client
/// uploaded it, which no bundle keeps. So the entry only proves that this key signed this payload.
pub(super) fn verify_v1(
    spec: Field<'_>,
    signed: &Signed<'_>,
    payload: &[u8],
) -> Result<(), LogError> {
    signatory::same_pem(spec.get("publicKey")?, signed.signatory)?;
    same_payload(&read_v1(spec.get("content")?.get("payloadHash")?)?, payload)
}

/// Version 0.0.2: `{content {envelope {payloadType, signatures [{publicKey, sig}]}, hash,
/// payloadHash}}`.
///
/// `hash` is over the uploaded text as in 0.0.1, and not compared; all that it covers is compared
/// here.
pub(super) fn verify_v2(
    spec: Field<'_>,
    signed: &Signed<'_>,
    payload_type: &str,
    payload: &[u8],
) -> Result<(), LogError> {
    let content = spec.get("content")?;
    let envelope = content.get("envelope")?;
    if envelope.get("payloadType")?.string()? != payload_type {
        return Err(LogError::PayloadTypeDiffers);
    }
    let signature = only_signature(envelope.get("signatures")?)?;
    same_signature(twice_encoded(signature.get("sig")?), signed)?;
    signatory::same_pem(signature.get("publicKey")?, signed.signatory)?;
    // Rekor omits the payload from what it records; if a log includes it, it must be this one.
    if let Some(recorded) = envelope.optional("payload")?
        && twice_encoded(recorded)? != payload
    {
        return Err(LogError::PayloadDiffers);
    }
    same_payload(&read_v1(content.get("payloadHash")?)?, payload)
}

/// Bytes of a member that holds the base64 text of the envelope, encoded in base64 again.
fn twice_encoded(field: Field<'_>) -> Result<Vec<u8>, FieldError> {
    let text = field.strict_bytes()?;
    std::str::from_utf8(&text)
        .map_err(|error| Base64Error::Character { at: error.valid_up_to() })
        .and_then(base64::decode_lenient)
        .map_err(|error| field.error(error.into()))
}

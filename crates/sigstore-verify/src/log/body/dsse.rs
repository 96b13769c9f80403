//! Entries of kind `dsse`: an envelope.

use super::hash::{read_v1, read_v2, same_payload};
use super::{Signed, only_signature, same_signature, signatory};
use crate::json::Field;
use crate::log::LogError;

/// Version 0.0.1: `{envelopeHash, payloadHash, signatures [{signature, verifier}]}`.
///
/// `envelopeHash` is not compared: it is over the JSON text that the client uploaded, whose
/// spacing, member order and key ids no bundle keeps. Payload, signature and key suffice: the
/// signature covers the payload's type, and the rest of an envelope has no meaning.
pub(super) fn verify_v1(
    spec: Field<'_>,
    signed: &Signed<'_>,
    payload: &[u8],
) -> Result<(), LogError> {
    let signature = only_signature(spec.get("signatures")?)?;
    same_signature(signature.get("signature")?.bytes(), signed)?;
    signatory::same_pem(signature.get("verifier")?, signed.signatory)?;
    same_payload(&read_v1(spec.get("payloadHash")?)?, payload)
}

/// Version 0.0.2: `{dsseV002 {payloadHash, signatures [{content, verifier}]}}`.
pub(super) fn verify_v2(
    spec: Field<'_>,
    signed: &Signed<'_>,
    payload: &[u8],
) -> Result<(), LogError> {
    let record = spec.get("dsseV002")?;
    let signature = only_signature(record.get("signatures")?)?;
    same_signature(signature.get("content")?.strict_bytes(), signed)?;
    // The hash in the details is the signature's; the hash of the payload is independent of it.
    signatory::same_message(signature.get("verifier")?, signed.signatory)?;
    same_payload(&read_v2(record.get("payloadHash")?)?, payload)
}

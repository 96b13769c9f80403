//! Entries of kind `hashedrekord`: a digest and its signature.

use super::hash::{read_v1, read_v2, same_digest};
use super::{Signed, SignedContent, same_signature, signatory};
use crate::crypto::Hash;
use crate::json::Field;
use crate::log::LogError;

/// Version 0.0.1: `{data {hash}, signature {content, publicKey {content}}}`.
pub(super) fn verify_v1(spec: Field<'_>, signed: &Signed<'_>) -> Result<(), LogError> {
    let signature = spec.get("signature")?;
    same_signature(signature.get("content")?.strict_bytes(), signed)?;
    signatory::same_pem(signature.get("publicKey")?.get("content")?, signed.signatory)?;
    same_content(&read_v1(spec.get("data")?.get("hash")?)?, signed)
}

/// Version 0.0.2: `{hashedRekordV002 {data {algorithm, digest}, signature {content, verifier}}}`.
///
/// For an envelope, the digest is that of the pre-authentication encoding, by the hash of the key
/// details, which is that of the signature's scheme.
pub(super) fn verify_v2(spec: Field<'_>, signed: &Signed<'_>) -> Result<(), LogError> {
    let record = spec.get("hashedRekordV002")?;
    let signature = record.get("signature")?;
    same_signature(signature.get("content")?.strict_bytes(), signed)?;
    let details = signatory::same_message(signature.get("verifier")?, signed.signatory)?;
    let recorded = read_v2(record.get("data")?)?;
    signatory::same_hash(details, recorded.algorithm())?;
    same_content(&recorded, signed)
}

/// Of an envelope the digest is that of the pre-authentication encoding, which is what was signed
/// (Sigstore client specification, "Bundle content vs. Rekor entry kind").
fn same_content(recorded: &Hash, signed: &Signed<'_>) -> Result<(), LogError> {
    match signed.content {
        SignedContent::Digest(digest) => same_digest(recorded, digest),
        SignedContent::Envelope { pae, .. } => {
            same_digest(recorded, &recorded.algorithm().hash(pae))
        }
    }
}

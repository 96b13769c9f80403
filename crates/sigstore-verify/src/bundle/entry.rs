//! Log entries: `TransparencyLogEntry` of `sigstore_rekor.proto`. Integers that are zero may be
//! left out, as the JSON mapping of protocol buffers does.

use sealift_model::Timestamp;

use super::{BundleError, BundleVersion};
use crate::json::{Field, FieldError, FieldErrorKind};
use crate::limits::Limits;
use crate::log::{Entry, InclusionProof};

pub(super) fn read_all(
    material: Field<'_>,
    version: BundleVersion,
    limits: &Limits,
) -> Result<Vec<Entry>, BundleError> {
    material
        .list("tlogEntries", limits.max_entries)?
        .into_iter()
        .map(|field| read(field, version, limits))
        .collect()
}

fn read(field: Field<'_>, version: BundleVersion, limits: &Limits) -> Result<Entry, BundleError> {
    field.only(&[
        "logIndex",
        "logId",
        "kindVersion",
        "integratedTime",
        "inclusionPromise",
        "inclusionProof",
        "canonicalizedBody",
    ])?;
    let kind_version = field.get("kindVersion")?.only(&["kind", "version"])?;
    let entry = Entry {
        log_index: natural(field, "logIndex")?,
        log_id: field.get("logId")?.only(&["keyId"])?.get("keyId")?.nonempty_bytes()?,
        kind: kind_version.get("kind")?.nonempty_string()?.to_owned(),
        version: kind_version.get("version")?.nonempty_string()?.to_owned(),
        integrated_time: integrated_time(field)?,
        promise: promise(field)?,
        proof: proof(field, limits)?,
        body: field.get("canonicalizedBody")?.nonempty_bytes()?,
    };
    match version {
        BundleVersion::V01 if entry.promise.is_none() => {
            Err(BundleError::MissingPromise { path: field.path() })
        }
        BundleVersion::V02 | BundleVersion::V03 if entry.proof.is_none() => {
            Err(BundleError::MissingProof { path: field.path(), version })
        }
        _ => Ok(entry),
    }
}

/// Seconds since 1970; a log without promises (Rekor v2) gives none, or 0.
fn integrated_time(field: Field<'_>) -> Result<Option<Timestamp>, FieldError> {
    let Some(time) = field.optional("integratedTime")? else { return Ok(None) };
    let seconds = time.natural_int64()?;
    if seconds == 0 {
        return Ok(None);
    }
    let timestamp = i64::try_from(seconds).ok().and_then(|s| Timestamp::from_unix_seconds(s).ok());
    match timestamp {
        Some(timestamp) => Ok(Some(timestamp)),
        // Later than the year 9999.
        None => Err(time.error(FieldErrorKind::OutOfRange { min: 0, max: MAX_SECONDS })),
    }
}

/// The last second of the year 9999 but a day, for which every time zone has a date.
const MAX_SECONDS: u64 = 253_402_207_200;

fn promise(field: Field<'_>) -> Result<Option<Vec<u8>>, FieldError> {
    let Some(promise) = field.optional("inclusionPromise")? else { return Ok(None) };
    let promise = promise.only(&["signedEntryTimestamp"])?;
    promise.get("signedEntryTimestamp")?.nonempty_bytes().map(Some)
}

fn proof(field: Field<'_>, limits: &Limits) -> Result<Option<InclusionProof>, BundleError> {
    let Some(proof) = field.optional("inclusionProof")? else { return Ok(None) };
    proof.only(&["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"])?;
    let Some(checkpoint) = proof.optional("checkpoint")? else {
        return Err(BundleError::MissingCheckpoint { path: proof.path() });
    };
    let checkpoint = checkpoint.only(&["envelope"])?.get("envelope")?.nonempty_string()?;
    Ok(Some(InclusionProof {
        log_index: natural(proof, "logIndex")?,
        tree_size: natural(proof, "treeSize")?,
        root_hash: proof.get("rootHash")?.nonempty_bytes()?,
        hashes: proof
            .list("hashes", limits.max_proof_hashes)?
            .into_iter()
            .map(Field::nonempty_bytes)
            .collect::<Result<_, _>>()?,
        checkpoint: Some(checkpoint.to_owned()),
    }))
}

fn natural(field: Field<'_>, name: &str) -> Result<u64, FieldError> {
    field.optional(name)?.map_or(Ok(0), Field::natural_int64)
}

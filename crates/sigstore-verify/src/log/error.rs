//! Why an entry of a transparency log proves nothing.

use data_encoding::HEXLOWER;
use sealift_model::Timestamp;

use super::CheckpointError;
use crate::crypto::{HashAlgorithm, SignatureError};
use crate::json::{FieldError, JsonError};
use crate::pem::PemError;
use crate::trust::Window;

/// Why an entry of a transparency log proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// No trusted log has the entry's log id.
    #[error("no trusted log has the id {}", excerpt(id))]
    UnknownLog {
        /// The id.
        id: Vec<u8>,
    },
    /// The log states that it took the entry at a time when it was not trusted, both ends included.
    #[error("at {time} the log is not trusted, but {window}")]
    OutsideWindow {
        /// The time in question.
        time: Timestamp,
        /// When the log is trusted.
        window: Window,
    },
    /// Neither a promise nor a proof that the log has the entry.
    #[error("neither an inclusion promise nor an inclusion proof")]
    Unproven,

    /// No inclusion promise.
    #[error("no inclusion promise")]
    MissingPromise,
    /// A promise without the time that it signs.
    #[error("an inclusion promise without the integrated time that it covers")]
    MissingIntegratedTime,
    /// The promise is not signed by the log.
    #[error("the log's signature on the inclusion promise does not hold")]
    Promise(#[source] SignatureError),

    /// No inclusion proof.
    #[error("no inclusion proof")]
    MissingProof,
    /// Entry and proof have different indexes, in a log that knows only one (Rekor v2).
    #[error("log index {entry} of the entry, but {proof} of its inclusion proof")]
    IndexDiffers {
        /// Index of the entry.
        entry: u64,
        /// Index in its proof.
        proof: u64,
    },
    /// The index is not in the tree.
    #[error("index {index} in a tree of {size} leaves")]
    IndexOutsideTree {
        /// The index.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The audit path has too few or too many hashes.
    #[error("{found} hashes are not the audit path of leaf {index} of {size}")]
    ProofLength {
        /// Index of the leaf.
        index: u64,
        /// Leaves of the tree.
        size: u64,
        /// Hashes in the proof.
        found: usize,
    },
    /// A hash has another length than its algorithm's.
    #[error("a hash of {found} bytes, not {expected}")]
    HashLength {
        /// Length that it must have.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// The audit path leads to another root.
    #[error("the audit path leads to another root hash")]
    RootDiffers,

    /// The proof has no checkpoint, so its root is not signed.
    #[error("no checkpoint in the inclusion proof")]
    MissingCheckpoint,
    /// The checkpoint is malformed.
    #[error("malformed checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is that of another log.
    #[error("checkpoint of {found:?}, not of {expected:?}")]
    CheckpointOrigin {
        /// The log's name.
        expected: String,
        /// The first line of the checkpoint.
        found: String,
    },
    /// No signature of the checkpoint has both the log's name and the id of its key.
    #[error("the checkpoint is not signed by the log")]
    CheckpointUnsigned,
    /// The log's signature of the checkpoint does not hold.
    #[error("the log's signature on the checkpoint does not hold")]
    CheckpointSignature(#[source] SignatureError),
    /// The tree sizes of checkpoint and proof differ.
    #[error("checkpoint of {checkpoint} leaves, inclusion proof for {proof}")]
    CheckpointSizeDiffers {
        /// Leaves according to the checkpoint.
        checkpoint: u64,
        /// Leaves according to the proof.
        proof: u64,
    },
    /// The root hashes of checkpoint and proof differ.
    #[error("checkpoint and inclusion proof have different root hashes")]
    CheckpointRootDiffers,

    /// The body is not one JSON document.
    #[error("the entry body is not one JSON document")]
    Json(#[from] JsonError),
    /// The body lacks a field, or has a wrong one.
    #[error("a field of the entry body is missing or wrong")]
    Field(#[from] FieldError),
    /// A kind or version of entry that is not supported.
    #[error("log entries of kind {kind:?} version {version:?} are not supported")]
    UnknownKind {
        /// The kind.
        kind: String,
        /// Its version.
        version: String,
    },
    /// The kind or version of the body differs from that of the entry.
    #[error("the entry says that it is {entry:?}, its body {body:?}")]
    KindDiffers {
        /// Kind and version of the entry: `dsse 0.0.1`.
        entry: String,
        /// Kind and version of the body.
        body: String,
    },
    /// The kind is for envelopes and a message was signed, or the reverse.
    #[error("log entries of kind {kind} do not record what was signed")]
    ContentDiffers {
        /// The kind.
        kind: &'static str,
    },
    /// The body does not have exactly one signature, as the envelope does.
    #[error("{found} signatures in the entry body, not one")]
    SignatureCount {
        /// Signatures in the body.
        found: usize,
    },
    /// The body records another signature.
    #[error("the log entry is of another signature")]
    SignatureDiffers,
    /// The body records another certificate or key.
    #[error("the log entry is of another certificate or key")]
    VerifierDiffers,
    /// The certificate or key of the body is not one PEM block of a certificate or public key.
    #[error("the certificate or key in the entry body is not one PEM block")]
    VerifierPem(#[source] PemError),
    /// The body's details of its key do not fit that key or the digest.
    #[error("key details {found} in the entry body do not fit the key and digest")]
    KeyDetails {
        /// The details, as written.
        found: &'static str,
    },
    /// The body has a digest of another algorithm.
    #[error("the log entry has a digest by {found}, not by {expected}")]
    DigestAlgorithm {
        /// Algorithm of the digest that was signed.
        expected: HashAlgorithm,
        /// Algorithm of the entry.
        found: HashAlgorithm,
    },
    /// The body records another digest of what was signed.
    #[error("the log entry is of another digest")]
    DigestDiffers,
    /// The body records another payload.
    #[error("the log entry is of another payload")]
    PayloadDiffers,
    /// The body records another payload type.
    #[error("the log entry is of another payload type")]
    PayloadTypeDiffers,
}

/// Hexadecimal digits of an id; only the beginning if it is longer than any hash.
fn excerpt(id: &[u8]) -> String {
    HEXLOWER.encode(id.get(..32).unwrap_or(id))
}

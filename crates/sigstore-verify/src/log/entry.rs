//! The content of a log entry in a bundle: data, not yet proof of anything.

use sealift_model::Timestamp;

/// An entry of a transparency log as a bundle or an image annotation carries it.
///
/// The fields are those of the `TransparencyLogEntry` message of the Sigstore protobuf
/// Parsed is not verified: nothing here is trusted before the promise or the proof and the body are
/// checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the protobuf message has these fields")]
pub struct Entry {
    /// Index in the log as a whole, over all its shards.
    pub log_index: u64,
    /// Identifier of the log: for Rekor v1 the SHA-256 of its public key, for v2 the whole hash
    /// whose beginning is the key id in checkpoints.
    pub log_id: Vec<u8>,
    /// Kind of the body, for example `hashedrekord`.
    pub kind: String,
    /// Version of the kind, for example `0.0.1`.
    pub version: String,
    /// When the log took the entry, as the log states it; none if it gives no time (Rekor v2, where
    /// the field is absent or zero).
    pub integrated_time: Option<Timestamp>,
    /// The signed entry timestamp: the log's promise to include the entry (Rekor v1).
    pub promise: Option<Vec<u8>>,
    /// The proof that the entry is in the log's tree.
    pub proof: Option<InclusionProof>,
    /// The canonicalized body: the bytes of the tree's leaf.
    pub body: Vec<u8>,
}

/// The path from an entry to the root of the log's tree, and the log's signature over that root.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the protobuf message has these fields")]
pub struct InclusionProof {
    /// Index in the tree, which is the shard's: differs from [`Entry::log_index`] in Rekor v1.
    pub log_index: u64,
    /// Number of leaves of the tree whose root is proved.
    pub tree_size: u64,
    /// Root of that tree.
    pub root_hash: Vec<u8>,
    /// Siblings along the path, from the leaf to the root.
    pub hashes: Vec<Vec<u8>>,
    /// The signed note over size and root.
    pub checkpoint: Option<String>,
}

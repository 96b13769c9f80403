/// Bounds on what reading foreign documents may cost.
///
/// Each document is also bounded by its bytes: its parsed form takes at most a small multiple of
/// them in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a bundle or an envelope. Default: 128 MiB, as cosign accepts for attachments;
    /// attested SBOMs of large images have some ten.
    pub max_bundle_bytes: usize,
    /// Bytes of a statement, which is the payload of an envelope. Default: 128 MiB.
    pub max_statement_bytes: usize,
    /// Levels of arrays and objects in any JSON document. Default: 64; never more than 126.
    pub max_json_depth: usize,
    /// Log entries of a bundle. Default: 32, as in sigstore-go.
    pub max_entries: usize,
    /// Hashes of one inclusion proof. Default: 64, enough for a tree of 2^63 leaves.
    pub max_proof_hashes: usize,
    /// RFC 3161 timestamps of a bundle. Default: 32, as in sigstore-go.
    pub max_timestamps: usize,
    /// Certificates of a chain. Default: 32.
    pub max_certificates: usize,
    /// Signatures of an envelope. Default: 32. In a bundle there must be exactly one.
    pub max_signatures: usize,
    /// Subjects of a statement. Default: 1024, as in sigstore-go.
    pub max_subjects: usize,
    /// Digests of one subject or of one other resource. Default: 32, as in sigstore-go.
    pub max_digests: usize,
    /// Bytes of a trusted root. Default: 1 MiB; the public-good one has 7 KiB.
    pub max_root_bytes: usize,
    /// Parts of one kind in a trusted root: logs, authorities. Default: 64; a root keeps all parts
    /// that were ever in use, and the public-good one has two of each after five years.
    pub max_root_parts: usize,
    /// Resources in one list of a predicate: dependencies, materials. Default: 100,000; a build
    /// that lists every module it used names some thousand.
    pub max_resources: usize,
    /// Signatures or attestations of one image that are looked at. Default: 1,000, as in cosign.
    pub max_attached: usize,
    /// Bytes of all signatures or all attestations of one image. Default: 512 MiB, four times
    /// the largest of them.
    pub max_attached_bytes: usize,
    /// Bytes of the manifest of a signature. Default: 16 MiB; a registry need take no more than
    /// 4 MiB (distribution-spec 1.1, "Pushing Manifests").
    pub max_manifest_bytes: usize,
    /// Whether a bundle of version 0.3 may have a chain of certificates, which that version forbids
    /// but private authorities need. Default: no.
    pub allow_certificate_chain: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bundle_bytes: 128 << 20,
            max_statement_bytes: 128 << 20,
            max_json_depth: 64,
            max_entries: 32,
            max_proof_hashes: 64,
            max_timestamps: 32,
            max_certificates: 32,
            max_signatures: 32,
            max_subjects: 1024,
            max_digests: 32,
            max_root_bytes: 1 << 20,
            max_root_parts: 64,
            max_resources: 100_000,
            max_attached: 1_000,
            max_attached_bytes: 512 << 20,
            max_manifest_bytes: 16 << 20,
            allow_certificate_chain: false,
        }
    }
}

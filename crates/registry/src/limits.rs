//! Bounds.

/// Bounds on the work that a registry can cause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a manifest or index. Default: 16 MiB; the specification lets registries refuse
    /// more than 4 MiB.
    pub max_manifest_bytes: u64,
    /// Bytes of an error, a list of tags or an answer of a token service. Default: 4 MiB.
    pub max_answer_bytes: u64,
    /// Pages of a list. Default: 100.
    pub max_pages: usize,
    /// Entries of a list. Default: 10,000.
    pub max_entries: usize,
    /// How often the transfer of one blob is resumed. Default: 8.
    pub max_resumes: u32,
    /// The size of the pieces in which larger blobs are sent. Default: 16 MiB, which is what a
    /// retry repeats.
    pub upload_chunk_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_manifest_bytes: 16 << 20,
            max_answer_bytes: 4 << 20,
            max_pages: 100,
            max_entries: 10_000,
            max_resumes: 8,
            upload_chunk_bytes: 16 << 20,
        }
    }
}

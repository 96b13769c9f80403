//! Limits on the cost of building.

/// Limits on the cost of building a database, whatever its sources contain.
///
/// The whole of OSV in 2026 has about 700,000 records, the largest of 10 MB, and 4 GB inflated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one record after inflation. A larger one is left out, with a diagnostic.
    /// Default: 16 MiB.
    pub max_record_bytes: u64,
    /// Entries of one zip, and files of one folder. Default: 4 million.
    pub max_entries: u64,
    /// Folders within folders. Default: 16.
    pub max_depth: u64,
    /// Bytes of all records together after inflation. Default: 16 GiB.
    pub max_inflated_bytes: u64,
    /// The ratio of inflated to compressed bytes of a zip that must be complete; those of OSV have
    /// a ratio of six. Up to 64 MiB are always allowed. Default: 100.
    pub max_inflate_ratio: u64,
    /// Bytes of all entries of the database, which are held until they are sorted. Default: 4 GiB.
    pub max_database_bytes: u64,
    /// Bytes of one catalogue (KEV, EPSS) after inflation. Default: 256 MiB.
    pub max_catalogue_bytes: u64,
    /// Diagnostics that are kept; the report counts the rest. Default: 1,000.
    pub max_diagnostics: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_record_bytes: 16 << 20,
            max_entries: 4_000_000,
            max_depth: 16,
            max_inflated_bytes: 16 << 30,
            max_inflate_ratio: 100,
            max_database_bytes: 4 << 30,
            max_catalogue_bytes: 256 << 20,
            max_diagnostics: 1_000,
        }
    }
}

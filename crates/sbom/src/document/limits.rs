//! Limits on the cost of reading one SBOM.

use std::num::NonZeroUsize;

/// Limits on the cost of reading one SBOM. Exceeding one is an error or a diagnostic that names the
/// limit and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentLimits {
    /// Bytes of the document. Default: 128 MiB; with every file listed, the SBOM of a large image
    /// reaches tens of megabytes.
    pub max_sbom_bytes: u64,
    /// Components, including nested ones. Default: 1 million; large images have half a million
    /// files, which some tools list as components.
    pub max_components: u64,
    /// Nesting of components. Default: 32; tools nest two or three levels.
    pub max_component_depth: u32,
    /// Number of reading threads. The result is the same for any number. Default: one.
    pub max_threads: NonZeroUsize,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self {
            max_sbom_bytes: 128 << 20,
            max_components: 1_000_000,
            max_component_depth: 32,
            max_threads: NonZeroUsize::MIN,
        }
    }
}

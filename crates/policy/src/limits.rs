//! Limits on reading one file.

/// Bounds on what reading one ignore, VEX or policy file may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a file. Default: 64 MiB; the largest published VEX documents of vendors have 30.
    pub max_file_bytes: usize,
    /// Rules of an ignore file. Default: 100 000.
    pub max_rules: usize,
    /// Statements of a VEX document, each product counted. Default: 2 000 000.
    pub max_statements: usize,
    /// Levels of a CSAF product tree. Default: 64.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 64 << 20,
            max_rules: 100_000,
            max_statements: 2_000_000,
            max_depth: 64,
        }
    }
}

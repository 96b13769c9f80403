//! Limits on the cost of checking files.

/// Limits on the cost of checking one set of files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a file. Default: 16 MiB.
    pub max_file_bytes: usize,
    /// Bytes of the files of one tree, which are all kept while they are checked; for callers that
    /// read the files. Default: 256 MiB; large trees of manifests have about ten.
    pub max_total_bytes: usize,
    /// Bytes of all Terraform files, whose declarations are all kept at once and take about 30
    /// times as much memory. Default: 64 MiB.
    pub max_terraform_bytes: usize,
    /// Nodes of a file's document, including aliases and merges. Default: 1 000 000.
    pub max_nodes: usize,
    /// Nesting of mappings, lists, blocks and expressions. Default: 128.
    pub max_depth: usize,
    /// Failures of all files, each of which takes some kilobytes in a report. Default: 200 000; a
    /// tree of thousands of manifests has some ten thousand.
    pub max_failures: usize,
    /// Evaluation steps for the expressions of one Terraform module tree. Default: 10 000 000.
    pub max_steps: usize,
    /// Evaluation steps for all module trees together. Default: 100 000 000.
    pub max_total_steps: usize,
    /// Instances that `count`, `for_each` and `dynamic` make of one module tree. Default: 100 000.
    pub max_instances: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 16 << 20,
            max_total_bytes: 256 << 20,
            max_terraform_bytes: 64 << 20,
            max_nodes: 1_000_000,
            max_depth: 128,
            max_failures: 200_000,
            max_steps: 10_000_000,
            max_total_steps: 100_000_000,
            max_instances: 100_000,
        }
    }
}

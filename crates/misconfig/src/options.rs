//! Options for checking files.

use std::fmt;
use std::sync::Arc;

use sealift_model::Timestamp;

use crate::{FileKind, Limits, RegoChecks};

/// Options for checking files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Limits on the cost.
    pub limits: Limits,
    /// The kinds of files to check; others are ignored. Default: all.
    pub kinds: Vec<FileKind>,
    /// The present time, which decides whether an ignore comment with a date has expired. Without
    /// it, the default, comments with a date have no effect.
    pub now: Option<Timestamp>,
    /// Terraform variable files for every root module, `.tfvars` or `.tfvars.json` by their names;
    /// the last one wins.
    pub variable_files: Vec<VariableFile>,
    /// How the lines of a manifest of several documents are counted. Default: as Trivy does.
    pub line_count: LineCount,
    /// Additional checks in Rego. Default: none.
    pub rego: Option<Arc<RegoChecks>>,
    /// The files that Terraform's `file()`, `templatefile()` and similar functions read. Default:
    /// none, so that the values of these functions are unknown.
    pub other_files: Option<Arc<dyn OtherFiles>>,
}

/// Provides files that expressions read beside the checked ones.
pub trait OtherFiles: fmt::Debug + Send + Sync {
    /// The content of a file by its path below the checked folder, which has neither `..` nor a
    /// leading `/`; none if there is no such file of at most `max_bytes` bytes.
    fn read(&self, path: &str, max_bytes: usize) -> Option<Vec<u8>>;
}

/// How the lines of a manifest of several documents are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "as they are, or as Trivy has them")]
pub enum LineCount {
    /// All lines: what an editor shows.
    OfFile,
    /// Without the `---` between documents, as in Trivy 0.74, so that results can be compared line
    /// by line: in the third document, each line number is two less than in the file.
    AsTrivy,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            kinds: FileKind::ALL.to_vec(),
            now: None,
            variable_files: Vec::new(),
            line_count: LineCount::AsTrivy,
            rego: None,
            other_files: None,
        }
    }
}

/// A file with values of Terraform variables.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VariableFile {
    /// Its path, as given.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl VariableFile {
    /// A file with its content.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }
}

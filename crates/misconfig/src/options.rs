//! How files are checked.

use std::fmt;
use std::sync::Arc;

use sealift_model::Timestamp;

use crate::{FileKind, Limits, RegoChecks};

/// How files are checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// What checking may cost.
    pub limits: Limits,
    /// The kinds that are checked; files of another are passed over. Default: all.
    pub kinds: Vec<FileKind>,
    /// The present time, by which ignore comments with a date expire. Without it, which is the
    /// default, a comment with a date counts for nothing.
    pub now: Option<Timestamp>,
    /// Terraform variable files that apply to every root module, `.tfvars` or `.tfvars.json` by
    /// their names, the last one winning.
    pub variable_files: Vec<VariableFile>,
    /// How the lines of a manifest of several documents are counted. Default: as Trivy does.
    pub line_count: LineCount,
    /// Checks in Rego that are asked beside those of this crate. Default: none.
    pub rego: Option<Arc<RegoChecks>>,
    /// Where `file()`, `templatefile()` and the like of Terraform find files. Default: nowhere,
    /// and what they give is not known.
    pub other_files: Option<Arc<dyn OtherFiles>>,
}

/// Gives the files that expressions read beside those that are checked.
pub trait OtherFiles: fmt::Debug + Send + Sync {
    /// The content of a file by its path below the folder that is checked, which has neither `..`
    /// nor a leading `/`; none where no file of at most that many bytes is there.
    fn read(&self, path: &str, max_bytes: usize) -> Option<Vec<u8>>;
}

/// How the lines of a manifest of several documents are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "as they are, or as Trivy has them")]
pub enum LineCount {
    /// All of them: what an editor shows.
    OfFile,
    /// Without the `---` between documents, so that results are those of Trivy 0.74, line by
    /// line: in the third document each is two less than in the file.
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
    /// Its path, as it was given.
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

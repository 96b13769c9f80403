//! How files are checked.

use sealift_model::Timestamp;

use crate::{FileKind, Limits};

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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            kinds: FileKind::ALL.to_vec(),
            now: None,
            variable_files: Vec::new(),
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

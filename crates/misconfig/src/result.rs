//! The results of the checks.

use std::fmt;

use sealift_model::Diagnostic;

use crate::{Check, FileKind};
use serde::Serialize;

/// The results of the checks for one file.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FileResult {
    /// The path of the file in its [`SourceFile`](crate::SourceFile).
    pub path: String,
    /// The kind as which it was read.
    pub kind: FileKind,
    /// Failures, passes and checks that could not run, ordered by check, then by line.
    pub misconfigurations: Vec<Misconfiguration>,
    /// What could not be read or determined, and what is missing as a result.
    pub diagnostics: Vec<Diagnostic>,
}

impl FileResult {
    /// A result without any checks.
    #[must_use]
    pub fn new(path: impl Into<String>, kind: FileKind) -> Self {
        Self { path: path.into(), kind, misconfigurations: Vec::new(), diagnostics: Vec::new() }
    }
}

impl FileResult {
    /// The failures, each with its check.
    pub fn failures(&self) -> impl Iterator<Item = (&Check, &Failure)> {
        self.misconfigurations.iter().filter_map(|found| match &found.status {
            Status::Fail(failure) => Some((&found.check, failure)),
            _ => None,
        })
    }

    /// Number of passed checks.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.misconfigurations.iter().filter(|found| found.status == Status::Pass).count()
    }
}

/// The result of one check for one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Misconfiguration {
    /// The check.
    pub check: Check,
    /// The result.
    pub status: Status,
    /// Whether the caller brought the check for files like this one: if it could not run, the
    /// result is incomplete. Default: no.
    pub is_required: bool,
}

impl Misconfiguration {
    /// Marks a failure as ignored, and records the reason.
    pub fn ignore(&mut self, by: impl Into<String>) {
        if let Status::Fail(failure) = &mut self.status {
            failure.ignored_by = Some(by.into());
            self.status = Status::Ignored(failure.clone());
        }
    }

    /// The result of a check that the caller brought for such files.
    #[must_use]
    pub(crate) fn required(check: &Check, status: Status) -> Self {
        Self { is_required: true, ..Self::new(check, status) }
    }

    /// The result of a check.
    #[must_use]
    pub fn new(check: &Check, status: Status) -> Self {
        Self { check: check.clone(), status, is_required: false }
    }
}

/// The outcome of a check for a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a check fails, passes or does not run")]
pub enum Status {
    /// It fails.
    Fail(Failure),
    /// It fails, but is ignored.
    Ignored(Failure),
    /// It passes.
    Pass,
    /// It could not run, with the reason; this is never a pass.
    NotRun(String),
}

/// One place where a check fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// What is wrong: one sentence that names the object.
    pub message: String,
    /// The lines that cause it; none if something is missing from the whole file.
    pub lines: Option<Lines>,
    /// The resource that it is about, `aws_s3_bucket.logs`, `Deployment/web`, if there is one.
    pub resource: Option<String>,
    /// The first lines of the enclosing blocks, to which an ignore comment also applies.
    pub enclosing: Vec<u32>,
    /// The first of these lines as text; filled in by [`scan`](crate::scan).
    pub excerpt: Vec<String>,
    /// Why it is ignored: `a comment`, or a file with its line and reason.
    pub ignored_by: Option<String>,
}

impl Failure {
    /// A failure without a resource and without enclosing blocks.
    #[must_use]
    pub fn new(message: impl Into<String>, lines: Option<Lines>) -> Self {
        Self {
            message: message.into(),
            lines,
            resource: None,
            enclosing: Vec::new(),
            excerpt: Vec::new(),
            ignored_by: None,
        }
    }
}

/// Lines of a file: 1-based, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Lines {
    /// The first line.
    pub start: u32,
    /// The last line.
    pub end: u32,
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { start, end } if start == end => write!(f, "line {start}"),
            Self { start, end } => write!(f, "lines {start}-{end}"),
        }
    }
}

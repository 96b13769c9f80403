//! What the checks say of a file.

use std::fmt;

use sealift_model::Diagnostic;

use crate::{Check, FileKind};
use serde::Serialize;

/// What the checks say of one file.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FileResult {
    /// The file, as its [`SourceFile`](crate::SourceFile) names it.
    pub path: String,
    /// What it was read as.
    pub kind: FileKind,
    /// What fails, passes or could not run: ordered by check, then by line.
    pub misconfigurations: Vec<Misconfiguration>,
    /// What could not be read or known, and what that leaves out.
    pub diagnostics: Vec<Diagnostic>,
}

impl FileResult {
    /// Nothing said of a file yet.
    #[must_use]
    pub fn new(path: impl Into<String>, kind: FileKind) -> Self {
        Self { path: path.into(), kind, misconfigurations: Vec::new(), diagnostics: Vec::new() }
    }
}

impl FileResult {
    /// What fails, each with its check.
    pub fn failures(&self) -> impl Iterator<Item = (&Check, &Failure)> {
        self.misconfigurations.iter().filter_map(|found| match &found.status {
            Status::Fail(failure) => Some((&found.check, failure)),
            _ => None,
        })
    }

    /// How many checks pass.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.misconfigurations.iter().filter(|found| found.status == Status::Pass).count()
    }
}

/// What one check says of one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Misconfiguration {
    /// The check.
    pub check: Check,
    /// What it says.
    pub status: Status,
    /// Whether whoever asks brought the check for files like this one: where it could not run, the
    /// result is incomplete. Default: no.
    pub is_required: bool,
}

impl Misconfiguration {
    /// Has it not count, and says by what.
    pub fn ignore(&mut self, by: impl Into<String>) {
        if let Status::Fail(failure) = &mut self.status {
            failure.ignored_by = Some(by.into());
            self.status = Status::Ignored(failure.clone());
        }
    }

    /// What a check says that the caller brought for such files.
    #[must_use]
    pub(crate) fn required(check: &Check, status: Status) -> Self {
        Self { is_required: true, ..Self::new(check, status) }
    }

    /// What a check says.
    #[must_use]
    pub fn new(check: &Check, status: Status) -> Self {
        Self { check: check.clone(), status, is_required: false }
    }
}

/// What a check says of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a check fails, passes or does not run")]
pub enum Status {
    /// It fails here.
    Fail(Failure),
    /// It fails here, and a comment in the file says that it shall not count.
    Ignored(Failure),
    /// It looked at the file and found nothing.
    Pass,
    /// It could not run, and why: never to be taken for a pass.
    NotRun(String),
}

/// One place where a check fails.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// What is wrong, one sentence that names the thing.
    pub message: String,
    /// The lines that cause it; none where something is missing from the whole file.
    pub lines: Option<Lines>,
    /// The resource that it is about, `aws_s3_bucket.logs`, `Deployment/web`, where there is one.
    pub resource: Option<String>,
    /// The first lines of the blocks around it, for which an ignore comment counts too.
    pub enclosing: Vec<u32>,
    /// The first of these lines as they stand in the file; filled in by [`scan`](crate::scan).
    pub excerpt: Vec<String>,
    /// What says that it does not count: `a comment`, or a file with its line and reason.
    pub ignored_by: Option<String>,
}

impl Failure {
    /// A failure without a resource and without blocks around it.
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

/// Lines of a file, 1-based, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Lines {
    /// The first.
    pub start: u32,
    /// The last.
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

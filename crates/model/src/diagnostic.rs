//! Diagnostics: what could not be read, and what that means for the result.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Digest;

/// A note about how a result came to be: a file that could not be read, a guess, a limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Path of the file, as in [`Location::path`](crate::Location); none for the whole target.
    pub path: Option<String>,
    /// Diff-id of the file's layer.
    pub layer: Option<Digest>,
    /// 1-based line.
    pub line: Option<u64>,
    /// The author: the name of a cataloger, or `layers`.
    pub origin: String,
    /// What is wrong, one sentence without the path.
    pub message: String,
    /// What it means for the result.
    pub impact: Impact,
}

impl Diagnostic {
    /// A diagnostic about the whole target.
    #[must_use]
    pub fn new(origin: impl Into<String>, message: impl Into<String>, impact: Impact) -> Self {
        Self {
            path: None,
            layer: None,
            line: None,
            origin: origin.into(),
            message: message.into(),
            impact,
        }
    }

    /// The same diagnostic about a file.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>, layer: Option<Digest>) -> Self {
        self.path = Some(path.into());
        self.layer = layer;
        self
    }

    /// The same diagnostic about a line, from 1.
    #[must_use]
    pub fn on_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            f.write_str(path)?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

/// What a diagnostic means for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Impact {
    /// Worth knowing; nothing is missing.
    Note,
    /// One file or record is missing from the result.
    Partial,
    /// The result as a whole is incomplete: a package database of the operating system is
    /// unreadable, its distribution is not identified, a limit stopped a layer.
    Incomplete,
}

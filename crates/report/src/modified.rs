//! Findings that do not count.

use sealift_matcher::Finding;
use sealift_model::Timestamp;

use crate::Report;
use crate::sections::Entry;
use serde::Serialize;

/// A finding that an ignore rule or a VEX statement takes out.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Modified {
    /// The finding.
    pub finding: Finding,
    /// Its status: `ignored`, `not_affected` or `fixed`.
    pub status: &'static str,
    /// The reason, in its author's words; empty where none is given.
    pub statement: String,
    /// The source of the exception: the file, or the form of a VEX document.
    pub source: String,
    /// The document, and the place in it.
    pub place: String,
    /// The instant from which the finding counts again.
    pub expires: Option<Timestamp>,
}

impl Modified {
    /// A finding that does not count, without further facts.
    #[must_use]
    pub fn new(finding: Finding, status: &'static str, source: impl Into<String>) -> Self {
        Self {
            finding,
            status,
            statement: String::new(),
            source: source.into(),
            place: String::new(),
            expires: None,
        }
    }
}

impl Report {
    /// The suppressed findings of a package in a section, where they are to be shown.
    pub(crate) fn shown_modified(&self, entry: &Entry<'_>) -> impl Iterator<Item = &Modified> {
        let shown = if self.shows_suppressed { self.suppressed.as_slice() } else { &[] };
        shown.iter().filter(|modified| {
            let package = self.package_of(&modified.finding);
            package.is_some_and(|package| std::ptr::eq(package, entry.package))
        })
    }
}

//! The description of a check, for any kind of file.

use std::borrow::Cow;

use sealift_model::Severity;

use crate::id::Id;
use serde::Serialize;

/// The description of a check: its id, its severity, and how to fix a failure.
///
/// The checks of this crate are constants in tables; those of the user are read from the metadata
/// in their files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Trivy's id, `DS-0001`, `KSV-0012`, `AWS-0088`.
    pub id: Cow<'static, str>,
    /// The severity of a failure.
    pub severity: Severity,
    /// What is wrong if it fails, in a few words.
    pub title: Cow<'static, str>,
    /// Why that matters, one or two sentences.
    pub description: Cow<'static, str>,
    /// How to fix it, one sentence.
    pub resolution: Cow<'static, str>,
}

impl Check {
    /// Whether a text is its id, also in the forms of older releases (`AVD-DS-0001`, `DS001`).
    #[must_use]
    pub fn is_named(&self, text: &str) -> bool {
        Id::of(text).is_some_and(|id| id != Id::Every && Some(id) == Id::of(&self.id))
    }

    /// A check of this crate's tables.
    #[must_use]
    pub(crate) const fn new(
        id: &'static str,
        severity: Severity,
        title: &'static str,
        description: &'static str,
        resolution: &'static str,
    ) -> Self {
        Self {
            id: Cow::Borrowed(id),
            severity,
            title: Cow::Borrowed(title),
            description: Cow::Borrowed(description),
            resolution: Cow::Borrowed(resolution),
        }
    }
}

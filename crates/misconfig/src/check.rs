//! What a check is called and says, whatever it looks at.

use std::borrow::Cow;

use sealift_model::Severity;

use crate::id::Id;

/// A check: what it is called, how bad a failure is, and what to do then.
///
/// Those of this crate are constants in tables; those that a user brings are read from the
/// metadata of their file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Trivy's id, `DS-0001`, `KSV-0012`, `AWS-0088`.
    pub id: Cow<'static, str>,
    /// How bad a failure is.
    pub severity: Severity,
    /// What is wrong where it fails, in a few words.
    pub title: Cow<'static, str>,
    /// Why that matters, one or two sentences.
    pub description: Cow<'static, str>,
    /// What to do, one sentence.
    pub resolution: Cow<'static, str>,
}

impl Check {
    /// Whether a text names it: its id, also as older releases wrote it (`AVD-DS-0001`, `DS001`).
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

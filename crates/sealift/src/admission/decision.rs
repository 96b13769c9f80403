//! What is decided on a request.

use std::collections::BTreeMap;

/// The decision on one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Why it is refused; it is admitted when there is no reason.
    pub refusals: Vec<String>,
    /// What could not be decided in time; the webhook's setting says what follows.
    pub late: Vec<String>,
    /// What the user is warned of.
    pub warnings: Vec<String>,
    /// What is written down in the audit log, by a key of letters, digits, `-`, `_` and `.`.
    pub annotations: BTreeMap<String, String>,
    /// What is changed in the object.
    pub patch: Vec<Change>,
}

/// A value of the object that becomes another (RFC 6902, `replace`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What it becomes.
    pub value: String,
}

impl Change {
    /// A change.
    #[must_use]
    pub fn new(pointer: impl Into<String>, value: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), value: value.into() }
    }
}

impl Decision {
    /// Nothing is against it.
    #[must_use]
    pub fn allow() -> Self {
        Self::default()
    }

    /// It is refused.
    #[must_use]
    pub fn refuse(why: impl Into<String>) -> Self {
        Self { refusals: vec![why.into()], ..Self::default() }
    }

    /// Whether it is admitted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty() && self.late.is_empty()
    }

    /// The same with something for the audit log; what is there under the key stays before it.
    pub fn annotate(&mut self, key: &str, text: &str) {
        let value = self.annotations.entry(key.to_owned()).or_default();
        if !value.is_empty() {
            value.push_str("; ");
        }
        value.push_str(text);
    }

    /// Takes over what another decision on the same request says.
    pub fn add(&mut self, other: Self) {
        self.refusals.extend(other.refusals);
        self.late.extend(other.late);
        self.warnings.extend(other.warnings);
        self.patch.extend(other.patch);
        for (key, text) in other.annotations {
            self.annotate(&key, &text);
        }
    }
}

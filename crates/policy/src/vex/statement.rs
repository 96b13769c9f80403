//! The statements of a VEX document.

use std::sync::Arc;

use sealift_model::{Purl, Timestamp};
use serde::Serialize;

use super::VersionRange;

/// The status of a product with respect to a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VexStatus {
    /// The product is not affected.
    NotAffected,
    /// The product is affected.
    Affected,
    /// The product was affected, and this version is fixed.
    Fixed,
    /// The status is not known yet.
    UnderInvestigation,
}

impl VexStatus {
    /// Returns the word of OpenVEX: `not_affected`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// Returns the status of a word of OpenVEX.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::NotAffected, Self::Affected, Self::Fixed, Self::UnderInvestigation]
            .into_iter()
            .find(|status| status.name() == name)
    }

    /// Whether this status suppresses a finding.
    #[must_use]
    pub fn suppresses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// One statement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statement {
    /// Its place, as `statements[3]`.
    pub place: String,
    /// The ids of the vulnerability.
    pub ids: Vec<String>,
    /// The products that it is about.
    pub products: Vec<Product>,
    /// The status of these products.
    pub status: VexStatus,
    /// The justification, in the format's word: `vulnerable_code_not_present`.
    pub justification: Option<String>,
    /// The reason, in the author's words.
    pub statement: Option<String>,
    /// The time of the statement.
    pub time: Option<Timestamp>,
}

impl Statement {
    /// Returns the reason in one line.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match (&self.justification, &self.statement) {
            (Some(word), Some(text)) => Some(format!("{word}: {text}")),
            (Some(text), None) | (None, Some(text)) => Some(text.clone()),
            (None, None) => None,
        }
    }
}

/// A product that a statement is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// Its name in the document.
    pub name: String,
    /// Its package URLs; any of them.
    pub purls: Vec<Purl>,
    /// Its SHA-256 digests in hexadecimal; any of them.
    pub digests: Vec<String>,
    /// The document that it is an element of: `urn:cdx:<serial number>/<version>` in lower case. It
    /// matches only where that document is scanned.
    pub document: Option<String>,
    /// The versions for a package URL of `purls` that has none; without a range, any version.
    pub versions: Option<Arc<VersionRange>>,
    /// The packages in it that the statement is about; empty for the product as a whole.
    pub components: Vec<Purl>,
    /// The versions for a package URL of `components` that has none.
    pub component_versions: Option<Arc<VersionRange>>,
}

//! What a VEX document says.

use std::sync::Arc;

use sealift_model::{Purl, Timestamp};
use serde::Serialize;

use super::VersionRange;

/// How a product stands to a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VexStatus {
    /// It does not concern the product.
    NotAffected,
    /// It does.
    Affected,
    /// It did, and is repaired in this version.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl VexStatus {
    /// The word of OpenVEX: `not_affected`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// The status of a word of OpenVEX.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::NotAffected, Self::Affected, Self::Fixed, Self::UnderInvestigation]
            .into_iter()
            .find(|status| status.name() == name)
    }

    /// Whether it takes a finding out.
    #[must_use]
    pub fn suppresses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// One statement.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statement {
    /// Where it stands, as `statements[3]`.
    pub place: String,
    /// The vulnerability by each of its ids.
    pub ids: Vec<String>,
    /// What it is about.
    pub products: Vec<Product>,
    /// What it says.
    pub status: VexStatus,
    /// Why, in the format's word: `vulnerable_code_not_present`.
    pub justification: Option<String>,
    /// Why, in its author's words.
    pub statement: Option<String>,
    /// When it was made.
    pub time: Option<Timestamp>,
}

impl Statement {
    /// Why, in one line.
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
    /// The document that it is an element of: `urn:cdx:<serial number>/<version>` in lower case. Only
    /// what is scanned as that document has it.
    pub document: Option<String>,
    /// The versions that are meant by a package URL of `purls` without one; any where there is none.
    pub versions: Option<Arc<VersionRange>>,
    /// The packages in it that are meant; the product as a whole when there are none.
    pub components: Vec<Purl>,
    /// The versions that are meant by a package URL of `components` without one.
    pub component_versions: Option<Arc<VersionRange>>,
}

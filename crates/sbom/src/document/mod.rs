//! What the SBOM formats have in common: what a document is about, what reading one may cost,
//! licences as SPDX knows them, references, and the graph of dependencies.

mod attested;
mod detect;
mod gem;
mod graph;
mod identity;
mod items;
mod licenses;
mod limits;
mod lines;
mod packages;
mod placed;
mod references;
mod serial;
mod subject;
mod text;

pub use detect::{DocumentFormat, read_document};
pub use limits::DocumentLimits;
pub use subject::{Subject, SubjectKind, SubjectLayer};

pub(crate) use graph::Graph;
pub(crate) use identity::{Stated, package, source_rpm};
pub(crate) use items::{Items, OtherForm};
pub(crate) use licenses::{License, LicenseList, all_of};
pub(crate) use lines::Lines;
pub(crate) use packages::{NoPackage, Packages, named, names_package};
pub(crate) use placed::PlacedJson;
pub(crate) use references::References;
pub(crate) use serial::uuid_of;
pub(crate) use text::{Gather, Take, Text, excerpt, is_xml, reason_of, text_of};

use sealift_model::{Inventory, Timestamp};

/// The word of both formats for [`sealift_model::Scope::DevelopmentOrOptional`].
pub(crate) const DEVELOPMENT_OR_OPTIONAL: &str = "development-or-optional";

/// An SBOM as read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its format.
    pub format: DocumentFormat,
    /// The version of its specification, as written: `1.6` of CycloneDX.
    pub version: String,
    /// What it is about, when it says so.
    pub subject: Option<Subject>,
    /// How other documents name it: `urn:cdx:<serial number>/<version>` (CycloneDX, "BOM-Link"),
    /// in lower case. None where it has no serial number, and none of other formats.
    pub link: Option<String>,
    /// When it was made, when it says so.
    pub created: Option<Timestamp>,
    /// What it lists, and what of it could not be read. Diagnostics carry the line but no path:
    /// that of the document is the caller's to add.
    pub inventory: Inventory,
}

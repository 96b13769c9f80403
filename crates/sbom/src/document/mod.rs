//! The common parts of the SBOM formats: the subject, the limits, licences as SPDX expressions,
//! references, and the graph of dependencies.

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

/// A parsed SBOM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its format.
    pub format: DocumentFormat,
    /// The version of its specification, as written: `1.6` for CycloneDX.
    pub version: String,
    /// Its subject, if it states one.
    pub subject: Option<Subject>,
    /// How other documents name it: `urn:cdx:<serial number>/<version>` (CycloneDX, "BOM-Link"),
    /// in lower case. None where it has no serial number, and none of other formats.
    pub link: Option<String>,
    /// When it was made, when it says so.
    pub created: Option<Timestamp>,
    /// Its packages, and what could not be read. Diagnostics have a line but no path; the caller
    /// adds that of the document.
    pub inventory: Inventory,
}

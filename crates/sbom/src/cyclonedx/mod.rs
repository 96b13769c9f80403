//! CycloneDX: written as 1.6 JSON, read from JSON of 1.2 to 1.7 and from XML of
//! 1.2 to 1.6.
//!
//! ```
//! use sealift_model::{Ecosystem, Inventory, Package, Purl};
//! use sealift_sbom::{DocumentLimits, Subject, SubjectKind, cyclonedx};
//!
//! let purl: Purl = "pkg:npm/left-pad@1.3.0".parse()?;
//! let mut inventory = Inventory::default();
//! inventory.packages.push(Package::new(Ecosystem::Npm, "left-pad", "1.3.0", purl));
//!
//! let mut document = Vec::new();
//! let subject = Subject::new(SubjectKind::FileSystem, "./shop");
//! cyclonedx::write(&mut document, &inventory, &subject, None, "0.1.0")?;
//!
//! let read = cyclonedx::read(&document, &DocumentLimits::default())?;
//! assert_eq!(read.inventory.packages[0].id(), "left-pad@1.3.0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Data without a field in the format is in properties that begin with `sealift:`. The reader knows
//! those, and the properties of Trivy and Syft. Vulnerabilities are written, but not read.

mod ahead;
mod bom;
mod clues;
mod component;
mod describe;
mod input;
mod properties;
mod read;
mod vulnerability;
mod write;
mod xml;

pub use read::read;
pub use vulnerability::{Advisory, Analysis, Rating, Source, Vulnerability, VulnerabilityProperty};
pub use write::{write, write_with_vulnerabilities};

pub(crate) use clues::{
    SYFT_CATALOGER, SYFT_LOCATION, SYFT_ORIGIN, SYFT_SOURCE_NAME, SYFT_SOURCE_RPM,
    SYFT_SOURCE_VERSION,
};
pub(crate) use properties::{
    CODENAME, IMAGE_DIGEST, IMAGE_ID, MODULE_LABEL, OWNED_BY, PRETTY_NAME,
};
pub(crate) use read::read_json;

//! SPDX 2.3: written as JSON and in tag-value form, read from either form of 2.2 and 2.3.
//!
//! ```
//! use sealift_model::{Ecosystem, Inventory, Package, Purl};
//! use sealift_sbom::{DocumentLimits, Subject, SubjectKind, spdx};
//!
//! let purl: Purl = "pkg:npm/left-pad@1.3.0".parse()?;
//! let mut inventory = Inventory::default();
//! inventory.packages.push(Package::new(Ecosystem::Npm, "left-pad", "1.3.0", purl));
//!
//! let mut document = Vec::new();
//! let subject = Subject::new(SubjectKind::FileSystem, "./shop");
//! spdx::write(&mut document, &inventory, &subject, None, "0.1.0")?;
//!
//! let read = spdx::read(&document, &DocumentLimits::default())?;
//! assert_eq!(read.inventory.packages[0].id(), "left-pad@1.3.0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Data without a field in the format is in annotations of the form `Key: value`, with Trivy's key
//! where it has one.

mod describe;
mod document;
mod element;
mod input;
mod notes;
mod read;
mod tag_value;
mod tags;
mod write;

pub use read::read;
pub use write::{write, write_tag_value};

pub(crate) use tags::is_tag_value;

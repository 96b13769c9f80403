//! Finds the packages in an image or a tree: catalogers turn files into packages. Also reads and
//! writes CycloneDX and SPDX documents.
//!
//! ```
//! use sealift_layers::{Limits, ReadOptions, read_directory};
//! use sealift_sbom::{ALL, Reader, SkipNothing, assemble};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! std::fs::write(
//!     folder.path().join("Cargo.lock"),
//!     "[[package]]\nname = \"smallvec\"\nversion = \"1.6.0\"\n\
//!      source = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
//! )?;
//! let limits = Limits::default();
//! let reader = Reader::new(ALL, &SkipNothing);
//! let tree = read_directory(folder.path(), &reader, &ReadOptions::new(&limits))?;
//! let inventory = assemble(&tree, ALL);
//! assert_eq!(inventory.packages[0].purl.to_string(), "pkg:cargo/smallvec@1.6.0");
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! files of a tree ── Reader: `wants`, `read` ──> Facts ── merge ──> Tree ── assemble ──> Inventory
//! Inventory, Subject ── cyclonedx::write, spdx::write ──> document ── read_document ──> Document
//! ```
//!
//! Each ecosystem has a folder below `catalogers`, and [`ALL`] is the table of all catalogers. A
//! [`Cataloger`] decides which files it `wants`, extracts [`Facts`] from each while its layer
//! streams by, and `assemble`s the facts that remain after the merge into packages.
#![forbid(unsafe_code)]

// For `check`, which the suite `mutated` compiles, too.
#[cfg(test)]
extern crate self as sealift_sbom;

mod assemble;
mod assembler;
mod catalog;
mod cataloger;
mod catalogers;
#[cfg(test)]
#[path = "../tests/mutated/check.rs"]
mod check;
mod codec;
pub mod cyclonedx;
mod document;
mod error;
mod facts;
mod hidden;
mod license_names;
mod lines;
mod name_index;
mod origin;
mod os_package;
mod owned_files;
mod reader;
mod source_epoch;
pub mod spdx;
mod syft;
mod system;
mod view;

pub use assemble::assemble;
pub use assembler::Assembler;
pub use catalog::{Catalog, MergedFacts, MergedFile};
pub use cataloger::Cataloger;
pub use catalogers::java::maven::{MavenDependency, MavenParent, MavenProject};
pub use catalogers::os_release::identify as identify_distribution;
pub use catalogers::rpm::DatabasePages;
pub use catalogers::{ALL, LOCKFILES, for_single_file, for_source_trees};
pub use document::{
    Document, DocumentFormat, DocumentLimits, Subject, SubjectKind, SubjectLayer, read_document,
};
pub use error::Error;
pub use facts::{Fact, Facts, Problem};
pub use hidden::hidden_packages;
pub use origin::mark_base;
pub use os_package::{OsPackage, Requirements};
pub use reader::{FileFacts, Reader, Skip, SkipNothing};
pub use system::SYSTEM_ORIGIN;

//! What is installed in an image or a tree: catalogers turn files into packages.
//!
//! Each ecosystem lives in one folder below `catalogers`, and [`ALL`] is the visible table of
//! them. A [`Cataloger`] says which files it `wants`, takes [`Facts`] out of each while its layer
//! streams by, and `assemble`s the facts that are left after the merge into packages.
#![forbid(unsafe_code)]

mod catalog;
mod cataloger;
mod catalogers;
pub mod cyclonedx;
mod document;
mod error;
mod facts;
mod license_names;
mod lines;
mod os_package;
mod owned_files;

pub use catalog::{Catalog, MergedFacts, MergedFile};
pub use cataloger::Cataloger;
pub use catalogers::ALL;
pub use catalogers::os_release::identify as identify_distribution;
pub use document::{Document, DocumentLimits, Subject, SubjectKind, SubjectLayer};
pub use error::Error;
pub use facts::{Fact, Facts, Problem};
pub use os_package::{OsPackage, Requirements};

//! Reports of scans, with one module for each format. JSON formats write to a [`std::io::Write`],
//! because they may be large, the others to a [`std::fmt::Write`].
//!
//! ```
//! use sealift_model::Inventory;
//! use sealift_report::{Artifact, ArtifactKind, Report, TableStyle, table};
//!
//! let artifact = Artifact::new("./shop", ArtifactKind::Filesystem);
//! let report = Report::new(artifact, Inventory::default(), "0.1.0");
//! let mut out = String::new();
//! table::write(&report, &TableStyle::plain(80), &mut out)?;
//! # Ok::<(), std::fmt::Error>(())
//! ```
//!
//! A [`Report`] holds the facts about what was scanned, its packages, their vulnerabilities, and
//! the failed checks of its configuration. [`json`] writes it as Trivy's schema 2, [`table`] for
//! people, [`sarif`] for code scanning, [`markdown`] for a comment on a pull request, [`junit`] for
//! CI servers, [`gitlab`] for GitLab's security dashboard, [`github`] for GitHub's dependency
//! graph.
#![forbid(unsafe_code)]

mod base;
mod configuration;
pub mod escape;
#[cfg(test)]
mod example;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
mod links;
pub mod markdown;
mod modified;
mod place;
mod registry;
mod report;
pub mod sarif;
mod sections;
pub mod table;

pub use base::BaseFacts;
pub use configuration::Configuration;
pub use github::GithubOptions;
pub use json::JsonOptions;
pub use modified::Modified;
pub use report::{Artifact, ArtifactKind, Counts, ImageFacts, LayerFacts, Report};
pub use sections::{Class, Entry, Section, sections};
pub use table::TableStyle;

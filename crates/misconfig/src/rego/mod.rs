//! Checks in Rego: a user's own, and bundles that were made for Trivy.
//!
//! ```
//! use std::sync::Arc;
//!
//! use sealift_misconfig::{Options, RegoChecks, RegoOptions, SourceFile, Status, scan};
//!
//! let check = br#"# METADATA
//! ## title: Ports below 1024 are not published
//! ## custom:
//! ##   id: OWN-0001
//! ##   severity: HIGH
//! ##   input:
//! ##     selector:
//! ##       - type: dockerfile
//! package user.ports
//!
//! deny contains res if {
//!     some command in input.Stages[_].Commands
//!     command.Cmd == "expose"
//!     some port in command.Value
//!     to_number(port) < 1024
//!     res := result.new(sprintf("port %s is published", [port]), command)
//! }
//! "#;
//! let checks = RegoChecks::load(&[("ports.rego", check)], &RegoOptions::default());
//! let mut options = Options::default();
//! options.rego = Some(Arc::new(checks));
//! let file = SourceFile::new("Dockerfile", b"FROM alpine:3.22\nEXPOSE 80\n");
//! let results = scan(&[file], &options);
//! let found = results[0].failures().find(|(check, _)| check.id == "OWN-0001").unwrap().1;
//! assert_eq!(found.message, "port 80 is published");
//! assert_eq!(found.lines.unwrap().start, 2);
//! ```
//!
//! ```text
//! files ── compiled together, the broken ones reported ──> packages in a namespace: checks; others: libraries
//! check + input document (as Trivy's engine makes it) ──> fail | pass | not run, and why
//! ```
//!
//! A check that cannot be compiled, needs a missing library, or fails during its evaluation is
//! reported as not run, never as passed, and makes the result incomplete.
mod annotations;
mod findings;
mod functions;
mod input;
mod load;
mod run;
mod selector;
#[cfg(test)]
mod tests;

pub use input::rego_documents;
pub use load::{RegoChecks, RegoDataError, RegoOptions};

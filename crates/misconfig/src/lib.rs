//! Checks of the files that make and run an image: Dockerfiles, Kubernetes manifests, compose
//! files, rendered Helm charts, Terraform.
//!
//! ```
//! use sealift_misconfig::{Options, SourceFile, scan};
//!
//! let file = SourceFile::new("Dockerfile", b"FROM alpine:3.22\nUSER root\n");
//! let results = scan(&[file], &Options::default());
//! assert!(results.iter().all(|result| result.path == "Dockerfile"));
//! ```
//!
//! ```text
//! files ── kind of each ──> parser with lines ──> checks ──> FileResult: failures, passed, diagnostics
//! ```
//!
//! | [`FileKind`] | by its name or content | checks |
//! | --- | --- | --- |
//! | `Dockerfile` | `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, the same of `Containerfile` | `DS-` |
//! | `Kubernetes` | YAML and JSON with `apiVersion` and `kind` | `KSV-`, `KCV-` |
//! | `Helm` | what the caller says that `helm template` printed | `KSV-`, `KCV-` |
//! | `Compose` | `compose*.yaml`, `docker-compose*.yml` | `COMPOSE-`, our own |
//! | `Terraform` | `*.tf`, `*.tofu`, `*.tf.json` | `AWS-`, `AZU-`, `GCP-`, ... |
//! | `TerraformPlan` | JSON with `planned_values` | the same |
//!
//! Checks have the ids and severities of Trivy's, but texts of our own. The crate reads no file,
//! clock, environment or network; every parser is bounded by [`Limits`].
#![forbid(unsafe_code)]

mod below;
mod charts;
mod check;
mod compose;
mod detect;
pub mod docker;
mod excerpt;
mod helm;
mod id;
mod ignore;
mod kubernetes;
mod limits;
mod options;
mod rego;
mod result;
mod shell;
mod source;
mod terraform;
mod yaml;

pub use check::Check;
pub use detect::{concerns, may_concern, not_checked};
pub use helm::{RenderedTemplate, rendered_templates};
pub use limits::Limits;
pub use options::{LineCount, Options, OtherFiles, VariableFile};
pub use rego::{RegoChecks, RegoDataError, RegoOptions, rego_documents};
pub use result::{Failure, FileResult, Lines, Misconfiguration, Status};
pub use source::{FileKind, SourceFile, scan};

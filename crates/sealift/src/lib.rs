//! Scan container images for packages and known vulnerabilities, verify and make signatures, and
//! decide whether an image may run.
//!
//! ```no_run
//! use sealift::{Database, NoProgress, ScanOptions, Scanner, Target};
//!
//! # fn main() -> Result<(), sealift::Error> {
//! let scanner = Scanner::new(Database::open("advisories.db".as_ref())?);
//! let target = Target::image_layout("images/", Some("shop:1.4"));
//! let report = scanner.scan(&target, &ScanOptions::default(), &NoProgress)?;
//! for finding in report.findings() {
//!     println!("{} {}", finding.severity, finding.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Scanner`] holds a [`Database`] and scans any number of [`Target`]s, also from many threads
//! at once. A [`Selection`] chooses the findings that count; a [`Format`] writes the report.
//! Reports and outcomes are data and implement `serde::Serialize` with the fields of the types;
//! other programs should read the formats instead.
//!
//! - [`policy`]: what takes findings out (ignore files, VEX), and the gate that decides.
//! - [`verify`]: keys, trusted roots and policies; verifying images, attestations and files.
//! - [`sign`]: signing images and files, and attesting.
//! - [`admission`]: policies of clusters, judged over Kubernetes objects.
//! - [`update`]: fetches advisories and keeps the database.
//! - [`registry`] reads images from registries and [`transfer`] moves them.
//!
//! The configuration files of a folder are checked where [`ScanOptions::configuration`] is set.
//!
//! Nothing here prints, or reads the clock or the environment. The network is used only through a
//! transport, client or registry that the caller passes in.
#![forbid(unsafe_code)]

pub mod admission;
mod advisory_age;
mod base_image;
mod cache;
mod configuration;
mod cyclonedx_vulnerabilities;
mod database;
mod error;
mod error_chain;
mod facts;
mod files;
mod format;
mod limits;
mod lockfile_coverage;
mod matched_packages;
mod missing_advisories;
mod observer;
pub mod policy;
mod rego;
mod scan;
mod selection;
pub mod sign;
mod skip;
mod source;
mod target;
mod thread_pool;
pub mod transfer;
pub mod update;
pub mod verify;

pub use advisory_age::{OldAdvisories, old_advisories};
pub use base_image::{Bases, KnownBases, NamedBase};
pub use cache::{CacheSize, LayerCache};
pub use configuration::{ConfigurationOptions, FilePattern, RenderedChart};
pub use database::Database;
pub use error::Error;
pub use error_chain::Chain;
pub use facts::{ErrorClass, ErrorFacts, Explain};
pub use format::{Format, render};
pub use limits::NamedLimit;
pub use observer::{Cancel, NoProgress, Observer};
pub use rego::RegoSources;
pub use scan::{Contents, Matching, PackageType, ScanOptions, Scanner};
pub use sealift_http as http;
pub use sealift_kubernetes as kubernetes;
pub use sealift_layers::{Error as LayersError, Limits, Progress, Selector};
pub use sealift_matcher::cvss::{CvssScore, CvssVersion};
pub use sealift_matcher::{
    BuildOptions, BuildReport, Coverage, CvssEntry, EcosystemCoverage, Finding, Info, Status,
    Verified,
};
pub use sealift_misconfig::{
    Check, Failure as CheckFailure, FileKind, FileResult, LineCount, Lines, Misconfiguration,
    RegoChecks, RegoDataError, RegoOptions, Status as CheckStatus, VariableFile,
};
pub use sealift_model::{
    BaseEvidence, Descriptor, Diagnostic, Digest, Evidence, Impact, Inventory, Package, Platform,
    Reference, ReferenceError, Severity, Support, Timestamp,
};
pub use sealift_registry as registry;
pub use sealift_report::{
    BaseFacts, Configuration, Counts, GithubOptions, JsonOptions, Report, TableStyle, escape,
};
pub use sealift_sbom::{DocumentLimits, Error as SbomError};
pub use sealift_sigstore_trust as trust;
pub use selection::{Hidden, Selection};
pub use skip::SkipRules;
pub use target::{EngineImage, RegistryImage, Target};
pub use thread_pool::{PoolFull, ThreadPool};

//! Decides which findings of a scan count, whether the scanned image or project may pass, and what
//! a cluster may admit: ignore rules, VEX, the gate, and admission policies.
//!
//! ```
//! use sealift_model::Inventory;
//! use sealift_policy::{
//!     Facts, GatePolicy, IgnoreFile, IgnoreFormat, Limits, Scanned, Suppressions, Verdict,
//!     WithoutVerification,
//! };
//!
//! let mut suppressions = Suppressions::default();
//! let lines = b"CVE-2021-44228 exp:2026-12-31 # until the release of December\n";
//! let format = IgnoreFormat::of_name(".trivyignore");
//! suppressions.ignore.push(IgnoreFile::read(".trivyignore", format, lines, &Limits::default())?);
//!
//! let inventory = Inventory::default();
//! let now = "2026-01-31T12:00:00Z".parse()?;
//! let scanned = Scanned::new(&inventory, &|_| Vec::new());
//! let applied = suppressions.apply(Vec::new(), &scanned, now);
//!
//! let facts = Facts::new(&inventory, &applied.kept, now);
//! let decision = GatePolicy::default().decide(&facts, &WithoutVerification);
//! assert_eq!(decision.verdict, Verdict::Pass);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ```text
//! ignore files ─┐
//! VEX ──────────┼─> Suppressions ── apply ──> Applied: kept, suppressed, unused (each with why)
//! findings ─────┘                                 │
//! sealift.toml ──> Policy ── gate ── decide ──────┴──> Decision: verdict, reasons, day
//! ```
//!
//! * [`IgnoreFile`] reads `.trivyignore`, `.trivyignore.yaml`, `.grype.yaml` and
//!   `osv-scanner.toml`; [`VexDocument`] reads OpenVEX, CSAF VEX and CycloneDX.
//! * [`Suppressions::apply`] takes out what does not count. Each suppression says by whom and why,
//!   and each rule or statement that takes nothing out says why not.
//! * [`Policy`] reads `sealift.toml`; [`GatePolicy::decide`] explains itself. What must be proved
//!   of signatures it asks through [`Verification`].
//! * [`admission`] judges objects of Kubernetes by the policies of Kyverno, of Kubernetes itself and
//!   of Gatekeeper, and by image rules; it has the interpreters of JMESPath and CEL that they need.
//! * [`rego`] evaluates policies in Rego: Gatekeeper's constraints and OPA's modules for admission,
//!   Trivy's ignore policies, and checks of configuration.
//!
//! The crate reads no file, environment or network, and no clock but to bound how long Rego runs.
//! Every reader of foreign bytes is held to [`Limits`].
#![forbid(unsafe_code)]

pub mod admission;
mod config;
mod error;
mod gate;
mod go;
mod ignore;
mod limits;
mod pattern;
pub mod rego;
mod suppress;
#[cfg(test)]
mod tests;
mod vex;

pub use config::{Policy, Sources};
pub use error::Error;
pub use gate::{
    About, Action, Decision, Facts, FailingSeverities, ForbiddenLicense, ForbiddenPackage,
    GatePolicy, Identity, LicensePatternError, NotProved, Proof, Reason, Requirement, SeverityGap,
    Signer, SignerGap, Thresholds, Verdict, Verification, Wanted, WithoutVerification,
};
pub use ignore::{IgnoreFile, IgnoreFormat, Rule, Scope};
pub use limits::Limits;
pub use suppress::{
    Accepted, Applied, Place, Scanned, Suppressed, SuppressedBy, Suppressions, Unused, UnusedReason,
};
pub use vex::{Product, Statement, Unusable, VersionRange, VexDocument, VexFormat, VexStatus};

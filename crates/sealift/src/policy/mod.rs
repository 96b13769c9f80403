//! Which findings of a report count, and whether the scanned target may pass.
//!
//! ```no_run
//! use sealift::policy::{Gate, PolicyFiles, Verdict};
//! use sealift::{Database, NoProgress, ScanOptions, Scanner, Target, Timestamp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scanner = Scanner::new(Database::open("advisories.db".as_ref())?);
//! let target = Target::image_layout("images/", Some("shop:1.4"));
//!
//! let files = PolicyFiles { policy: Some("sealift.toml".into()), ..PolicyFiles::default() };
//! let now = Timestamp::from(std::time::SystemTime::now());
//! let gate = Gate::of(files.load()?, now)?;
//! let admission = gate.admit(&scanner, &target, &ScanOptions::default(), &NoProgress)?;
//! println!("{}", admission.outcome.text());
//! assert_eq!(admission.outcome.decision.verdict, Verdict::Pass);
//! # Ok(())
//! # }
//! ```

mod apply;
mod attested;
mod files;
mod gate;
mod identity;
mod images;
mod outcome;
mod overrides;
mod proof;
mod wanted;

pub use apply::apply;
pub use attested::AttestedVex;
pub use files::{LoadedPolicy, PolicyFileError, PolicyFiles};
pub use gate::{Admission, Gate};
pub use images::{ImageGate, RuleVerdict};
pub use outcome::Outcome;
pub use overrides::GateOverrides;
pub use proof::{ImageVerification, ProofError, required};
pub use sealift_policy::{
    About, Action, Applied, Decision, Error, FailingSeverities, ForbiddenLicense, ForbiddenPackage,
    GatePolicy, Identity, IgnoreFile, IgnoreFormat, LicensePatternError, Limits, NotProved, Policy,
    Proof, Reason, Requirement, Rule, Scope, SeverityGap, Signer, SignerGap, Sources, Statement,
    Suppressed, SuppressedBy, Suppressions, Thresholds, Unusable, Unused, UnusedReason, Verdict,
    Verification, VexDocument, VexFormat, VexStatus, Wanted, WithoutVerification,
};
pub use wanted::{WantedError, verify_wanted};

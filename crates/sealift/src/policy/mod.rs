//! Which findings of a report count, and whether what was scanned may pass.
//!
//! ```no_run
//! use sealift::policy::{
//!     Gate, IgnoreFile, IgnoreFormat, Limits, Policy, Suppressions, Verdict, WithoutVerification,
//! };
//! use sealift::{Database, ScanOptions, Scanner, Silent, Target, Timestamp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scanner = Scanner::new(Database::open("advisories.db".as_ref())?);
//! let target = Target::image_layout("images/", Some("shop:1.4"));
//! let mut report = scanner.scan(&target, &ScanOptions::default(), &Silent)?;
//!
//! let policy = Policy::read("sealift.toml", &std::fs::read("sealift.toml")?, &Limits::default())?;
//! let now = Timestamp::from(std::time::SystemTime::now());
//! let gate = Gate::new(policy, Suppressions::default(), now);
//! let outcome = gate.judge(&mut report, &WithoutVerification);
//! println!("{}", outcome.text());
//! assert_eq!(outcome.decision.verdict, Verdict::Pass);
//! # Ok(())
//! # }
//! ```

mod apply;
mod attested;
mod gate;
mod identity;
mod outcome;
mod proof;

pub use apply::apply;
pub use attested::AttestedVex;
pub use gate::Gate;
pub use outcome::Outcome;
pub use proof::{LocalVerification, ProofError};
pub use sealift_policy::{
    About, Action, Applied, Decision, Error, ForbiddenLicense, ForbiddenPackage, GatePolicy,
    Identity, IgnoreFile, IgnoreFormat, Limits, NotProved, Policy, Proof, Reason, Requirement,
    Rule, Scope, Signer, Sources, Statement, Suppressed, SuppressedBy, Suppressions, Thresholds,
    Unusable, Unused, UnusedReason, Verdict, Verification, VexDocument, VexFormat, VexStatus,
    Wanted, WithoutVerification,
};

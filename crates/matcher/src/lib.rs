//! Advisories in one file, version schemes, and which package is affected by what.
#![forbid(unsafe_code)]

mod build;
pub mod cvss;
mod database;
mod error;
mod evaluate;
mod findings;
mod identity;
mod osv;
pub mod version;

pub use build::{BuildOptions, BuildReport, Limits, build, build_in_memory};
pub use database::{Database, EcosystemInfo, Info, SourceInfo, Verified};
pub use error::Error;
pub use evaluate::Reason;
pub use findings::{
    Coverage, CvssEntry, DataSource, EcosystemCoverage, EpssScore, Finding, Kev, MatchOptions,
    Matches, Records, Status, Undetermined, match_inventory,
};
pub use version::{Scheme, Version, VersionError, VersionErrorKind};

//! The advisory database in one file, version schemes, and the matching of packages.
//!
//! ```
//! use sealift_matcher::{BuildOptions, Database, MatchOptions, build_in_memory, match_inventory};
//! use sealift_model::{Ecosystem, Inventory, Package};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! std::fs::write(
//!     folder.path().join("X-1.json"),
//!     r#"{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"],
//!         "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
//!                       "ranges": [{"type": "SEMVER",
//!                                   "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}"#,
//! )?;
//! let options = BuildOptions::new("2026-01-31T12:00:00Z".parse()?);
//! let (bytes, _report) = build_in_memory(folder.path(), &options)?;
//! let database = Database::open(bytes)?;
//!
//! let mut inventory = Inventory::default();
//! let purl = "pkg:npm/left-pad@1.3.0".parse()?;
//! inventory.packages.push(Package::new(Ecosystem::Npm, "left-pad", "1.3.0", purl));
//! let matches = match_inventory(&database, &inventory, &MatchOptions::default())?;
//! assert_eq!(matches.findings[0].id, "CVE-2026-1");
//! assert_eq!(matches.findings[0].fixed_versions, ["1.3.1"]);
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! folder of OSV records ── build ──> bytes ── Database::open ──┐
//!                                     Inventory ───────────────┴─ match_inventory ──> Matches
//! ```
//!
//! * [`build`] and [`build_in_memory`] make a database from the data of OSV, CISA (KEV) and FIRST
//!   (EPSS). The same input gives the same bytes.
//! * [`Builder`] does so from exports, each of which must be complete.
//! * [`Database`] reads those bytes in place, in memory or mapped. Truncated or changed data is an
//!   [`Error`], never a wrong answer.
//! * [`match_inventory`] matches packages. The result for each is a [`Finding`], [`Undetermined`]
//!   with a [`Reason`], or nothing, and [`Coverage`] lists the packages for which there are no
//!   advisories at all.
//! * [`Scheme`] and [`Version`] order versions as each ecosystem's own tool does, and [`cvss`]
//!   scores vectors.
//!
//! The crate only reads the build folder and writes the output file that the caller names; it uses
//! no other files, no clock and no network. Every reader of foreign bytes is bounded by [`Limits`].
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

pub use build::{
    BuildOptions, BuildReport, Builder, CatalogueKind, Export, Limits, ReadSource, RecordHead,
    build, build_in_memory, read_record,
};
pub use database::{Database, EcosystemInfo, Info, OriginInfo, SourceInfo, Verified};
pub use error::Error;
pub use evaluate::Reason;
pub use findings::{
    Coverage, CvssEntry, DataSource, EcosystemCoverage, EpssScore, Finding, Kev, MatchOptions,
    Matches, Records, Status, Undetermined, distribution_of, ecosystems_of, match_inventory,
};
pub use version::{
    NpmRange, Prereleases, RangeError, Scheme, SpecifierSet, Version, VersionError,
    VersionErrorKind,
};

//! Fetching the advisory database: OSV's exports and the catalogues of CISA and FIRST come from
//! their public places or a mirror, and are built into one file in a cache folder.
//!
//! ```no_run
//! use sealift::update::{DatabaseStore, FolderMirror, UpdateRequest};
//!
//! # fn main() -> Result<(), sealift::update::UpdateError> {
//! let store = DatabaseStore::new("/home/me/.cache/sealift/db");
//! let now = "2026-01-31T12:00:00Z".parse().unwrap();
//! let mirror = FolderMirror::new("/srv/osv");
//! let request = UpdateRequest::new(["Debian".parse()?], now);
//! let report = store.update(&mirror, &request, &|_| {})?;
//! println!("{:?}", report.exports);
//! # Ok(())
//! # }
//! ```
//!
//! ```text
//! Transport ── modified_id.csv, all.zip, <ID>.json ──> partial/ ── every record read ──> exports/
//!                                                                          │
//!                          scans map it  <── renamed into place ── sealift.db, state.json
//! ```
//!
//! * Each export is used whole or not at all. An export that is cut off, has a record that cannot
//!   be read, inflates too far or has lost more than a quarter of its records is refused; its last
//!   good state stays, and the report says so.
//! * Nothing is fetched twice: entity tags save whole files, OSV's list of changes saves records,
//!   ranges save the beginnings of broken downloads.
//! * The database is replaced by a whole one under the same name; after that the state records what
//!   it was built from. An update that is killed at any moment leaves the old database or the new
//!   one.
//! * One process updates at a time; the others wait for it and use its result.
//!
//! Nothing here reads the clock or the environment, and the network is used only through the given
//! [`Transport`].

mod artifact;
mod catalogue;
mod change;
mod download;
mod error;
mod export;
mod folder;
mod http;
mod layout;
mod listing;
mod lock;
mod name;
mod pack;
mod ready;
mod registry;
mod report;
mod state;
mod store;
mod transport;
mod work;

pub use artifact::{ArtifactError, push_database};
pub use error::{Refusal, UpdateError};
pub use folder::FolderMirror;
pub use http::HttpExports;
pub use listing::ListingError;
pub use name::ExportName;
pub use ready::{Kept, KeptError, Upkeep};
pub use registry::RegistryMirror;
pub use report::{ExportOutcome, ExportReport, UpdateReport, UpdateStep};
pub use store::{DatabaseStore, Due, UpdateRequest};
pub use transport::{
    Answer, Ask, Place, Resume, Transport, TransportError, Validator, named_transport,
};

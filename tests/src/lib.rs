//! What the suites share: where their data is, how they count, and an [`instance`] that signs, and
//! its services as [`witnesses`] on loopback.
//!
//! A suite walks the cases that it finds in a folder, compares each with what is expected of it,
//! and closes with one line. A case that cannot be right yet stands in the suite's exceptions, a
//! checked-in file of lines `case: reason`; one that stands there and is right fails the suite.
#![forbid(unsafe_code)]

pub mod cases;
pub mod instance;
pub mod mutation;
pub mod registry;
pub mod signed_example;
mod suite;
mod table;
mod variant;
pub mod witnesses;

use std::path::PathBuf;

pub use suite::Suite;
pub use table::Table;
pub use variant::variant;

/// The folder with outside data that `SEALIFT_TESTDATA` names.
///
/// Says on stderr that the suite is skipped when it names none.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the suites are told where their data is")]
#[expect(clippy::print_stderr, reason = "a suite that does not run says so")]
pub fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("SEALIFT_TESTDATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: no test data");
    }
    folder
}

/// The project's root folder.
#[must_use]
pub fn project() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), PathBuf::from)
}

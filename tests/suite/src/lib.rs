//! Where the suites' data is, and how they count.
//!
//! A suite walks the cases that it finds in a folder, compares each with what is expected of it,
//! and closes with one line. A case that cannot be right yet stands in the suite's exceptions, a
//! checked-in file of lines `case: reason`; one that stands there and is right, or is not there any
//! more, fails the suite, as does a suite without cases.
//! A crate of its own without dependencies, so that the libraries' suites need nothing else.
#![forbid(unsafe_code)]

mod files;
mod program;
mod suite;
mod table;

use std::path::PathBuf;

pub use files::{files, folders};
pub use program::on_path;
pub use suite::Suite;
pub use table::Table;

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

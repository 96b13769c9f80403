//! Where the test data is.
#![expect(clippy::print_stderr, reason = "a suite says that it is skipped")]

use std::path::PathBuf;

/// The folder that `SEALIFT_TESTDATA` names; says so where there is none.
#[expect(clippy::disallowed_methods, reason = "the variable says where the test data is")]
pub(crate) fn test_data() -> Option<PathBuf> {
    let data = std::env::var_os("SEALIFT_TESTDATA").map(PathBuf::from);
    if data.is_none() {
        eprintln!("skipped: no test data");
    }
    data
}

//! Files with Trivy's own answers: every case below `$SEALIFT_TESTDATA/misconfig`, judged check
//! by check and line by line. One module for each type, with its exceptions beside it.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a suite fails by panicking and prints its figures"
)]

mod compose;
mod dockerfile;
mod helm;
mod judge;
mod kubernetes;
mod terraform;

//! What reading images and directories does, seen from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure here is the test's failure"
)]

mod archives;
mod attached;
mod bad_images;
mod cache;
mod directories;
mod merge;
mod oci_spec;
mod pieces;
mod properties;
mod reading;
mod sources;
mod support;

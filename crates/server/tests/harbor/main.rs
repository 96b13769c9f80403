//! The scanner of Harbor over loopback, called in the same way as by Harbor.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod interface;
mod queue;
mod reports;
mod world;

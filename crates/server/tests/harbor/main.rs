//! The scanner of Harbor over loopback, asked as Harbor asks.
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

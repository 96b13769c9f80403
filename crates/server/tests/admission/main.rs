//! The webhook over loopback: real requests, bad ones, and images in a registry.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod cluster;
mod images;
mod policies;
mod requests;
mod serving;
mod world;

//! `admission review`, from outside.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster;
mod images;
mod policies;
mod world;

//! The database that arrives by itself, from a site that the tests make and break.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

mod faults;
mod random;
mod site;
mod together;
mod updates;

//! The database that arrives by itself, from outside: the command against a server on loopback
//! that the tests make, slow down and break, killed at any moment, and with others beside it.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and tells what it measured"
)]

mod bench;
mod exports;
mod full_size;
mod killed;
mod scans;
mod server;
mod updates;

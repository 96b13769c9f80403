//! The database that arrives by itself, from outside: the command against a server on loopback
//! that the tests make, slow down and break, killed at any moment, and with others beside it.
#![expect(clippy::print_stdout, reason = "what was measured is told")]

mod bench;
mod exports;
mod full_size;
mod killed;
mod scans;
mod server;
mod updates;

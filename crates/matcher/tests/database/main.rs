//! From records written by hand to a database, and from that to findings.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod building;
mod distributions;
mod matching;
mod robustness;
mod support;

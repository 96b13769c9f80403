//! The verbs that make keys and signatures, from outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod images;
mod interop;
mod world;

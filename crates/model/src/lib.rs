//! The words that the sealift crates share.
#![forbid(unsafe_code)]

//! The words that the sealift crates share.
#![forbid(unsafe_code)]

mod purl;

pub use purl::{Purl, PurlBuilder, PurlComponent, PurlError};

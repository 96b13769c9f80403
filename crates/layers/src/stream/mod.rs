//! From the bytes of a blob to those of a layer: hashed, decompressed, hashed again.

mod ahead;
mod blob;
mod decode;
mod gzip;
mod layer;
mod unpack;
mod zstd;

use std::fmt;
use std::io;

use sealift_model::Digest;

use crate::{Error, LimitExceeded};

pub(crate) use blob::{BlobStream, Watch};
pub use decode::Coding;
pub(crate) use layer::LayerStream;

/// Bytes that are decompressed, hashed and read at once, few enough for the processor's cache.
pub(crate) const BUFFER_BYTES: usize = 128 << 10;

/// Why a stream stopped early. A stream that has failed fails in the same way again.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The source failed.
    Read(io::ErrorKind, String),
    /// The blob exceeds its size.
    TooLong { actual: u64 },
    /// The compressed data is corrupt or cut.
    Corrupt { coding: Coding, reason: String },
    /// A limit was exceeded.
    Limit(LimitExceeded),
    /// The rest is no longer needed.
    Cancelled,
}

impl Failure {
    /// The failure as an error of a blob.
    pub(crate) fn into_error(self, blob: &Digest, expected: u64) -> Error {
        let digest = blob.clone();
        match self {
            Self::Read(kind, text) => {
                Error::BlobRead { digest, source: io::Error::new(kind, text) }
            }
            Self::TooLong { actual } => Error::BlobSize { digest, expected, actual },
            Self::Corrupt { coding, reason } => Error::LayerCoding { blob: digest, coding, reason },
            Self::Limit(limit) => Error::Limit(limit),
            Self::Cancelled => Error::Cancelled,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(_, text) => f.write_str(text),
            Self::TooLong { actual } => write!(f, "longer than its size ({actual} bytes)"),
            Self::Corrupt { coding, reason } => write!(f, "invalid {coding} data: {reason}"),
            Self::Limit(limit) => limit.fmt(f),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for Failure {}

/// The length of bytes in memory, which fits 64 bits.
pub(crate) fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

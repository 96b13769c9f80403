//! Layer codings, detected by their first bytes.

use std::fmt;

use super::gzip::Gzip;
use super::zstd::Zstd;
use crate::{LimitExceeded, Limits};

/// The compression of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// None.
    Plain,
    /// gzip (RFC 1952), one or more members; eStargz is a form of it.
    Gzip,
    /// Zstandard (RFC 8878), one or more frames; zstd:chunked is a form of it.
    Zstd,
    /// xz, which layers must not use; detected for error messages.
    Xz,
    /// bzip2, which layers must not use; detected for error messages.
    Bzip2,
}

impl Coding {
    /// Number of first bytes that [`Coding::of`] needs.
    pub(crate) const MAGIC_BYTES: usize = 6;

    /// The coding of data that starts with `head`.
    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame, or a skippable one before it (RFC 8878, 3.1.1 and 3.1.2).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Self::Bzip2,
            _ => Self::Plain,
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain tar",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        })
    }
}

/// The result of one decoding step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Bytes taken from the input.
    pub(super) consumed: usize,
    /// Bytes put into the output.
    pub(super) produced: usize,
}

/// Why a decoding step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The data is corrupt.
    Corrupt(String),
    /// A limit was exceeded.
    Limit(LimitExceeded),
}

impl Fault {
    pub(super) fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt(reason.into())
    }
}

/// A decoder from compressed bytes to plain ones.
pub(super) enum Decoder {
    Gzip(Box<Gzip>),
    Zstd(Zstd),
}

impl Decoder {
    /// None for uncompressed data.
    pub(super) fn new(coding: Coding, limits: &Limits) -> Result<Option<Self>, Fault> {
        match coding {
            Coding::Plain => Ok(None),
            Coding::Gzip => Ok(Some(Self::Gzip(Box::new(Gzip::new())))),
            Coding::Zstd => Zstd::new(limits).map(Self::Zstd).map(Some),
            Coding::Xz | Coding::Bzip2 => Err(Fault::corrupt("no coding that layers may have")),
        }
    }

    /// Decodes a piece. If `input` is not empty, a step consumes or produces something.
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Fault> {
        match self {
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Zstd(zstd) => zstd.step(input, output),
        }
    }

    /// Whether the input may end here.
    pub(super) fn may_end(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.may_end(),
            Self::Zstd(zstd) => zstd.may_end(),
        }
    }

    /// Bytes after the last member or frame that are not part of any.
    pub(super) fn trailing(&self) -> u64 {
        match self {
            Self::Gzip(gzip) => gzip.trailing(),
            Self::Zstd(zstd) => zstd.trailing(),
        }
    }
}

//! Layer codings, told apart by their first bytes.

use std::fmt;

use super::gzip::Gzip;
use super::zstd::Zstd;
use crate::{LimitExceeded, Limits};

/// How a layer is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// Not at all.
    Plain,
    /// gzip (RFC 1952), one or more members; eStargz is such.
    Gzip,
    /// Zstandard (RFC 8878), one or more frames; zstd:chunked is such.
    Zstd,
    /// xz, which layers must not use; known to be named in errors.
    Xz,
    /// bzip2, which layers must not use; known to be named in errors.
    Bzip2,
}

impl Coding {
    /// Bytes from the start that [`Coding::of`] looks at.
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

/// What one step of decoding did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// Bytes taken from the input.
    pub(super) consumed: usize,
    /// Bytes put into the output.
    pub(super) produced: usize,
}

/// Why a step could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The data is corrupt.
    Corrupt(String),
    /// A bound was passed.
    Limit(LimitExceeded),
}

impl Fault {
    pub(super) fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt(reason.into())
    }
}

/// Takes compressed bytes, gives bytes.
pub(super) enum Decoder {
    Gzip(Box<Gzip>),
    Zstd(Zstd),
}

impl Decoder {
    /// None for what is not compressed.
    pub(super) fn new(coding: Coding, limits: &Limits) -> Result<Option<Self>, Fault> {
        match coding {
            Coding::Plain => Ok(None),
            Coding::Gzip => Ok(Some(Self::Gzip(Box::new(Gzip::new())))),
            Coding::Zstd => Zstd::new(limits).map(Self::Zstd).map(Some),
            Coding::Xz | Coding::Bzip2 => Err(Fault::corrupt("no coding that layers may have")),
        }
    }

    /// Decodes a piece. With `input` not empty a step takes or gives something.
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

    /// Bytes after the last member or frame that belong to none.
    pub(super) fn trailing(&self) -> u64 {
        match self {
            Self::Gzip(gzip) => gzip.trailing(),
            Self::Zstd(zstd) => zstd.trailing(),
        }
    }
}

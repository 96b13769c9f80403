//! Why a text is no version.

use super::Scheme;

/// A text that is no version of the scheme it was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {} version: {kind}", .scheme.name())]
#[non_exhaustive]
pub struct VersionError {
    /// The scheme it was read as.
    pub scheme: Scheme,
    /// What is wrong with it.
    pub kind: VersionErrorKind,
}

/// What keeps a text from being a version. Positions are 0-based offsets in bytes,
/// not counting blanks that the scheme allows around a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionErrorKind {
    /// There is no text, or nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// The text is longer than any version of the scheme may be.
    #[error("it is {length_bytes} bytes long, and at most {max_bytes} are read")]
    TooLong {
        /// How long the text is.
        length_bytes: usize,
        /// How long it may be.
        max_bytes: usize,
    },
    /// The text stops where the scheme wants more.
    #[error("it ends too early")]
    Incomplete,
    /// A character that the scheme does not allow in this place.
    #[error("unexpected character at byte {at}")]
    Unexpected {
        /// Where the character starts.
        at: usize,
    },
    /// A number with a leading zero, where the scheme forbids it.
    #[error("leading zero in the number at byte {at}")]
    LeadingZero {
        /// Where the number starts.
        at: usize,
    },
    /// A number above the largest that the scheme's own tool reads.
    #[error("the number at byte {at} is larger than {max}")]
    NumberTooLarge {
        /// Where the number starts.
        at: usize,
        /// The largest number that is read.
        max: u64,
    },
    /// The name of a branch: it has no place among the versions.
    #[error("a branch has no place in the order of versions")]
    Branch,
}

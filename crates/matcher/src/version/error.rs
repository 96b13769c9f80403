//! Why a text is not a version.

use super::Scheme;

/// A text is not a version of the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {} version: {kind}", .scheme.name())]
#[non_exhaustive]
pub struct VersionError {
    /// The scheme.
    pub scheme: Scheme,
    /// The fault.
    pub kind: VersionErrorKind,
}

/// Why a text is not a version. Positions are 0-based offsets in bytes, not counting blanks that
/// the scheme allows around a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionErrorKind {
    /// The text is empty or consists of blanks.
    #[error("it is empty")]
    Empty,
    /// The text is longer than any version of the scheme may be.
    #[error("it is {length_bytes} bytes long, and at most {max_bytes} are read")]
    TooLong {
        /// Length of the text.
        length_bytes: usize,
        /// Length allowed.
        max_bytes: usize,
    },
    /// The text ends where the scheme requires more.
    #[error("it ends too early")]
    Incomplete,
    /// The scheme does not allow a character at this position.
    #[error("unexpected character at byte {at}")]
    Unexpected {
        /// Position of the character.
        at: usize,
    },
    /// A number with a leading zero, where the scheme forbids it.
    #[error("leading zero in the number at byte {at}")]
    LeadingZero {
        /// Position of the number.
        at: usize,
    },
    /// A number above the largest that the scheme's own tool reads.
    #[error("the number at byte {at} is larger than {max}")]
    NumberTooLarge {
        /// Position of the number.
        at: usize,
        /// The largest number that is read.
        max: u64,
    },
    /// The text is the name of a branch, which has no place in the order of versions.
    #[error("a branch has no place in the order of versions")]
    Branch,
}

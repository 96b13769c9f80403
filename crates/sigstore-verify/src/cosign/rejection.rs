//! Why a signature that was found does not count.

use std::error::Error as StdError;
use std::fmt;

use sealift_model::Digest;

use super::CandidateError;
use crate::Error;
use crate::verify::Refusal;

/// Why a signature or attestation of an image does not count.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection<'a> {
    /// It cannot be read.
    Unreadable(&'a CandidateError),
    /// A check failed.
    Failed(Error),
    /// It is valid, but of another image.
    OtherImage {
        /// The image that was signed.
        found: &'a Digest,
    },
    /// It does not make a required claim.
    Claim {
        /// The claim.
        key: String,
        /// The required value.
        wanted: String,
        /// The value that was signed, if the claim is made.
        found: Option<String>,
    },
    /// A signature was requested and it is an attestation, or the other way round.
    OtherKind {
        /// Its predicate type.
        predicate_type: String,
    },
    /// It is a signature over bytes, not over a statement about an image.
    NoStatement,
    /// It repeats one that was counted already.
    Repeated,
}

impl Rejection<'_> {
    /// Whether it is not of the requested kind: a signature among attestations, or one of another
    /// predicate type. Most images have some, and they are no fault.
    #[must_use]
    pub fn is_of_another_kind(&self) -> bool {
        matches!(
            self,
            Self::OtherKind { .. } | Self::Failed(Error::Refused(Refusal::PredicateType { .. }))
        )
    }

    /// How close it came to counting: of several reasons, the closest is the most informative.
    pub(super) fn nearness(&self) -> u8 {
        match self {
            Self::OtherKind { .. } => 0,
            _ if self.is_of_another_kind() => 1,
            Self::NoStatement | Self::Repeated => 1,
            // Content is only compared once the signature is verified.
            Self::OtherImage { .. }
            | Self::Claim { .. }
            | Self::Failed(Error::Refused(Refusal::Builder { .. } | Refusal::NotASubject)) => 3,
            Self::Unreadable(_) | Self::Failed(_) => 2,
        }
    }

    /// Whether a log entry is the only thing that it lacks.
    #[must_use]
    pub fn lacks_entry(&self) -> bool {
        matches!(self, Self::Failed(Error::Refused(refusal)) if refusal.lacks_entry())
    }
}

impl fmt::Display for Rejection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
            Self::OtherImage { found } => write!(f, "signed for another image, {found}"),
            Self::Claim { key, wanted, found: Some(found) } => {
                write!(f, "the claim {key} is {found:?}, not {wanted:?}")
            }
            Self::Claim { key, .. } => write!(f, "does not claim {key}"),
            Self::OtherKind { predicate_type } => {
                write!(f, "not what was asked for: its predicate type is {predicate_type}")
            }
            Self::NoStatement => f.write_str("a signature over bytes, not over a statement"),
            Self::Repeated => f.write_str("counted already"),
        }
    }
}

impl StdError for Rejection<'_> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unreadable(error) => error.source(),
            Self::Failed(error) => error.source(),
            _ => None,
        }
    }
}

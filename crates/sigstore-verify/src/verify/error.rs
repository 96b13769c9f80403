//! Why a signature that could be read is not accepted.

use std::error::Error;
use std::iter;

use sealift_model::Timestamp;

use crate::crypto::HashAlgorithm;
use crate::log::LogError;
use crate::policy::IdentityMismatch;
use crate::timestamp::TimestampError;

/// Why a signature that could be read does not satisfy the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The policy accepts identities, but the signature is by a key without a certificate.
    #[error("signed by a key without a certificate, where an identity is required")]
    CertificateRequired,
    /// The policy accepts keys, but the signature is by a certificate.
    #[error("signed with a certificate, where a known key is required")]
    KeyRequired,
    /// The hint of the bundle is that of another key than the policy's.
    #[error("signed by the key with the hint {found:?}")]
    KeyHint {
        /// The bundle's hint.
        found: String,
    },
    /// Fewer log entries count than the policy requires.
    #[error("{found} of {required} required transparency log entries{}", because(.why))]
    LogEntries {
        /// How many are required.
        required: usize,
        /// How many count.
        found: usize,
        /// Why the first entry that does not count was rejected.
        why: Option<LogError>,
    },
    /// A log entry is there twice, by log and index: it was repeated to be counted twice.
    #[error("the transparency log entry at {place} repeats an earlier one")]
    RepeatedLogEntry {
        /// Its place in the bundle, from 0.
        place: usize,
    },
    /// A signed timestamp is there twice, byte for byte: it was repeated to be counted twice.
    #[error("the signed timestamp at {place} repeats an earlier one")]
    RepeatedTimestamp {
        /// Its place in the bundle, from 0.
        place: usize,
    },
    /// Fewer timestamps of trusted authorities count than the policy requires.
    #[error("{found} of {required} required signed timestamps{}", because(.why))]
    SignedTimestamps {
        /// How many are required.
        required: usize,
        /// How many count.
        found: usize,
        /// Why the first timestamp that does not count was rejected.
        why: Option<TimestampError>,
    },
    /// Fewer trustworthy times are known than the policy requires.
    #[error("{found} of {required} required trustworthy signing times{}", because(.why))]
    SigningTimes {
        /// How many are required.
        required: usize,
        /// How many there are.
        found: usize,
        /// Why the first timestamp that does not count was rejected.
        why: Option<TimestampError>,
    },
    /// Fewer certificate timestamps count than the policy requires.
    #[error("{found} of {required} required signed certificate timestamps")]
    CertificateTimestamps {
        /// How many are required.
        required: usize,
        /// How many count.
        found: usize,
    },
    /// The certificate has none of the accepted identities.
    #[error("the certificate is none of the accepted identities")]
    Identity(#[source] IdentityMismatch),
    /// The key was not valid at a signing time.
    #[error("the key was not valid at {at}")]
    KeyNotValid {
        /// The signing time, or the time of verification if none is known.
        at: Timestamp,
    },
    /// The declared digest is not that of the artifact.
    #[error("the {} digest of the artifact is not the signed one", .0.name())]
    ArtifactDigest(HashAlgorithm),
    /// The given digest is of another algorithm than the signature's.
    #[error("the artifact's {} digest is needed to verify this signature", .0.name())]
    DigestNeeded(HashAlgorithm),
    /// The artifact is none of the statement's subjects.
    #[error("the artifact is not a subject of the statement")]
    NotASubject,
    /// A message signature cannot be verified without the message.
    #[error("a message signature cannot be verified without the artifact")]
    ArtifactNeeded,
    /// The predicate type is not accepted.
    #[error("the predicate type is {found:?}, which is not accepted")]
    PredicateType {
        /// The statement's predicate type.
        found: String,
    },
    /// A predicate type is required, but the signed content is no statement.
    #[error("what is signed is no in-toto statement")]
    NoStatement,
    /// The provenance is by a builder that is not accepted.
    #[error("built by {}, which is not an accepted builder", quoted(found))]
    Builder {
        /// The statement's builder.
        found: Option<String>,
    },
}

impl Refusal {
    /// Whether a log entry could remedy it: an entry is missing, or the time that one proves.
    #[must_use]
    pub fn lacks_entry(&self) -> bool {
        matches!(self, Self::LogEntries { why: None, .. } | Self::SigningTimes { .. })
    }
}

/// The reason with its own sources, each after a colon.
fn because<E: Error + 'static>(why: &Option<E>) -> String {
    let first = why.as_ref().map(|why| -> &(dyn Error + 'static) { why });
    iter::successors(first, |why| (*why).source()).map(|why| format!(": {why}")).collect()
}

fn quoted(builder: &Option<String>) -> String {
    builder.as_ref().map_or_else(|| "an unnamed builder".to_owned(), |name| format!("{name:?}"))
}

//! The result of a verification.

use std::collections::BTreeSet;

use sealift_model::Timestamp;

use crate::certificate::{Authority, Certificate, CertificateIdentity};
use crate::crypto::{PublicKey, Scheme};
use crate::log::{LogError, VerifiedEntry};
use crate::sct::VerifiedSct;
use crate::statement::Statement;
use crate::timestamp::TimestampError;

/// A signature for which every check that the policy requires was done and passed.
///
/// Only [`Verifier::verify`](crate::Verifier::verify) makes one, so holding it is the proof; the
/// signed content is only available through it.
#[derive(Debug)]
pub struct Verified<'b> {
    pub(super) payload: Option<&'b [u8]>,
    pub(super) statement: Option<Statement>,
    pub(super) signer: VerifiedSigner<'b>,
    pub(super) scheme: Scheme,
    pub(super) times: Vec<SigningTime>,
    pub(super) entries: Vec<VerifiedEntry<'b>>,
    pub(super) scts: Vec<VerifiedSct<'b>>,
    pub(super) log: Log,
}

/// The signer.
#[derive(Debug)]
#[non_exhaustive]
pub enum VerifiedSigner<'b> {
    /// The holder of a certificate.
    Certificate {
        /// The certificate.
        certificate: &'b Certificate,
        /// The identity that it names.
        identity: Box<CertificateIdentity>,
        /// The authority that issued it.
        authority: &'b Authority,
    },
    /// The holder of one of the policy's keys.
    Key(Box<PublicKey>),
}

/// A time at which the signature existed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SigningTime {
    /// The time.
    pub time: Timestamp,
    /// The source of the time.
    pub source: TimeSource,
}

/// The source of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeSource {
    /// A transparency log, by its promise to include the entry.
    Log {
        /// The log's base URL.
        url: String,
    },
    /// An RFC 3161 timestamp authority.
    TimestampAuthority {
        /// Its name in the trusted root.
        name: String,
    },
}

/// A check of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Check {
    /// The signature over the artifact or envelope.
    Signature,
    /// The artifact, compared with the signed digest.
    ArtifactDigest,
    /// The artifact, compared with the subjects of the statement.
    StatementSubject,
    /// The predicate type of the statement.
    PredicateType,
    /// The builder of the provenance.
    Builder,
    /// Timestamps of RFC 3161 authorities.
    SignedTimestamps,
    /// Promises of transparency logs to include the entry.
    LogPromises,
    /// Proofs that logs include the entry.
    LogInclusion,
    /// Log entries, compared with signature, signer and digest.
    LogEntries,
    /// The certificate's path to an authority, at every signing time.
    CertificatePath,
    /// The certificate's path to an authority, at the time of verification alone.
    CertificatePathNow,
    /// Timestamps of certificate transparency logs.
    CertificateTimestamps,
    /// The certificate's subject and issuer, compared with the accepted identities.
    Identity,
    /// The key, compared with the accepted keys.
    Key,
    /// The time in which the key may sign.
    KeyValidity,
}

impl Check {
    /// A description of the check, as the end of a sentence: "the signature over the content".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Signature => "the signature over the content",
            Self::ArtifactDigest => "the artifact has the signed digest",
            Self::StatementSubject => "the artifact is a subject of the statement",
            Self::PredicateType => "the predicate type",
            Self::Builder => "the builder",
            Self::SignedTimestamps => "signed timestamps",
            Self::LogPromises => "signed entry timestamps of the transparency log",
            Self::LogInclusion => "inclusion in the transparency log, offline",
            Self::LogEntries => "the log entry is of this signature, signer and content",
            Self::CertificatePath => "the certificate was valid when it signed",
            Self::CertificatePathNow => "the certificate is valid now",
            Self::CertificateTimestamps => "the certificate is in a certificate transparency log",
            Self::Identity => "the certificate's identity is accepted",
            Self::Key => "the key is accepted",
            Self::KeyValidity => "the key was valid when it signed",
        }
    }
}

/// A check that was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotDone {
    /// The check.
    pub check: Check,
    /// The reason.
    pub why: Omission,
}

/// Why a check was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Omission {
    /// The policy omits it by one of its `insecure` methods.
    Insecure,
    /// The policy says that the instance has no public log.
    NoPublicLogs,
    /// The bundle has no such evidence and the policy does not require any.
    NotPresent,
    /// The caller requested no comparison with an artifact.
    Unchecked,
}

/// Evidence that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotCounted {
    /// A log entry, by its place in the bundle.
    LogEntry {
        /// Place, from 0.
        place: usize,
        /// The reason.
        why: LogError,
    },
    /// An RFC 3161 timestamp, by its place in the bundle.
    Timestamp {
        /// Place, from 0.
        place: usize,
        /// The reason.
        why: TimestampError,
    },
    /// A log entry that records the same as an earlier one, elsewhere in the log.
    RepeatedLogEntry {
        /// Place, from 0.
        place: usize,
    },
    /// A timestamp with the serial number of an earlier one.
    RepeatedTimestamp {
        /// Place, from 0.
        place: usize,
    },
}

/// The checks that were done and omitted during a verification.
#[derive(Debug, Default)]
pub(super) struct Log {
    done: BTreeSet<Check>,
    not_done: Vec<NotDone>,
    not_counted: Vec<NotCounted>,
}

impl Log {
    pub(super) fn done(&mut self, check: Check) {
        self.done.insert(check);
    }

    pub(super) fn not_done(&mut self, check: Check, why: Omission) {
        self.not_done.push(NotDone { check, why });
    }

    pub(super) fn not_counted(&mut self, evidence: NotCounted) {
        self.not_counted.push(evidence);
    }

    /// Why the first log entry that does not count was rejected.
    pub(super) fn first_log_error(&self) -> Option<LogError> {
        self.not_counted.iter().find_map(|evidence| match evidence {
            NotCounted::LogEntry { why, .. } => Some(why.clone()),
            _ => None,
        })
    }

    /// Why the first timestamp that does not count was rejected.
    pub(super) fn first_timestamp_error(&self) -> Option<TimestampError> {
        self.not_counted.iter().find_map(|evidence| match evidence {
            NotCounted::Timestamp { why, .. } => Some(why.clone()),
            _ => None,
        })
    }
}

impl<'b> Verified<'b> {
    /// The signer.
    #[must_use]
    pub fn signer(&self) -> &VerifiedSigner<'b> {
        &self.signer
    }

    /// The signature scheme: the one of the key's schemes that was valid.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The signing times: each distinct time that a log or an authority vouches for, earliest
    /// first. Empty if the policy requires none and none is present.
    #[must_use]
    pub fn signing_times(&self) -> &[SigningTime] {
        &self.times
    }

    /// The log entries that count.
    #[must_use]
    pub fn log_entries(&self) -> &[VerifiedEntry<'b>] {
        &self.entries
    }

    /// The certificate timestamps that count.
    #[must_use]
    pub fn certificate_timestamps(&self) -> &[VerifiedSct<'b>] {
        &self.scts
    }

    /// The signed statement, where it is an attestation.
    #[must_use]
    pub fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// The payload of the signed envelope, where it is an attestation: the bytes of the statement.
    #[must_use]
    pub fn payload(&self) -> Option<&'b [u8]> {
        self.payload
    }

    /// The checks that were done, all of which passed.
    pub fn checks(&self) -> impl Iterator<Item = Check> + '_ {
        self.log.done.iter().copied()
    }

    /// The checks that were not done, and why.
    #[must_use]
    pub fn checks_not_done(&self) -> &[NotDone] {
        &self.log.not_done
    }

    /// The evidence that does not count, and why.
    #[must_use]
    pub fn not_counted(&self) -> &[NotCounted] {
        &self.log.not_counted
    }
}

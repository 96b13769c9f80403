//! The requirements that a signature must meet to be accepted.

mod expression;
mod identity;
mod key;
mod requirements;
mod syntax;

pub use expression::{ExpressionError, TextMatcher};
pub use identity::{Identities, IdentityMatcher, IdentityMismatch};
pub use key::TrustedKey;
pub(crate) use requirements::{LogRequirement, Requirements, SctRequirement};
pub use syntax::{SyntaxError, SyntaxErrorKind};

use crate::cosign::SignerKind;
use crate::statement::PredicateType;

/// Who may have signed, how much evidence is required, and what statements may contain.
///
/// A policy starts from its signers, with the requirements that the Sigstore client
/// specification sets for them; every weakening has a name that begins with `insecure`.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) signer: Signer,
    pub(crate) requirements: Requirements,
    pub(crate) predicate_types: Vec<PredicateType>,
    pub(crate) builders: Vec<TextMatcher>,
}

/// Who may have signed.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    /// Holders of a certificate with an accepted identity.
    Identities(Identities),
    /// Holders of one of these keys.
    Keys(Vec<TrustedKey>),
}

impl Policy {
    /// Accepts certificates of these identities, with one embedded certificate timestamp, one
    /// log entry, and one trustworthy signing time.
    #[must_use]
    pub fn identities(accepted: impl Into<Identities>) -> Self {
        Self::new(Signer::Identities(accepted.into()), Requirements::CERTIFICATE)
    }

    /// Accepts signatures by any of these keys, with one log entry.
    #[must_use]
    pub fn keys(accepted: impl IntoIterator<Item = TrustedKey>) -> Self {
        Self::new(Signer::Keys(accepted.into_iter().collect()), Requirements::KEY)
    }

    /// The kind of signer that the policy accepts.
    #[must_use]
    pub fn signer_kind(&self) -> SignerKind {
        match self.signer {
            Signer::Identities(_) => SignerKind::Identity,
            Signer::Keys(_) => SignerKind::Key,
        }
    }

    /// The keys that may have signed; none for a policy of identities.
    #[must_use]
    pub fn trusted_keys(&self) -> &[TrustedKey] {
        match &self.signer {
            Signer::Identities(_) => &[],
            Signer::Keys(keys) => keys,
        }
    }

    fn new(signer: Signer, requirements: Requirements) -> Self {
        Self { signer, requirements, predicate_types: Vec::new(), builders: Vec::new() }
    }

    /// Requires this many distinct entries in logs of the trusted root, at least one. Requiring
    /// none is a weakening with a method of its own.
    #[must_use]
    pub fn require_log_entries(mut self, count: usize) -> Self {
        self.requirements.log = LogRequirement::AtLeast(count.max(1));
        self
    }

    /// Requires certificate timestamps by this many distinct logs of the trusted root, at least
    /// one.
    #[must_use]
    pub fn require_certificate_timestamps(mut self, count: usize) -> Self {
        self.requirements.sct = SctRequirement::AtLeast(count.max(1));
        self
    }

    /// Requires this many distinct RFC 3161 timestamps by authorities of the trusted root; [without
    /// public logs](Self::without_public_logs), which they replace, at least one.
    #[must_use]
    pub fn require_signed_timestamps(mut self, count: usize) -> Self {
        let least = usize::from(self.requirements.log == LogRequirement::NoPublicLog);
        self.requirements.signed_timestamps = count.max(least);
        self
    }

    /// Requires this many distinct trustworthy signing times, by timestamp authorities or covered
    /// by a log's promise. A certificate always needs one, unless
    /// [`insecure_ignore_tlog`](Self::insecure_ignore_tlog) omits it.
    #[must_use]
    pub fn require_signing_times(mut self, count: usize) -> Self {
        self.requirements.asked_times = count;
        self
    }

    /// For instances without public logs (GitHub's attestations of private repositories): requires
    /// no log entry and no certificate timestamp, but at least one RFC 3161 timestamp.
    #[must_use]
    pub fn without_public_logs(mut self) -> Self {
        self.requirements.log = LogRequirement::NoPublicLog;
        self.requirements.sct = SctRequirement::NoPublicLog;
        self.requirements.signed_timestamps = self.requirements.signed_timestamps.max(1);
        self
    }

    /// Ignores log entries, so nothing proves that the signature was ever public. A certificate is
    /// then checked at the times of its RFC 3161 timestamps or, without any, at the time of
    /// verification.
    #[must_use]
    pub fn insecure_ignore_tlog(mut self) -> Self {
        self.requirements.log = LogRequirement::InsecureIgnored;
        self
    }

    /// Ignores certificate timestamps, so nothing proves that the certificate was ever public.
    #[must_use]
    pub fn insecure_ignore_sct(mut self) -> Self {
        self.requirements.sct = SctRequirement::InsecureIgnored;
        self
    }

    /// Requires an in-toto statement with this predicate type; repeated calls accept any of the
    /// types.
    #[must_use]
    pub fn require_predicate_type(mut self, wanted: PredicateType) -> Self {
        self.predicate_types.push(wanted);
        self
    }

    /// Requires a SLSA provenance by this builder; repeated calls accept any of the builders.
    #[must_use]
    pub fn require_builder(mut self, id: TextMatcher) -> Self {
        self.builders.push(id);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_entries_are_left_out_by_name_alone() {
        let policy = Policy::keys([]).require_log_entries(0);
        assert_eq!(policy.requirements.log, LogRequirement::AtLeast(1));
    }

    #[test]
    fn a_timestamp_stands_in_for_public_logs() {
        let policy = Policy::keys([]).without_public_logs();
        for (count, required) in [(0, 1), (1, 1), (2, 2)] {
            let policy = policy.clone().require_signed_timestamps(count);
            assert_eq!(policy.requirements.signed_timestamps, required);
        }
        let policy = Policy::keys([]).require_signed_timestamps(0);
        assert_eq!(policy.requirements.signed_timestamps, 0);
    }

    #[test]
    fn a_required_time_stays_required_without_logs() {
        let anyone = || {
            let text = TextMatcher::exact("anyone").unwrap();
            Policy::identities(IdentityMatcher::new(text.clone(), text))
        };
        assert_eq!(anyone().require_signing_times(0).requirements.times(), 1);
        assert_eq!(anyone().insecure_ignore_tlog().requirements.times(), 0);
        let before = anyone().require_signing_times(2).insecure_ignore_tlog();
        let after = anyone().insecure_ignore_tlog().require_signing_times(2);
        assert_eq!((before.requirements.times(), after.requirements.times()), (2, 2));
        assert_eq!(Policy::keys([]).requirements.times(), 0);
    }
}

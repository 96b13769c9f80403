use sealift_model::Timestamp;

use crate::certificate::Authority;

use super::{TransparencyLog, Window};

/// The authorities and logs that signatures are verified against, each with its validity.
///
/// It is read once and can be shared by any number of verifications and threads. The default trusts
/// nothing; the root of a private instance can be assembled from its parts.
#[derive(Clone, Debug, Default)]
pub struct TrustedRoot {
    certificate_authorities: Vec<Authority>,
    timestamp_authorities: Vec<Authority>,
    logs: Vec<TransparencyLog>,
    ct_logs: Vec<TransparencyLog>,
    pub(super) unsupported: Vec<UnsupportedLog>,
}

/// A log of the trusted root that is not used, because its algorithms are not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnsupportedLog {
    /// The field with the algorithm: `tlogs[2].publicKey.keyDetails`.
    pub path: String,
    /// The value of the field, shortened if it is long.
    pub value: String,
}

/// One part of a trusted root: its kind, its URL, and when it is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedPart<'r> {
    /// Its kind.
    pub kind: TrustedPartKind,
    /// Its URL; empty if the trusted root has none.
    pub uri: &'r str,
    /// When it is trusted.
    pub window: Window,
}

/// The kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustedPartKind {
    /// Issues certificates for signing.
    CertificateAuthority,
    /// Stamps signatures.
    TimestampAuthority,
    /// Logs signatures.
    Log,
    /// Logs certificates.
    CertificateLog,
}

impl TrustedRoot {
    /// Adds an authority for signing certificates.
    #[must_use]
    pub fn with_certificate_authority(mut self, authority: Authority) -> Self {
        self.certificate_authorities.push(authority);
        self
    }

    /// Adds an authority for timestamps.
    #[must_use]
    pub fn with_timestamp_authority(mut self, authority: Authority) -> Self {
        self.timestamp_authorities.push(authority);
        self
    }

    /// Adds a log of signatures.
    #[must_use]
    pub fn with_log(mut self, log: TransparencyLog) -> Self {
        self.logs.push(log);
        self
    }

    /// Adds a log of certificates.
    #[must_use]
    pub fn with_ct_log(mut self, log: TransparencyLog) -> Self {
        self.ct_logs.push(log);
        self
    }

    /// The same root, but its authorities for signing certificates follow the rules of RFC 5280
    /// alone ([`Profile::Ordinary`](crate::Profile::Ordinary)), as those of a private instance do.
    #[must_use]
    pub fn with_ordinary_authorities(mut self) -> Self {
        let authorities = std::mem::take(&mut self.certificate_authorities);
        self.certificate_authorities =
            authorities.into_iter().map(Authority::into_ordinary).collect();
        self
    }

    /// The authorities that issue certificates for signing.
    #[must_use]
    pub fn certificate_authorities(&self) -> &[Authority] {
        &self.certificate_authorities
    }

    /// The authorities that stamp signatures.
    #[must_use]
    pub fn timestamp_authorities(&self) -> &[Authority] {
        &self.timestamp_authorities
    }

    /// The logs of signatures.
    #[must_use]
    pub fn logs(&self) -> &[TransparencyLog] {
        &self.logs
    }

    /// The logs of certificates.
    #[must_use]
    pub fn ct_logs(&self) -> &[TransparencyLog] {
        &self.ct_logs
    }

    /// The logs that are not used, because their algorithms are not supported.
    #[must_use]
    pub fn unsupported(&self) -> &[UnsupportedLog] {
        &self.unsupported
    }

    /// Every part, grouped by kind, in the order of the root.
    pub fn parts(&self) -> impl Iterator<Item = TrustedPart<'_>> {
        use TrustedPartKind::{CertificateAuthority, CertificateLog, Log, TimestampAuthority};
        let authorities = [
            (CertificateAuthority, &self.certificate_authorities),
            (TimestampAuthority, &self.timestamp_authorities),
        ];
        let logs = [(Log, &self.logs), (CertificateLog, &self.ct_logs)];
        let authorities = authorities.into_iter().flat_map(|(kind, authorities)| {
            authorities.iter().map(move |one| (kind, one.uri(), one.window()))
        });
        let logs = logs.into_iter().flat_map(|(kind, logs)| {
            logs.iter().map(move |one| (kind, one.base_url(), one.window()))
        });
        authorities.chain(logs).map(|(kind, uri, window)| TrustedPart { kind, uri, window })
    }

    /// The latest start of a part: the root was made at about that time, or later. `None` if there
    /// are no parts.
    #[must_use]
    pub fn newest_start(&self) -> Option<Timestamp> {
        self.parts().map(|part| part.window.start()).max()
    }

    /// The parts that have an end, the earliest first. Parts in use have none.
    #[must_use]
    pub fn ends(&self) -> Vec<(Timestamp, TrustedPart<'_>)> {
        let mut ends: Vec<_> =
            self.parts().filter_map(|part| Some((part.window.end()?, part))).collect();
        ends.sort_by_key(|(end, _)| *end);
        ends
    }
}

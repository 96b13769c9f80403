//! The required evidence of publicity and time.

/// What is required of transparency logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogRequirement {
    /// This many entries in logs of the trusted root.
    AtLeast(usize),
    /// None, by the instance's design: timestamps replace them.
    NoPublicLog,
    /// None, although there should be one.
    InsecureIgnored,
}

/// What is required of certificate transparency logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SctRequirement {
    /// This many timestamps by logs of the trusted root.
    AtLeast(usize),
    /// None, by the instance's design.
    NoPublicLog,
    /// None, although there should be one.
    InsecureIgnored,
}

/// The thresholds of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Requirements {
    pub(crate) log: LogRequirement,
    pub(crate) sct: SctRequirement,
    /// Timestamps of RFC 3161 authorities.
    pub(crate) signed_timestamps: usize,
    /// Times by a log's promise or a timestamp authority, as required by the caller.
    pub(crate) asked_times: usize,
    /// Whether the signer has a certificate, which was only valid for minutes.
    certificate: bool,
}

impl Requirements {
    /// The client specification's requirements for a certificate: one of each, the time from any
    /// source.
    pub(crate) const CERTIFICATE: Self = Self {
        log: LogRequirement::AtLeast(1),
        sct: SctRequirement::AtLeast(1),
        signed_timestamps: 0,
        asked_times: 0,
        certificate: true,
    };

    /// Those for a key, which does not expire: publicity alone.
    pub(crate) const KEY: Self = Self { certificate: false, ..Self::CERTIFICATE };

    /// The required number of trustworthy signing times: a certificate needs one, unless log
    /// entries are ignored; then the time of verification may replace it.
    pub(crate) fn times(&self) -> usize {
        let needs_one = self.certificate && self.log != LogRequirement::InsecureIgnored;
        self.asked_times.max(usize::from(needs_one))
    }
}

//! How much evidence of publicity and time a signature needs.

/// What is required of transparency logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogRequirement {
    /// So many entries in logs of the trusted root.
    AtLeast(usize),
    /// None, by the instance's design: timestamps stand in for it.
    NoPublicLog,
    /// None, although there should be one.
    InsecureIgnored,
}

/// What is required of certificate transparency logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SctRequirement {
    /// So many timestamps by logs of the trusted root.
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
    /// Times that a log's promise or a timestamp authority vouches for, where the caller asked.
    pub(crate) asked_times: usize,
    /// Whether the signer has a certificate, which was valid for minutes.
    certificate: bool,
}

impl Requirements {
    /// The client specification's for a certificate: one of each, the time from either source.
    pub(crate) const CERTIFICATE: Self = Self {
        log: LogRequirement::AtLeast(1),
        sct: SctRequirement::AtLeast(1),
        signed_timestamps: 0,
        asked_times: 0,
        certificate: true,
    };

    /// For a key, which does not expire: publicity alone.
    pub(crate) const KEY: Self = Self { certificate: false, ..Self::CERTIFICATE };

    /// Trustworthy signing times that are required: a certificate needs one, unless no log is
    /// looked at; then the time of verification may stand in for it.
    pub(crate) fn times(&self) -> usize {
        let needs_one = self.certificate && self.log != LogRequirement::InsecureIgnored;
        self.asked_times.max(usize::from(needs_one))
    }
}

use sealift_model::Timestamp;

use crate::certificate::{Authority, Certificate};

use super::tst_info::TstInfo;

/// A time that a trusted authority vouches for. Only the verification of a token makes one, so
/// holding it is the proof.
#[derive(Clone, Debug)]
pub struct VerifiedTimestamp<'r> {
    time: Timestamp,
    accuracy: Option<Accuracy>,
    identity: TimestampIdentity,
    authority: &'r Authority,
}

impl<'r> VerifiedTimestamp<'r> {
    pub(super) fn new(info: &TstInfo<'_>, signer: &Certificate, authority: &'r Authority) -> Self {
        let identity =
            TimestampIdentity { signer: *signer.public_key().id(), serial: info.serial.to_vec() };
        Self { time: info.time, accuracy: info.accuracy, identity, authority }
    }

    /// The time of the stamp.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The deviation that the authority allows for; it is reported, but not used to decide whether
    /// the time fits a certificate.
    #[must_use]
    pub fn accuracy(&self) -> Option<Accuracy> {
        self.accuracy
    }

    /// The identity of the timestamp, which copies of it share.
    #[must_use]
    pub fn identity(&self) -> &TimestampIdentity {
        &self.identity
    }

    /// The authority of the trusted root that stamped.
    #[must_use]
    pub fn authority(&self) -> &'r Authority {
        self.authority
    }
}

/// The deviation of a time, to either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accuracy {
    /// Whole seconds.
    pub seconds: u32,
    /// Microseconds beyond them, below a million.
    pub microseconds: u32,
}

/// The identity of a timestamp, however its bytes are wrapped: the key that signed it, and the
/// serial number, which RFC 3161 2.4.2 requires to be unique for each authority.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimestampIdentity {
    signer: [u8; 32],
    serial: Vec<u8>,
}

impl TimestampIdentity {
    /// SHA-256 of the signer's SubjectPublicKeyInfo.
    #[must_use]
    pub fn signer(&self) -> &[u8; 32] {
        &self.signer
    }

    /// The serial number, a big-endian integer in two's complement.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }
}

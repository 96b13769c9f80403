//! Signed certificate timestamps (RFC 6962): promises of logs that a certificate is, or soon will
//! be, public. Most are embedded in the certificate.

mod error;
mod list;
mod precertificate;
#[cfg(test)]
mod tests;
mod whole;

use sealift_model::Timestamp;

pub use error::SctError;

use crate::certificate::Certificate;
use crate::crypto::{HashAlgorithm, Message, Provider, Scheme};
use crate::trust::TransparencyLog;

/// A verified timestamp of a trusted log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerifiedSct<'l> {
    log: &'l TransparencyLog,
    time: Timestamp,
}

impl<'l> VerifiedSct<'l> {
    /// The log that signed.
    #[must_use]
    pub fn log(&self) -> &'l TransparencyLog {
        self.log
    }

    /// When the log signed, to the millisecond.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }
}

/// A timestamp that came beside its certificate (RFC 6962 4.1, the answer of `add-chain`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "these are the fields of the answer")]
pub struct DetachedSct {
    /// SHA-256 of the log's key.
    pub log_id: [u8; 32],
    /// Milliseconds since 1970, without leap seconds.
    pub milliseconds: u64,
    /// For later versions of the protocol; signed unchanged.
    pub extensions: Vec<u8>,
    /// Algorithms and signature, as TLS writes them (`digitally-signed`).
    pub signature: Vec<u8>,
}

impl Certificate {
    /// Verifies a timestamp of this certificate that came beside it.
    ///
    /// # Errors
    /// Why the timestamp is not valid.
    pub fn verify_detached_timestamp<'l>(
        &self,
        sct: &DetachedSct,
        logs: &'l [TransparencyLog],
        provider: &dyn Provider,
    ) -> Result<VerifiedSct<'l>, SctError> {
        let timestamp = list::detached(sct).ok_or(SctError::Malformed)?;
        by_any(&timestamp, logs, provider, || whole::signed(&timestamp, self.der()))
    }

    /// Verifies the embedded timestamps of this certificate and returns the valid ones: at least
    /// one, and at most one of each log. `issuer` is the certificate of its issuer, as found by its
    /// path.
    ///
    /// Timestamps that are not valid, or are of logs that are not trusted, do not count, but do not
    /// invalidate the others (RFC 6962 3.3).
    ///
    /// # Errors
    /// When none is valid, the reason of the one that came furthest; also when the list cannot be
    /// read.
    pub fn verify_timestamps<'l>(
        &self,
        issuer: &Self,
        logs: &'l [TransparencyLog],
        provider: &dyn Provider,
    ) -> Result<Vec<VerifiedSct<'l>>, SctError> {
        let extension = self.timestamp_list().ok_or(SctError::None)?;
        let timestamps = list::parse(extension.value.of(self.der()))?;
        let tbs = precertificate::tbs(self).map_err(|_| SctError::Precertificate)?;
        let mut verified: Vec<VerifiedSct<'l>> = Vec::new();
        let mut reason = SctError::None;
        for timestamp in timestamps {
            let is_known =
                |log_id: &[u8; 32]| verified.iter().any(|known| known.log.key().id() == log_id);
            let checked = match timestamp {
                // One log counts once, however often it signed; its later timestamps are not
                // verified.
                Ok(timestamp) if is_known(timestamp.log_id) => continue,
                Ok(timestamp) => by_any(&timestamp, logs, provider, || {
                    precertificate::signed(&timestamp, issuer, &tbs)
                }),
                Err(error) => Err(error),
            };
            match checked {
                Ok(timestamp) => verified.push(timestamp),
                Err(error) if error.weight() > reason.weight() => reason = error,
                Err(_) => {}
            }
        }
        if verified.is_empty() { Err(reason) } else { Ok(verified) }
    }
}

/// Looks for the log in the trusted root, which may list it several times with different windows.
fn by_any<'l>(
    timestamp: &list::Timestamp<'_>,
    logs: &'l [TransparencyLog],
    provider: &dyn Provider,
    signed: impl Fn() -> Option<Vec<u8>>,
) -> Result<VerifiedSct<'l>, SctError> {
    let milliseconds = i64::try_from(timestamp.milliseconds).map_err(|_| SctError::Malformed)?;
    let time = Timestamp::from_unix_milliseconds(milliseconds).map_err(|_| SctError::Malformed)?;
    let mut reason = SctError::UnknownLog;
    // RFC 6962 3.2: the id of a log is the SHA-256 of its key, whatever other id it may have.
    for log in logs.iter().filter(|log| log.key().id() == timestamp.log_id) {
        let window = log.window();
        if !window.contains(time) {
            reason = SctError::OutsideWindow { time, window };
            continue;
        }
        let [hash, signature] = timestamp.algorithm;
        let unsupported = SctError::UnsupportedAlgorithm { hash, signature };
        let scheme = scheme(timestamp.algorithm).ok_or(unsupported)?;
        let signed = signed().ok_or(SctError::Precertificate)?;
        return log
            .key()
            .verify(provider, scheme, Message::Bytes(&signed), timestamp.signature)
            .map(|()| VerifiedSct { log, time })
            .map_err(SctError::Signature);
    }
    Err(reason)
}

/// The `SignatureAndHashAlgorithm` of RFC 5246 7.4.1.4.1, with the numbers of its registry (RFC
/// 8422 5.1.3 has Ed25519).
///
/// RFC 6962 2.1.4 has only ECDSA with P-256 and RSA, both with SHA-256; trusted roots have logs
/// with other keys too. Whether the scheme fits the key is checked together with the signature.
fn scheme(algorithm: [u8; 2]) -> Option<Scheme> {
    const RSA: u8 = 1;
    const ECDSA: u8 = 3;
    const ED25519: u8 = 7;
    const INTRINSIC: u8 = 8;

    let [hash, signature] = algorithm;
    let hash = match hash {
        4 => HashAlgorithm::Sha256,
        5 => HashAlgorithm::Sha384,
        6 => HashAlgorithm::Sha512,
        INTRINSIC if signature == ED25519 => return Some(Scheme::Ed25519),
        _ => return None,
    };
    match signature {
        RSA => Some(Scheme::RsaPkcs1(hash)),
        ECDSA => Some(Scheme::Ecdsa(hash)),
        _ => None,
    }
}

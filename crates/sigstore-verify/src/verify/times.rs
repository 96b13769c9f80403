//! The time of the signature, and its sources (client specification, "Establishing a Time for the
//! Signature").

use std::collections::BTreeSet;

use crate::Error;
use crate::bundle::Bundle;
use crate::log::VerifiedEntry;
use crate::policy::Requirements;
use crate::timestamp::{TimestampError, TimestampToken, VerifiedTimestamp};
use crate::verify::outcome::{Check, Log, NotCounted, Omission, SigningTime, TimeSource};
use crate::verify::{Refusal, Verifier};

/// The bundle's RFC 3161 timestamps over `signature` that count.
///
/// A timestamp that proves no time is skipped, whatever its fault, since an attacker could equally
/// have omitted it. The reason is in the result, or in the error if too few count.
///
/// # Errors
/// When a timestamp is there twice.
pub(super) fn signed<'t>(
    verifier: &Verifier<'t>,
    bundle: &Bundle,
    signature: &[u8],
    log: &mut Log,
) -> Result<Vec<VerifiedTimestamp<'t>>, Refusal> {
    if bundle.timestamps().is_empty() {
        log.not_done(Check::SignedTimestamps, Omission::NotPresent);
    }
    let mut tokens = BTreeSet::new();
    if let Some(place) = bundle.timestamps().iter().position(|token| !tokens.insert(token)) {
        return Err(Refusal::RepeatedTimestamp { place });
    }
    let mut seen = BTreeSet::new();
    let mut counted = Vec::new();
    for (place, token) in bundle.timestamps().iter().enumerate() {
        match stamp(verifier, token, signature, bundle.written_envelope()) {
            Ok(found) if seen.insert(found.identity().clone()) => {
                log.done(Check::SignedTimestamps);
                counted.push(found);
            }
            Ok(_) => log.not_counted(NotCounted::RepeatedTimestamp { place }),
            Err(why) => log.not_counted(NotCounted::Timestamp { place, why }),
        }
    }
    Ok(counted)
}

/// Verifies a timestamp over the signature. For an attestation without a bundle, cosign requests it
/// over the whole envelope, which contains the signature, so the signature existed at that time
/// too.
fn stamp<'t>(
    verifier: &Verifier<'t>,
    token: &[u8],
    signature: &[u8],
    envelope: Option<&[u8]>,
) -> Result<VerifiedTimestamp<'t>, TimestampError> {
    let authorities = verifier.root.timestamp_authorities();
    let token = TimestampToken::from_der(token)?;
    match (token.verify(signature, authorities, verifier.provider), envelope) {
        (Err(TimestampError::ImprintMismatch), Some(envelope)) => {
            token.verify(envelope, authorities, verifier.provider)
        }
        (outcome, _) => outcome,
    }
}

/// All trustworthy times, earliest first, if there are as many as required.
pub(super) fn enough(
    timestamps: &[VerifiedTimestamp<'_>],
    entries: &[VerifiedEntry<'_>],
    requirements: &Requirements,
    log: &Log,
) -> Result<Vec<SigningTime>, Error> {
    if timestamps.len() < requirements.signed_timestamps {
        return Err(Error::Refused(Refusal::SignedTimestamps {
            required: requirements.signed_timestamps,
            found: timestamps.len(),
            why: log.first_timestamp_error(),
        }));
    }
    let promised = entries.iter().filter_map(|entry| {
        let source = TimeSource::Log { url: entry.log().base_url().to_owned() };
        Some(SigningTime { time: entry.integrated_time()?, source })
    });
    let stamped = timestamps.iter().map(|stamp| SigningTime {
        time: stamp.time(),
        source: TimeSource::TimestampAuthority { name: stamp.authority().subject().to_owned() },
    });
    let mut times: Vec<SigningTime> = promised.chain(stamped).collect();
    for entry in entries.iter().filter(|entry| entry.integrated_time().is_none()) {
        // Its log signed no time, so the log must have been trusted at the known times.
        times.iter().try_for_each(|known| entry.check_trusted_at(known.time))?;
    }
    if times.len() < requirements.times() {
        return Err(Error::Refused(Refusal::SigningTimes {
            required: requirements.times(),
            found: times.len(),
            why: log.first_timestamp_error(),
        }));
    }
    times.sort_by_key(|known| known.time);
    Ok(times)
}

#[cfg(test)]
mod tests {
    use sealift_model::Timestamp;

    use super::*;
    use crate::certificate::made;
    use crate::crypto::{HashAlgorithm, PublicKey, Scheme};
    use crate::log::LogError;
    use crate::trust::{TransparencyLog, Window};

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn log_of(seed: u8, year: &str) -> TransparencyLog {
        let (start, end) = (format!("{year}-01-01T00:00:00Z"), format!("{year}-12-31T00:00:00Z"));
        let window = Window::new(time(&start), Some(time(&end))).unwrap();
        let key = PublicKey::from_der(&made::public_key(seed)).unwrap();
        TransparencyLog::new(String::new(), key, Scheme::Ecdsa(HashAlgorithm::Sha256), window)
    }

    /// A log that signs no time is trusted at that which another promised, or not at all.
    #[test]
    fn a_promised_time_is_one_for_every_log() {
        let at = time("2025-06-01T12:00:00Z");
        let promising = log_of(1, "2025");
        let (current, retired) = (log_of(2, "2025"), log_of(3, "2024"));
        let times_with = |other| {
            let entries =
                [VerifiedEntry::made(&promising, Some(at)), VerifiedEntry::made(other, None)];
            enough(&[], &entries, &Requirements::CERTIFICATE, &Log::default())
                .map(|times| times.iter().map(|known| known.time).collect::<Vec<_>>())
        };
        assert_eq!(times_with(&current), Ok(vec![at]));
        let refused = LogError::OutsideWindow { time: at, window: retired.window() };
        assert_eq!(times_with(&retired), Err(refused.into()));
    }
}

//! Selects the transparency log entries that count.

use std::collections::BTreeSet;

use crate::Error;
use crate::bundle::Bundle;
use crate::log::{LogError, Signed, VerifiedEntry};
use crate::policy::LogRequirement;
use crate::verify::outcome::{Check, Log, NotCounted, Omission};
use crate::verify::{Refusal, Verifier};

/// The bundle's log entries that count, if there are as many as required.
///
/// An entry of a log that the root does not know is skipped; any other fault is an error, since the
/// entry claims to be of a trusted log.
pub(super) fn verify<'t>(
    verifier: &Verifier<'t>,
    bundle: &Bundle,
    signed: &Signed<'_>,
    requirement: LogRequirement,
    log: &mut Log,
) -> Result<Vec<VerifiedEntry<'t>>, Error> {
    let required = match requirement {
        LogRequirement::AtLeast(count) => count,
        LogRequirement::NoPublicLog => return Ok(left_out(Omission::NoPublicLogs, log)),
        LogRequirement::InsecureIgnored => return Ok(left_out(Omission::Insecure, log)),
    };
    let mut places = BTreeSet::new();
    let mut all = bundle.entries().iter();
    if let Some(place) = all.position(|entry| !places.insert((&entry.log_id, entry.log_index))) {
        return Err(Refusal::RepeatedLogEntry { place }.into());
    }
    let mut seen = BTreeSet::new();
    let mut counted = Vec::new();
    for (place, entry) in bundle.entries().iter().enumerate() {
        match entry.verify(signed, verifier.root.logs(), verifier.provider) {
            // The same leaf is the same entry, whatever index it claims.
            Ok(found) if seen.insert((found.log().id(), *found.leaf_hash())) => counted.push(found),
            Ok(_) => log.not_counted(NotCounted::RepeatedLogEntry { place }),
            Err(why @ LogError::UnknownLog { .. }) => {
                log.not_counted(NotCounted::LogEntry { place, why });
            }
            Err(why) => return Err(why.into()),
        }
    }
    note(&counted, log);
    if counted.len() < required {
        let why = log.first_log_error();
        return Err(Refusal::LogEntries { required, found: counted.len(), why }.into());
    }
    Ok(counted)
}

fn note(counted: &[VerifiedEntry<'_>], log: &mut Log) {
    if !counted.is_empty() {
        log.done(Check::LogEntries);
    }
    let promised = counted.iter().any(|entry| entry.integrated_time().is_some());
    let included = counted.iter().any(|entry| entry.checkpoint().is_some());
    for (check, was_done) in [(Check::LogPromises, promised), (Check::LogInclusion, included)] {
        if was_done {
            log.done(check);
        } else {
            log.not_done(check, Omission::NotPresent);
        }
    }
}

fn left_out(why: Omission, log: &mut Log) -> Vec<VerifiedEntry<'static>> {
    for check in [Check::LogEntries, Check::LogPromises, Check::LogInclusion] {
        log.not_done(check, why);
    }
    Vec::new()
}

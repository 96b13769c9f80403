//! Log entries that do not lie beside their signatures: the one place that asks for them.

use std::collections::HashSet;

use sealift_model::Timestamp;
use sealift_sigstore_sign::{LogSearch, ServiceError};
use sealift_sigstore_verify::{Artifact, Bundle, Error, Origin, Outcome, Policy, Verifier};

use super::image::SignedImage;

/// Signatures of one image that are looked up: each is a question to the log, and anybody can attach
/// many.
const MAX_QUESTIONS: usize = 20;

/// What came of looking for the log entries of signatures beside which none lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are no others")]
pub enum LookUp {
    /// Something counts without them, or nothing would with them: nothing was asked.
    NotNeeded,
    /// No log may be asked.
    NotAllowed,
    /// The log has none of them.
    Absent,
    /// The log has at least one; it is still to be verified.
    Found,
}

impl SignedImage {
    /// Where no signature counts, looks up in the log of [`VerifyOptions`](super::VerifyOptions)
    /// the entries of those that lack nothing else (of the first 20): the next
    /// [`SignedImage::verify`] takes them into account.
    ///
    /// # Errors
    /// When the log does not answer as it must, and what it answered before is not enough.
    pub fn look_up(
        &mut self,
        verifier: &Verifier<'_>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
    ) -> Result<LookUp, ServiceError> {
        self.look_up_unless(|outcome| !outcome.verified.is_empty(), verifier, policy, claims, now)
    }

    /// The same whatever counts besides: of several that are read, each stands for itself.
    pub(crate) fn look_up_each(
        &mut self,
        verifier: &Verifier<'_>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<LookUp, ServiceError> {
        self.look_up_unless(|_| false, verifier, policy, &[], now)
    }

    fn look_up_unless(
        &mut self,
        is_enough: impl Fn(&Outcome<'_>) -> bool,
        verifier: &Verifier<'_>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
    ) -> Result<LookUp, ServiceError> {
        let bare: HashSet<&Origin> = self.attached.bare().collect();
        if bare.is_empty() {
            return Ok(LookUp::NotNeeded);
        }
        let outcome = self.outcome(verifier, policy, claims, now);
        let lacking = outcome.lacking_entries().filter(|origin| bare.contains(origin));
        let lacking: Vec<Origin> = lacking.cloned().collect();
        if lacking.is_empty() || is_enough(&outcome) {
            return Ok(LookUp::NotNeeded);
        }
        let Some(search) = &self.options.log else { return Ok(LookUp::NotAllowed) };
        let mut found = LookUp::Absent;
        let asked = self.attached.look_up(&lacking, MAX_QUESTIONS, |bundle, payload| {
            let entry = search.entry(bundle, Artifact::Bytes(payload), policy.trusted_keys())?;
            if entry.is_some() {
                found = LookUp::Found;
            }
            Ok::<_, ServiceError>(entry)
        });
        // What was found before the log stopped answering may be enough.
        match asked {
            Err(error) if !is_enough(&self.outcome(verifier, policy, claims, now)) => Err(error),
            _ => Ok(found),
        }
    }
}

/// Where a signature that stands alone does not count for want of a log entry, looks that up and
/// adds it to the bundle.
///
/// # Errors
/// When the log does not answer as it must.
pub fn look_up(
    bundle: &mut Bundle,
    artifact: Artifact<'_>,
    log: Option<&LogSearch>,
    verifier: &Verifier<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<LookUp, ServiceError> {
    let is_lacking = bundle.entries().is_empty()
        && match verifier.verify(bundle, artifact, policy, now) {
            Err(Error::Refused(refusal)) => refusal.lacks_entry(),
            _ => false,
        };
    if !is_lacking {
        return Ok(LookUp::NotNeeded);
    }
    let Some(search) = log else { return Ok(LookUp::NotAllowed) };
    let Some(entry) = search.entry(bundle, artifact, policy.trusted_keys())? else {
        return Ok(LookUp::Absent);
    };
    *bundle = bundle.clone().with_entry(entry);
    Ok(LookUp::Found)
}

//! Looking up log entries that are missing beside their signatures. All look-ups are made here.

use std::collections::HashSet;

use sealift_model::Timestamp;
use sealift_sigstore_sign::{LogSearch, ServiceError};
use sealift_sigstore_verify::{Artifact, Bundle, Error, Origin, Outcome, Policy, Verifier};

use super::image::SignedImage;

/// Signatures of one image that are looked up: each is a question to the log, and anybody can attach
/// many.
const MAX_QUESTIONS: usize = 20;

/// The result of looking up missing log entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are no others")]
pub enum LookUp {
    /// A signature counts without them, or none would with them: the log was not asked.
    NotNeeded,
    /// The options name no log.
    NotAllowed,
    /// The log has no entry for any of the signatures.
    Absent,
    /// The log has at least one entry; it is still to be verified.
    Found,
}

impl SignedImage {
    /// Looks up missing log entries in the log of [`VerifyOptions`](super::VerifyOptions), when no
    /// signature counts. Only signatures that lack nothing else are looked up, the first 20 of
    /// them. The next [`SignedImage::verify`] uses what was found.
    ///
    /// # Errors
    /// When the log's answer is wrong or missing, and its earlier answers are not enough.
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

/// Looks up the log entry of a single signature that lacks nothing else, and adds it to the bundle.
///
/// # Errors
/// When the log's answer is wrong or missing.
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

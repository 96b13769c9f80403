//! Log entries that do not lie beside their signatures.

use sealift_model::Timestamp;
use sealift_sigstore_sign::{LogSearch, WitnessError};
use sealift_sigstore_verify::{Hash, Policy, Verifier};

use super::image::SignedImage;

/// Signatures of one image that are looked up: each is a question to the log, and anybody can attach
/// many.
const MAX_QUESTIONS: usize = 20;

impl SignedImage {
    /// Whether nothing counts, and something might if a log entry lay beside it.
    #[must_use]
    pub fn lacks_entries(
        &self,
        verifier: &Verifier<'_>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
    ) -> bool {
        if !self.attached.has_bare() {
            return false;
        }
        let outcome = self.outcome(verifier, policy, claims, now);
        outcome.verified.is_empty() && outcome.lacks_entries()
    }

    /// Looks up in a log the entries of the first signatures beside which none lies (at most 20), and
    /// says how many it has: the next [`SignedImage::verify`] takes them into account.
    ///
    /// # Errors
    /// When the log does not answer as it must.
    pub fn look_up(&mut self, search: &LogSearch) -> Result<usize, WitnessError> {
        let mut count = 0;
        self.attached.look_up(MAX_QUESTIONS, |bundle, payload| {
            let hashes = search.hashes(bundle).iter().map(|algorithm| algorithm.hash(payload));
            let entry = search.entry(bundle, &hashes.collect::<Vec<Hash>>())?;
            count += usize::from(entry.is_some());
            Ok::<_, WitnessError>(entry)
        })?;
        Ok(count)
    }
}

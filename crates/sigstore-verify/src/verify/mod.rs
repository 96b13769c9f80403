//! The steps from a bundle to what it proves (Sigstore client specification, section 4).

mod artifact;
mod content;
mod entries;
mod error;
mod outcome;
mod signer;
mod times;

pub use artifact::Artifact;
pub use error::Refusal;
pub use outcome::{
    Check, NotCounted, NotDone, Omission, SigningTime, TimeSource, Verified, VerifiedSigner,
};

use sealift_model::Timestamp;

use crate::Error;
use crate::bundle::{Bundle, Content};
use crate::crypto::{Provider, RustCrypto};
use crate::limits::Limits;
use crate::log::Signed;
use crate::policy::Policy;
use crate::trust::TrustedRoot;
use crate::verify::content::Signable;
use crate::verify::outcome::Log;
use crate::verify::signer::Claimed;

/// Verifies bundles against a trusted root.
///
/// It borrows the root and the provider and keeps no state, so any number of threads can share it.
#[derive(Clone, Debug)]
pub struct Verifier<'t> {
    root: &'t TrustedRoot,
    provider: &'t dyn Provider,
    limits: Limits,
}

impl<'t> Verifier<'t> {
    /// A verifier that checks signatures with RustCrypto.
    #[must_use]
    pub fn new(root: &'t TrustedRoot) -> Self {
        Self::with_provider(root, &RustCrypto)
    }

    /// A verifier that checks signatures with `provider`.
    #[must_use]
    pub fn with_provider(root: &'t TrustedRoot, provider: &'t dyn Provider) -> Self {
        Self { root, provider, limits: Limits::default() }
    }

    /// Verifies that `bundle` is a signature over `artifact` that satisfies `policy`. A
    /// certificate, or a key with limited validity, is checked at `now` if no signing time is
    /// required and none is known.
    ///
    /// # Errors
    /// The first check that failed. A [`Refusal`] in it means that all evidence is valid, but not
    /// enough or not by an accepted signer.
    pub fn verify<'v>(
        &self,
        bundle: &'v Bundle,
        artifact: Artifact<'_>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Verified<'v>, Error>
    where
        't: 'v,
    {
        let mut log = Log::default();
        let claimed = Claimed::new(bundle, policy)?;
        let mut signable = Signable::new(bundle.content(), artifact, &mut log)?;
        let (place, scheme) = signable.verify(&claimed.keys(), self.provider)?;
        log.done(Check::Signature);

        let requirements = &policy.requirements;
        let timestamps = times::signed(self, bundle, signable.signature(), &mut log)?;
        let digest = signable.digest(scheme);
        let signed = Signed {
            signature: signable.signature(),
            signatory: claimed.logged(place)?,
            content: signable.logged(digest.as_deref())?,
        };
        let entries = entries::verify(self, bundle, &signed, requirements.log, &mut log)?;
        let times = times::enough(&timestamps, &entries, requirements, &log)?;

        let when = (times.as_slice(), now);
        let (signer, scts) = claimed.verify(self, place, when, requirements.sct, &mut log)?;
        let statement = content::statement(&signable, artifact, (policy, &self.limits), &mut log)?;
        let payload = match bundle.content() {
            Content::Envelope(envelope) => Some(envelope.payload()),
            Content::Message { .. } => None,
        };
        Ok(Verified { payload, statement, signer, scheme, times, entries, scts, log })
    }
}

//! VEX documents that are attached to an image as signed attestations.

use sealift_policy::{Limits, Signer, VexDocument};

use super::proof::{LocalVerification, ProofError, chain, policy_of, unusable, verifier};
use crate::verify::{
    Attachment, Error, Origin, Outcome, PredicateType, Refusal, Rejection, SignedImage, Statement,
    VerifiedAttached,
};

/// What of the VEX attestations on an image counts.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AttestedVex {
    /// The documents whose attestation was verified, in the order of their places.
    pub documents: Vec<VexDocument>,
    /// Of those found that do not count, where each lies and why.
    pub rejected: Vec<String>,
}

impl LocalVerification<'_> {
    /// The OpenVEX documents that `signer` has attested on the image. None where there are none;
    /// what somebody else attested is among [`AttestedVex::rejected`].
    ///
    /// # Errors
    /// The key or identity cannot be used, the image or what is attached to it cannot be read, or
    /// the image is not what was scanned.
    pub fn attested_vex(&self, signer: &Signer) -> Result<AttestedVex, ProofError> {
        let openvex = PredicateType::new("openvex")
            .map_err(|error| unusable("the type of an attestation", error))?;
        let policy = policy_of(signer, self.insecure_ignore_tlog)?.require_predicate_type(openvex);
        let kind = policy.signer_kind();
        let image = SignedImage::open(self.target, Attachment::Attestations, kind, &self.options)
            .map_err(|error| ProofError::Image(Box::new(error)))?;
        if !self.is_scanned(image.digest()) {
            return Err(ProofError::OtherImage(image.digest().clone()));
        }
        let Outcome { verified, rejected, .. } =
            image.outcome(&verifier(self.root), &policy, &[], self.now);
        let mut vex = AttestedVex::default();
        for attached in &verified {
            match self.document(attached) {
                Ok(document) => vex.documents.push(document),
                Err(why) => vex.rejected.push(format!("{}: {why}", name(attached.origin()))),
            }
        }
        let rejected = rejected.iter().filter(|one| !is_of_another_kind(&one.why));
        vex.rejected.extend(rejected.map(|one| format!("{}: {}", name(one.origin), one.why)));
        Ok(vex)
    }

    fn document(&self, attached: &VerifiedAttached<'_>) -> Result<VexDocument, String> {
        let told = |error: &dyn std::error::Error| chain(error);
        let statement = Statement::from_json(attached.payload(), &self.options.limits)
            .map_err(|error| told(&error))?;
        VexDocument::read(
            &name(attached.origin()),
            statement.predicate_json().as_bytes(),
            &Limits::default(),
        )
        .map_err(|error| told(&error))
    }
}

/// An attestation that says something else is no VEX that does not count.
fn is_of_another_kind(why: &Rejection<'_>) -> bool {
    matches!(
        why,
        Rejection::OtherKind { .. }
            | Rejection::Failed(Error::Refused(Refusal::PredicateType { .. }))
    )
}

fn name(origin: &Origin) -> String {
    format!("attestation {}", origin.layer.as_ref().unwrap_or(&origin.manifest))
}

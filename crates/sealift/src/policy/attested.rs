//! VEX documents that are attached to an image as signed attestations.

use sealift_policy::{Limits, Signer, VexDocument};

use super::proof::{ImageVerification, ProofError, signed_by, unusable};
use crate::Chain;
use crate::verify::{
    Attachment, BundleVerifier, Origin, Outcome, PredicateType, SignedImage, Statement,
    VerifiedAttached, provider,
};

/// The VEX attestations on an image that count.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AttestedVex {
    /// The documents whose attestations were verified, in the order in which they were found.
    pub documents: Vec<VexDocument>,
    /// Messages for people: each document that counts, and what was found and does not count.
    pub messages: Vec<String>,
}

impl ImageVerification<'_> {
    /// The OpenVEX documents that a signer has attested on the image. A document of another signer,
    /// and one that cannot be read, takes nothing out and is reported in the messages.
    #[must_use]
    pub fn attested_vex(&self, signer: &Signer) -> AttestedVex {
        self.read_vex(signer).unwrap_or_else(|error| AttestedVex {
            documents: Vec::new(),
            messages: vec![format!("warning: VEX attestations are not read: {}", Chain(&error))],
        })
    }

    fn read_vex(&self, signer: &Signer) -> Result<AttestedVex, ProofError> {
        let openvex = PredicateType::new("openvex")
            .map_err(|error| unusable("the type of an attestation", error))?;
        let policy = signed_by(signer, self.insecure_ignore_vex_tlog)?;
        let policy = policy.require_predicate_type(openvex);
        let kind = policy.signer_kind();
        let attachment = Attachment::Attestations;
        let mut image = SignedImage::open(&self.target, attachment, kind, &self.options)
            .map_err(|error| ProofError::Image(Box::new(error)))?;
        if !self.is_scanned(image.digest()) {
            return Err(ProofError::OtherImage(image.digest().clone()));
        }
        let verifier = BundleVerifier::with_provider(self.root, provider());
        let mut vex = AttestedVex::default();
        if let Err(error) = image.look_up_each(&verifier, &policy, self.now) {
            vex.messages
                .push(format!("warning: VEX attestations are not looked up: {}", Chain(&error)));
        }
        let Outcome { verified, rejected, .. } = image.outcome(&verifier, &policy, &[], self.now);
        for attached in &verified {
            match self.document(attached) {
                Ok(document) => vex.add(document),
                Err(why) => vex.reject(attached.origin(), &why),
            }
        }
        // An attestation that says something else is no VEX that does not count.
        for one in rejected.iter().filter(|one| !one.why.is_of_another_kind()) {
            vex.reject(one.origin, &one.why.to_string());
        }
        Ok(vex)
    }

    fn document(&self, attached: &VerifiedAttached<'_>) -> Result<VexDocument, String> {
        let text = |error: &dyn std::error::Error| Chain(error).to_string();
        let statement = Statement::from_json(attached.payload(), &self.options.limits)
            .map_err(|error| text(&error))?;
        let json = statement.predicate_json().as_bytes();
        VexDocument::read(&name(attached.origin()), json, &Limits::default())
            .map_err(|error| text(&error))
    }
}

impl AttestedVex {
    fn add(&mut self, document: VexDocument) {
        let (form, count) = (document.format.name(), document.statements.len());
        self.messages.push(format!("{form}: {}: {count} statements", document.name));
        self.documents.push(document);
    }

    fn reject(&mut self, origin: &Origin, why: &str) {
        let name = name(origin);
        self.messages.push(format!("warning: a VEX attestation does not count: {name}: {why}"));
    }
}

fn name(origin: &Origin) -> String {
    format!("attestation {}", origin.layer.as_ref().unwrap_or(&origin.manifest))
}

//! The unverified content of a signature or attestation of an image.

use sealift_model::{BlobSource, Descriptor};

use super::annotations::{Annotations, CERTIFICATE, CHAIN, SIGNATURE};
use super::fetch::fetch;
use super::find::{Form, Origin, Reference};
use super::{CandidateError, SimpleSigning};
use crate::bundle::{Bundle, Content, Material};
use crate::certificate::Certificate;
use crate::limits::Limits;

/// The kind of signer that the verifier looks for. cosign also keeps a certificate beside what a
/// key signed, so the annotations alone do not decide which of the two counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a policy accepts identities or keys")]
pub enum SignerKind {
    /// The holder of a certificate.
    Identity,
    /// The holder of a known key.
    Key,
}

/// A signature or attestation of an image: parsed, not verified.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The signature and its evidence, in the form of a bundle.
    pub(super) bundle: Bundle,
    /// The signed payload, if the bundle is a signature over it and not over an envelope.
    pub(super) payload: Option<Payload>,
}

/// The payload of a simple signature.
#[derive(Debug)]
pub(super) struct Payload {
    /// Its bytes, over which the signature is.
    pub(super) bytes: Vec<u8>,
    /// Its parsed content.
    pub(super) claims: SimpleSigning,
}

impl Reference {
    /// Reads the referenced blob. Its size and digest are compared before it is parsed.
    pub(super) fn read(
        self,
        source: &dyn BlobSource,
        signer: SignerKind,
        limits: &Limits,
    ) -> (Origin, Result<Candidate, CandidateError>) {
        let candidate = self
            .found
            .and_then(|layer| Candidate::read(self.origin.form, source, &layer, signer, limits));
        (self.origin, candidate)
    }
}

impl Candidate {
    fn read(
        form: Form,
        source: &dyn BlobSource,
        layer: &Descriptor,
        signer: SignerKind,
        limits: &Limits,
    ) -> Result<Self, CandidateError> {
        let bytes = fetch(source, layer, "max_bundle_bytes", limits.max_bundle_bytes)?;
        if form == Form::Bundle {
            return Ok(Self { bundle: Bundle::from_json(&bytes, limits)?, payload: None });
        }
        let annotations = Annotations::of(layer)?;
        match layer.media_type.as_str() {
            super::find::SIMPLE_SIGNING => Self::simple(bytes, annotations, signer),
            super::find::ENVELOPE => Self::envelope(bytes, annotations, signer, limits),
            other => Err(CandidateError::MediaType { media_type: crate::json::excerpt(other) }),
        }
    }

    /// A payload whose signature is an annotation.
    fn simple(
        bytes: Vec<u8>,
        annotations: Annotations<'_>,
        signer: SignerKind,
    ) -> Result<Self, CandidateError> {
        let claims = SimpleSigning::from_json(&bytes)?;
        let material = material(&annotations, signer)?;
        let Annotations { signature, entry, timestamp, .. } = annotations;
        let signature = signature.ok_or(CandidateError::AnnotationMissing { name: SIGNATURE })?;
        let content = Content::Message { digest: None, signature };
        let (entries, timestamps) = (Vec::from_iter(entry), Vec::from_iter(timestamp));
        let bundle = Bundle::from_parts(material, entries, timestamps, content);
        Ok(Self { bundle, payload: Some(Payload { bytes, claims }) })
    }

    /// An envelope, which contains its signature.
    fn envelope(
        bytes: Vec<u8>,
        annotations: Annotations<'_>,
        signer: SignerKind,
        limits: &Limits,
    ) -> Result<Self, CandidateError> {
        let material = material(&annotations, signer)?;
        let Annotations { entry, timestamp, .. } = annotations;
        let (entries, timestamps) = (Vec::from_iter(entry), Vec::from_iter(timestamp));
        let max = limits.max_attached_bytes.checked_div(bytes.len()).unwrap_or_default().max(1);
        let bundle = Bundle::from_envelope(material, entries, timestamps, bytes, limits)?;
        match bundle.content() {
            Content::Envelope(envelope) if envelope.signatures().len() > max => {
                let count = envelope.signatures().len();
                Err(CandidateError::SignatureCount { count, max })
            }
            _ => Ok(Self { bundle, payload: None }),
        }
    }
}

fn material(annotations: &Annotations<'_>, signer: SignerKind) -> Result<Material, CandidateError> {
    let (Some(certificate), SignerKind::Identity) = (annotations.certificate, signer) else {
        return Ok(Material::PublicKey { hint: String::new() });
    };
    let unreadable = |name| move |source| CandidateError::Certificate { name, source };
    let leaf = Certificate::from_pem(certificate.as_bytes()).map_err(unreadable(CERTIFICATE))?;
    let intermediates = match annotations.chain {
        Some(chain) => Certificate::chain_from_pem(chain.as_bytes()).map_err(unreadable(CHAIN))?,
        None => Vec::new(),
    };
    Ok(Material::Certificate { leaf, intermediates })
}

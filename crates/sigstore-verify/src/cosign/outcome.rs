//! Sorts what is attached to an image into what counts and what does not, with reasons.

use std::cmp::Reverse;
use std::collections::HashSet;

use sealift_model::{Algorithm, Digest, Timestamp};

use super::candidate::{Candidate, Payload};
use super::{
    Attachment, CandidateError, CosignError, Form, Origin, Rejection, SIGNATURE_PREDICATE,
    SignatureSource, SignerKind, SimpleSigning, find,
};
use crate::Error;
use crate::bundle::{Bundle, Content};
use crate::certificate::Certificate;
use crate::crypto::{Hash, HashAlgorithm};
use crate::dsse::Envelope;
use crate::limits::Limits;
use crate::log::Entry;
use crate::policy::Policy;
use crate::statement::{PredicateType, Statement};
use crate::verify::{Artifact, Refusal, Verified, Verifier};

/// All signatures or all attestations of an image: read, not verified.
#[derive(Debug)]
pub struct Attached {
    image: Digest,
    attachment: Attachment,
    limits: Limits,
    candidates: Vec<(Origin, Result<Candidate, CandidateError>)>,
}

impl Attached {
    /// Reads everything of the requested kind that is attached to an image. Whatever cannot be read
    /// is kept with its reason and hides nothing else.
    ///
    /// # Errors
    /// When the source cannot list what is attached, or when there is more than the limits allow.
    pub fn read(
        source: &dyn SignatureSource,
        image: &Digest,
        attachment: Attachment,
        signer: SignerKind,
        limits: &Limits,
    ) -> Result<Self, CosignError> {
        let found = find::find(source, image, attachment, limits)?.into_iter();
        let candidates = found.map(|one| one.read(source, signer, limits)).collect();
        Ok(Self { image: image.clone(), attachment, limits: limits.clone(), candidates })
    }

    /// A signature in files of its own: `bundle` over `payload`, a simple signing document.
    #[must_use]
    pub fn detached(image: &Digest, payload: Vec<u8>, bundle: Bundle, limits: &Limits) -> Self {
        let manifest = Digest::sha256_of(&payload);
        let origin = Origin { manifest, layer: None, form: Form::Detached };
        let candidate = match SimpleSigning::from_json(&payload) {
            Ok(claims) => {
                Ok(Candidate { bundle, payload: Some(Payload { bytes: payload, claims }) })
            }
            Err(error) => Err(error.into()),
        };
        let (attachment, limits) = (Attachment::Signatures, limits.clone());
        Self { image: image.clone(), attachment, limits, candidates: vec![(origin, candidate)] }
    }

    /// Replaces the certificates that lie beside the signatures by the signer's given one. Bundles
    /// keep their own.
    #[must_use]
    pub fn with_certificate(mut self, certificate: &Certificate) -> Self {
        for (origin, candidate) in &mut self.candidates {
            if let (Ok(candidate), true) = (candidate, origin.form != Form::Bundle) {
                candidate.bundle = candidate.bundle.clone().with_certificate(certificate.clone());
            }
        }
        self
    }

    /// Keeps only Sigstore bundles.
    #[must_use]
    pub fn bundles_only(mut self) -> Self {
        self.candidates.retain(|(origin, _)| origin.form == Form::Bundle);
        self
    }

    /// The signatures without a log entry beside them. Bundles, which contain their entries, are
    /// left out.
    pub fn bare(&self) -> impl Iterator<Item = &Origin> {
        let bare = self.candidates.iter().filter(|(origin, one)| is_bare(origin, one));
        bare.map(|(origin, _)| origin)
    }

    /// Looks up the log entries of at most `max` of the signatures in `of`: `find` receives the
    /// signature and the signed payload, which is empty for an envelope.
    ///
    /// # Errors
    /// The first error of `find`.
    pub fn look_up<E>(
        &mut self,
        of: &[Origin],
        max: usize,
        mut find: impl FnMut(&Bundle, &[u8]) -> Result<Option<Entry>, E>,
    ) -> Result<(), E> {
        let asked = self.candidates.iter_mut().filter(|(origin, _)| of.contains(origin));
        let asked = asked.filter_map(|(_, candidate)| candidate.as_mut().ok());
        for candidate in asked.take(max) {
            let payload = candidate.payload.as_ref().map_or(&[][..], |payload| &payload.bytes);
            if let Some(entry) = find(&candidate.bundle, payload)? {
                candidate.bundle = candidate.bundle.clone().with_entry(entry);
            }
        }
        Ok(())
    }

    /// The location of each.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.candidates.iter().map(|(origin, _)| origin)
    }

    /// Verifies each. A signature counts if it satisfies the policy, is of this image and makes
    /// these claims; an attestation counts if it satisfies the policy and has the image among its
    /// subjects, annotated with these claims. A policy that requires a predicate type therefore
    /// only matches attestations: signatures of images have a predicate type of their own or none.
    ///
    /// The rejected ones are ordered by how close they came to counting, the closest first.
    #[must_use]
    pub fn verify<'a>(
        &'a self,
        verifier: &Verifier<'a>,
        policy: &Policy,
        claims: &[(String, String)],
        now: Timestamp,
    ) -> Outcome<'a> {
        let check = Checks { attached: self, verifier, policy, claims, now };
        let (mut verified, mut rejected) = (Vec::new(), Vec::new());
        let mut counted = HashSet::new();
        for (origin, candidate) in &self.candidates {
            let outcome = match candidate {
                Err(error) => Err(Rejection::Unreadable(error)),
                Ok(candidate) => check.candidate(origin, candidate).and_then(|one| {
                    let keys = candidate.signatures().into_iter().map(|it| (it, one.payload));
                    let keys: Vec<_> = keys.collect();
                    let is_new = keys.iter().all(|key| !counted.contains(key));
                    counted.extend(keys);
                    if is_new { Ok(one) } else { Err(Rejection::Repeated) }
                }),
            };
            match outcome {
                Ok(one) => verified.push(one),
                Err(why) => rejected.push(Rejected { origin, why }),
            }
        }
        rejected.sort_by_key(|one: &Rejected<'_>| Reverse(one.why.nearness()));
        Outcome { verified, rejected }
    }
}

/// Which signatures or attestations count, and which do not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Those that count.
    pub verified: Vec<VerifiedAttached<'a>>,
    /// Those that do not, each with the reason.
    pub rejected: Vec<Rejected<'a>>,
}

impl Outcome<'_> {
    /// Whether there is nothing of the requested kind, neither accepted nor rejected.
    #[must_use]
    pub fn is_unsigned(&self) -> bool {
        let other = |one: &Rejected<'_>| matches!(one.why, Rejection::OtherKind { .. });
        self.verified.is_empty() && self.rejected.iter().all(other)
    }

    /// The rejected ones that lack only a log entry, or the time that one proves, as far as they
    /// were checked.
    pub fn lacking_entries(&self) -> impl Iterator<Item = &Origin> {
        self.rejected.iter().filter(|one| one.why.lacks_entry()).map(|one| one.origin)
    }

    /// Whether an identity was required and none of the signatures that could be read has a
    /// certificate.
    #[must_use]
    pub fn lacks_certificates(&self) -> bool {
        let lacks = |one: &Rejected<'_>| {
            matches!(one.why, Rejection::Failed(Error::Refused(Refusal::CertificateRequired)))
        };
        let of_other_kind = |one: &Rejected<'_>| matches!(one.why, Rejection::OtherKind { .. });
        self.verified.is_empty()
            && self.rejected.iter().any(lacks)
            && self.rejected.iter().all(|one| lacks(one) || of_other_kind(one))
    }
}

/// A rejected signature or attestation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected<'a> {
    /// Its location.
    pub origin: &'a Origin,
    /// Why it does not count.
    pub why: Rejection<'a>,
}

/// A signature or attestation that was verified and is of the image. Only
/// [`Attached::verify`] makes one.
#[derive(Debug)]
pub struct VerifiedAttached<'a> {
    origin: &'a Origin,
    bundle: &'a Bundle,
    verified: Verified<'a>,
    payload: &'a [u8],
    claims: Option<&'a SimpleSigning>,
    envelope: Option<&'a Envelope>,
}

impl<'a> VerifiedAttached<'a> {
    /// Its location.
    #[must_use]
    pub fn origin(&self) -> &'a Origin {
        self.origin
    }

    /// The proof: who signed, and which checks were done.
    #[must_use]
    pub fn verified(&self) -> &Verified<'a> {
        &self.verified
    }

    /// The signature with its evidence. Only the log entries and timestamps that
    /// [`VerifiedAttached::verified`] reports count.
    #[must_use]
    pub fn bundle(&self) -> &'a Bundle {
        self.bundle
    }

    /// The signed content: a simple signing document, or an in-toto statement.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The simple signing document, if it is one.
    #[must_use]
    pub fn claims(&self) -> Option<&'a SimpleSigning> {
        self.claims
    }

    /// The envelope of the statement, if it is one.
    #[must_use]
    pub fn envelope(&self) -> Option<&'a Envelope> {
        self.envelope
    }
}

struct Checks<'c, 'a> {
    attached: &'a Attached,
    verifier: &'c Verifier<'a>,
    policy: &'c Policy,
    claims: &'c [(String, String)],
    now: Timestamp,
}

impl<'a> Checks<'_, 'a> {
    fn candidate(
        &self,
        origin: &'a Origin,
        candidate: &'a Candidate,
    ) -> Result<VerifiedAttached<'a>, Rejection<'a>> {
        match (&candidate.payload, candidate.bundle.content()) {
            (Some(payload), _) => self.simple(origin, candidate, payload),
            (None, Content::Envelope(envelope)) => self.statement(origin, candidate, envelope),
            (None, Content::Message { .. }) => Err(Rejection::NoStatement),
        }
    }

    /// A signature over a simple signing document.
    fn simple(
        &self,
        origin: &'a Origin,
        candidate: &'a Candidate,
        payload: &'a Payload,
    ) -> Result<VerifiedAttached<'a>, Rejection<'a>> {
        let Payload { bytes, claims } = payload;
        let verified = self
            .verifier
            .verify(&candidate.bundle, Artifact::Bytes(bytes), self.policy, self.now)
            .map_err(Rejection::Failed)?;
        if claims.image != self.attached.image {
            return Err(Rejection::OtherImage { found: &claims.image });
        }
        self.check_claims(|key| claims.claim(key))?;
        let claims = Some(claims);
        let bundle = &candidate.bundle;
        Ok(VerifiedAttached { origin, bundle, verified, payload: bytes, claims, envelope: None })
    }

    /// A signature over a statement about the image.
    fn statement(
        &self,
        origin: &'a Origin,
        candidate: &'a Candidate,
        envelope: &'a Envelope,
    ) -> Result<VerifiedAttached<'a>, Rejection<'a>> {
        let policy = self.policy_for(envelope)?;
        let image = hash(&self.attached.image);
        let artifact = image.as_ref().map_or(Artifact::Bytes(&[]), Artifact::Digest);
        let verified = self
            .verifier
            .verify(&candidate.bundle, artifact, &policy, self.now)
            .map_err(Rejection::Failed)?;
        let statement = verified.statement();
        let subject = statement.zip(image.as_ref()).and_then(|(one, image)| one.subject_of(image));
        let annotations = subject.map(|subject| subject.annotations.as_slice());
        let claims = annotations.unwrap_or_default();
        self.check_claims(|key| {
            claims.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
        })?;
        let (payload, envelope) = (envelope.payload(), Some(envelope));
        let bundle = &candidate.bundle;
        Ok(VerifiedAttached { origin, bundle, verified, payload, claims: None, envelope })
    }

    /// The policy for an envelope: for signatures, it requires the predicate type that makes a
    /// statement a signature; for attestations, that type is refused.
    fn policy_for(&self, envelope: &Envelope) -> Result<Policy, Rejection<'a>> {
        let mut policy = self.policy.clone();
        // A statement that cannot be read fails in the verification, which reports the reason.
        let statement = Statement::from_envelope(envelope, &self.attached.limits).ok();
        let predicate_type = statement.as_ref().map(Statement::predicate_type);
        let is_signature = predicate_type.is_none_or(|found| found == SIGNATURE_PREDICATE);
        let wants_signature = self.attached.attachment == Attachment::Signatures;
        if let Some(found) = predicate_type
            && is_signature != wants_signature
        {
            return Err(Rejection::OtherKind { predicate_type: crate::json::excerpt(found) });
        }
        if wants_signature && policy.predicate_types.is_empty() {
            let signature = PredicateType::new(SIGNATURE_PREDICATE);
            policy.predicate_types =
                vec![signature.map_err(|error| Rejection::Failed(error.into()))?];
        }
        Ok(policy)
    }

    fn check_claims<'s>(
        &self,
        signed: impl Fn(&str) -> Option<&'s str>,
    ) -> Result<(), Rejection<'a>> {
        let unmet = self.claims.iter().find(|(key, wanted)| signed(key) != Some(wanted.as_str()));
        match unmet {
            None => Ok(()),
            Some((key, wanted)) => Err(Rejection::Claim {
                key: key.clone(),
                wanted: wanted.clone(),
                found: signed(key).map(crate::json::excerpt),
            }),
        }
    }
}

impl Candidate {
    /// Its signatures; an envelope may have several.
    fn signatures(&self) -> Vec<&[u8]> {
        match self.bundle.content() {
            Content::Message { signature, .. } => vec![signature],
            Content::Envelope(envelope) => {
                envelope.signatures().iter().map(|one| one.signature.as_slice()).collect()
            }
        }
    }
}

/// Whether a signature lacks the log entry that belongs beside it.
fn is_bare(origin: &Origin, candidate: &Result<Candidate, CandidateError>) -> bool {
    let has_none = |candidate: &Candidate| candidate.bundle.entries().is_empty();
    origin.form != Form::Bundle && candidate.as_ref().is_ok_and(has_none)
}

/// An image's digest as statements write it.
fn hash(digest: &Digest) -> Option<Hash> {
    let algorithm = match digest.algorithm() {
        Algorithm::Sha256 => HashAlgorithm::Sha256,
        Algorithm::Sha512 => HashAlgorithm::Sha512,
        _ => return None,
    };
    Hash::new(algorithm, digest.bytes())
}

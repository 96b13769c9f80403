//! Verifies the signature over the artifact or the envelope, and the statement in the envelope.

use std::borrow::Cow;

use crate::Error;
use crate::bundle::Content;
use crate::crypto::{
    Hash, HashAlgorithm, KeyAlgorithm, Message, Provider, PublicKey, Scheme, SignatureError,
};
use crate::dsse::Envelope;
use crate::limits::Limits;
use crate::log::SignedContent;
use crate::policy::Policy;
use crate::statement::Statement;
use crate::verify::outcome::{Check, Log, Omission};
use crate::verify::{Artifact, Refusal};

/// The signed content of one bundle.
#[derive(Debug)]
pub(super) enum Signable<'a> {
    /// An artifact, by its declared digest if the bundle has one.
    Artifact { artifact: Artifact<'a>, declared: Option<&'a Hash>, signature: &'a [u8] },
    /// An envelope, by DSSE's pre-authentication encoding.
    Envelope { envelope: &'a Envelope, encoded: Vec<u8>, signature: &'a [u8] },
}

impl<'a> Signable<'a> {
    /// The signed content; an artifact must have the declared digest.
    pub(super) fn new(
        content: &'a Content,
        artifact: Artifact<'a>,
        log: &mut Log,
    ) -> Result<Self, Refusal> {
        match content {
            Content::Envelope(envelope) => {
                let [only] = envelope.signatures() else {
                    return Err(Refusal::Signatures { found: envelope.signatures().len() });
                };
                Ok(Self::Envelope { envelope, encoded: envelope.pae(), signature: &only.signature })
            }
            Content::Message { digest, signature } => {
                if let Some(declared) = digest {
                    same_digest(artifact, declared)?;
                    log.done(Check::ArtifactDigest);
                } else if matches!(artifact, Artifact::InsecureUnchecked) {
                    return Err(Refusal::ArtifactNeeded);
                }
                Ok(Self::Artifact { artifact, declared: digest.as_ref(), signature })
            }
        }
    }

    pub(super) fn signature(&self) -> &'a [u8] {
        match self {
            Self::Artifact { signature, .. } | Self::Envelope { signature, .. } => signature,
        }
    }

    /// Returns the index of the key in `keys` that signed, and the scheme.
    ///
    /// # Errors
    /// When none signed, the error of the first key.
    pub(super) fn verify(
        &self,
        keys: &[&PublicKey],
        provider: &dyn Provider,
    ) -> Result<(usize, Scheme), SignatureError> {
        let mut first = None;
        for (place, key) in keys.iter().enumerate() {
            match self.verify_one(key, provider) {
                Ok(scheme) => return Ok((place, scheme)),
                Err(error) => _ = first.get_or_insert(error),
            }
        }
        Err(first.unwrap_or(SignatureError::Mismatch))
    }

    fn verify_one(
        &self,
        key: &PublicKey,
        provider: &dyn Provider,
    ) -> Result<Scheme, SignatureError> {
        let (declared, message) = match self {
            Self::Envelope { encoded, .. } => (None, Message::Bytes(encoded)),
            Self::Artifact { artifact, declared, .. } => {
                (*declared, message(*artifact, *declared, key.algorithm())?)
            }
        };
        let schemes = Scheme::candidates(key.algorithm(), declared.map(Hash::algorithm))?;
        key.verify_any(provider, schemes, message, self.signature())
    }

    /// The digest of the artifact by `scheme`, which a log entry must record.
    pub(super) fn digest(&self, scheme: Scheme) -> Option<Cow<'_, Hash>> {
        let Self::Artifact { artifact, declared, .. } = self else { return None };
        match (declared, scheme.hash()) {
            // The digest was compared with the artifact, which may be large, so it is not computed
            // again.
            (Some(declared), None) => Some(Cow::Borrowed(*declared)),
            (Some(declared), Some(signed)) if declared.algorithm() == signed => {
                Some(Cow::Borrowed(*declared))
            }
            (_, signed) => artifact.hash(signed.unwrap_or(HashAlgorithm::Sha256)),
        }
    }

    /// The content that a log entry must record, given its [`digest`](Self::digest).
    pub(super) fn logged<'s>(
        &'s self,
        digest: Option<&'s Hash>,
    ) -> Result<SignedContent<'s>, Refusal> {
        match self {
            Self::Artifact { .. } => {
                digest.map(SignedContent::Digest).ok_or(Refusal::ArtifactNeeded)
            }
            Self::Envelope { envelope, encoded, .. } => Ok(SignedContent::Envelope {
                payload_type: envelope.payload_type(),
                payload: envelope.payload(),
                pae: encoded,
            }),
        }
    }
}

/// The input for a message signature. A digest that was compared with the artifact replaces it, so
/// that it is not hashed again; only Ed25519 needs the artifact itself.
fn message<'a>(
    artifact: Artifact<'a>,
    declared: Option<&'a Hash>,
    key: KeyAlgorithm,
) -> Result<Message<'a>, SignatureError> {
    match (artifact, declared) {
        (Artifact::Bytes(bytes), None) => Ok(Message::Bytes(bytes)),
        (Artifact::Bytes(bytes), Some(_)) if key == KeyAlgorithm::Ed25519 => {
            Ok(Message::Bytes(bytes))
        }
        (_, Some(declared)) => Ok(Message::Digest(declared)),
        (Artifact::Digest(hash), None) => Ok(Message::Digest(hash)),
        (Artifact::InsecureUnchecked, None) => Err(SignatureError::Mismatch),
    }
}

/// Compares the artifact with the digest that a message signature declares.
fn same_digest(artifact: Artifact<'_>, declared: &Hash) -> Result<(), Refusal> {
    match (artifact, artifact.hash(declared.algorithm())) {
        (Artifact::InsecureUnchecked, _) => Err(Refusal::ArtifactNeeded),
        (_, None) => Err(Refusal::DigestNeeded(declared.algorithm())),
        (_, Some(actual)) if *actual == *declared => Ok(()),
        (_, Some(_)) => Err(Refusal::ArtifactDigest(declared.algorithm())),
    }
}

/// The statement in a signed envelope, if it is about the artifact and the policy accepts it.
pub(super) fn statement(
    signable: &Signable<'_>,
    artifact: Artifact<'_>,
    (policy, limits): (&Policy, &Limits),
    log: &mut Log,
) -> Result<Option<Statement>, Error> {
    let Signable::Envelope { envelope, .. } = signable else {
        let wanted = !policy.predicate_types.is_empty() || !policy.builders.is_empty();
        return if wanted { Err(Refusal::NoStatement.into()) } else { Ok(None) };
    };
    let statement = Statement::from_envelope(envelope, limits)?;
    if matches!(artifact, Artifact::InsecureUnchecked) {
        log.not_done(Check::StatementSubject, Omission::Unchecked);
    } else if is_subject(&statement, artifact) {
        log.done(Check::StatementSubject);
    } else {
        return Err(Refusal::NotASubject.into());
    }
    accepted(&statement, policy, log)?;
    Ok(Some(statement))
}

/// Whether any subject has a digest of the artifact.
fn is_subject(statement: &Statement, artifact: Artifact<'_>) -> bool {
    let algorithms = statement.digest_algorithms();
    let mut hashes = algorithms.into_iter().filter_map(|algorithm| artifact.hash(algorithm));
    hashes.any(|hash| statement.subject_of(&hash).is_some())
}

fn accepted(statement: &Statement, policy: &Policy, log: &mut Log) -> Result<(), Error> {
    let found = statement.predicate_type();
    if !policy.predicate_types.is_empty() {
        if !policy.predicate_types.iter().any(|wanted| wanted.accepts(found)) {
            return Err(Refusal::PredicateType { found: found.to_owned() }.into());
        }
        log.done(Check::PredicateType);
    }
    if !policy.builders.is_empty() {
        let predicate = statement.predicate()?;
        let builder = predicate.builder_id();
        if !builder.is_some_and(|id| policy.builders.iter().any(|wanted| wanted.matches(id))) {
            return Err(Refusal::Builder { found: builder.map(str::to_owned) }.into());
        }
        log.done(Check::Builder);
    }
    Ok(())
}

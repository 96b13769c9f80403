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
    /// An envelope, by DSSE's pre-authentication encoding. That of a bundle has one signature, and
    /// one that lies apart may have several, of which one by the signer is enough (DSSE 1.0.2,
    /// "Protocol"): the first until it is known which.
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
                let first = envelope.signatures().first();
                let signature = first.map_or(&[][..], |first| &first.signature);
                Ok(Self::Envelope { envelope, encoded: envelope.pae(), signature })
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
        &mut self,
        keys: &[&PublicKey],
        provider: &dyn Provider,
    ) -> Result<(usize, Scheme), SignatureError> {
        let mut first = None;
        for candidate in self.signatures() {
            for (place, key) in keys.iter().enumerate() {
                match self.verify_one(candidate, key, provider) {
                    Ok(scheme) => {
                        if let Self::Envelope { signature, .. } = self {
                            *signature = candidate;
                        }
                        return Ok((place, scheme));
                    }
                    Err(error) => _ = first.get_or_insert(error),
                }
            }
        }
        Err(first.unwrap_or(SignatureError::Mismatch))
    }

    fn signatures(&self) -> Vec<&'a [u8]> {
        match self {
            Self::Artifact { signature, .. } => vec![*signature],
            Self::Envelope { envelope, .. } => {
                envelope.signatures().iter().map(|one| one.signature.as_slice()).collect()
            }
        }
    }

    fn verify_one(
        &self,
        signature: &[u8],
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
        key.verify_any(provider, schemes, message, signature)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64::encode;
    use crate::crypto::RustCrypto;
    use crate::log::made::TestKey;

    fn envelope(signatures: &[Vec<u8>]) -> Content {
        let signatures: Vec<String> =
            signatures.iter().map(|one| format!(r#"{{"sig":"{}"}}"#, encode(one))).collect();
        let text = format!(
            r#"{{"payload":"e30=","payloadType":"a/b","signatures":[{}]}}"#,
            signatures.join(",")
        );
        Content::Envelope(Envelope::from_json(text.as_bytes(), &Limits::default()).unwrap())
    }

    /// What speaks for the signature must speak for that of the signer.
    #[test]
    fn one_of_several_signatures_of_an_envelope_is_enough() {
        let (own, other) = (TestKey::p256(1), TestKey::p256(2));
        let unsigned = envelope(&[vec![0]]);
        let Content::Envelope(unsigned) = &unsigned else { unreachable!() };
        let [by_own, by_other] = [&own, &other].map(|key| key.sign(&unsigned.pae()));
        for (signatures, expected) in [
            (vec![by_own.clone()], Some(&by_own)),
            (vec![by_other.clone(), by_own.clone()], Some(&by_own)),
            (vec![by_own.clone(), by_other.clone()], Some(&by_own)),
            (vec![by_other.clone()], None),
            (vec![by_other.clone(), by_other.clone()], None),
        ] {
            let content = envelope(&signatures);
            let artifact = Artifact::Bytes(&[]);
            let mut signable = Signable::new(&content, artifact, &mut Log::default()).unwrap();
            let verified = signable.verify(&[&own.public()], &RustCrypto);
            assert_eq!(verified.is_ok(), expected.is_some(), "{signatures:?}");
            if let Some(expected) = expected {
                assert_eq!(signable.signature(), expected.as_slice());
            }
        }
    }
}

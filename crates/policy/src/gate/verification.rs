//! Requirements on an image's signatures, and the interface that proves them.

use serde::Serialize;
/// A signature or attestation that is required.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// What is required.
    pub wanted: Wanted,
    /// Who must have signed it.
    pub signer: Signer,
}

impl Requirement {
    /// Makes a requirement.
    #[must_use]
    pub fn new(wanted: Wanted, signer: Signer) -> Self {
        Self { wanted, signer }
    }
}

/// What a requirement asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// A signature of the image.
    Signature,
    /// An attestation about it.
    Attestation {
        /// The predicate's type: one of cosign's names, or a URI.
        predicate: String,
        /// The `builder.id` that the provenance must name.
        builder: Option<String>,
    },
}

/// The signer that is required.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signer {
    /// The holder of a key, by the name of the file with the public key.
    Key(String),
    /// An identity in a certificate.
    Identity(Identity),
}

impl Signer {
    /// Returns the signer that a key or an identity names; none where neither is given.
    ///
    /// # Errors
    /// Both are given, or half an identity.
    pub fn of(key: Option<String>, identity: Identity) -> Result<Option<Self>, SignerGap> {
        let has_subject = identity.subject.is_some() || identity.subject_regexp.is_some();
        let has_issuer = identity.issuer.is_some() || identity.issuer_regexp.is_some();
        match (key, has_subject, has_issuer) {
            (None, false, false) => Ok(None),
            (Some(key), false, false) => Ok(Some(Self::Key(key))),
            (None, true, true) => Ok(Some(Self::Identity(identity))),
            (Some(_), _, _) => Err(SignerGap::Both),
            (None, true, false) => Err(SignerGap::NoIssuer),
            (None, false, true) => Err(SignerGap::NoSubject),
        }
    }
}

/// Why the given values name no signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the ways in which a key and two names do not fit")]
pub enum SignerGap {
    /// There is a key, and an identity or a part of one.
    #[error("a key and an identity exclude each other")]
    Both,
    /// There is an identity without its issuer.
    #[error("an identity is a subject and an issuer, and the issuer is missing")]
    NoIssuer,
    /// There is an issuer without the subject.
    #[error("an identity is a subject and an issuer, and the subject is missing")]
    NoSubject,
}

/// An identity in a certificate; one of each pair is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The subject.
    pub subject: Option<String>,
    /// A regular expression for the subject.
    pub subject_regexp: Option<String>,
    /// The issuer of the token that proved the identity.
    pub issuer: Option<String>,
    /// A regular expression for the issuer.
    pub issuer_regexp: Option<String>,
}

/// Proves requirements for the gate, which itself verifies no signatures.
pub trait Verification {
    /// Proves one requirement.
    ///
    /// # Errors
    /// The requirement is not proved.
    fn prove(&self, requirement: &Requirement) -> Result<Proof, NotProved>;
}

/// A proof of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// What is proved and by whom, as a sentence without its full stop.
    pub text: String,
}

impl Proof {
    /// Makes a proof.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// Why a requirement is not proved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct NotProved {
    /// The reason, as a sentence without its full stop.
    pub reason: String,
}

impl NotProved {
    /// Makes a reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Proves nothing: for anything that is not an image with signatures.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing")]
pub struct WithoutVerification;

impl Verification for WithoutVerification {
    fn prove(&self, _: &Requirement) -> Result<Proof, NotProved> {
        Err(NotProved::new("what is scanned has no signatures"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_is_a_key_or_a_whole_identity() {
        let text = || Some("x".to_owned());
        let identity = |subject, issuer| Identity { subject, issuer, ..Identity::default() };
        let expression =
            Identity { subject_regexp: text(), issuer_regexp: text(), ..Identity::default() };
        let none = Identity::default;
        assert_eq!(Signer::of(None, none()), Ok(None));
        assert_eq!(Signer::of(text(), none()), Ok(Some(Signer::Key("x".to_owned()))));
        for whole in [identity(text(), text()), expression] {
            assert_eq!(Signer::of(None, whole.clone()), Ok(Some(Signer::Identity(whole))));
        }
        for part in [identity(text(), text()), identity(text(), None), identity(None, text())] {
            assert_eq!(Signer::of(text(), part), Err(SignerGap::Both));
        }
        assert_eq!(Signer::of(None, identity(text(), None)), Err(SignerGap::NoIssuer));
        assert_eq!(Signer::of(None, identity(None, text())), Err(SignerGap::NoSubject));
    }
}

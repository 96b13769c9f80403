//! What must be proved of an image, and who proves it.

use serde::Serialize;
/// Something that must be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirement {
    /// What.
    pub wanted: Wanted,
    /// By whom.
    pub signer: Signer,
}

impl Requirement {
    /// A requirement.
    #[must_use]
    pub fn new(wanted: Wanted, signer: Signer) -> Self {
        Self { wanted, signer }
    }
}

/// What must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// A signature of the image.
    Signature,
    /// An attestation about it.
    Attestation {
        /// The predicate's type, a name of cosign's or a URI.
        predicate: String,
        /// The `builder.id` that a provenance must name.
        builder: Option<String>,
    },
}

/// Who must have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signer {
    /// The holder of a key, by the name of the file with the public key.
    Key(String),
    /// An identity in a certificate.
    Identity(Identity),
}

impl Signer {
    /// The signer that a key or an identity names; none where neither is given.
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

/// Why what is given names no signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "the ways in which a key and two names do not fit")]
pub enum SignerGap {
    /// A key and an identity, or a part of one, are given.
    #[error("a key and an identity exclude each other")]
    Both,
    /// An identity is given without its issuer.
    #[error("an identity is a subject and an issuer, and the issuer is missing")]
    NoIssuer,
    /// An issuer is given without the subject.
    #[error("an identity is a subject and an issuer, and the subject is missing")]
    NoSubject,
}

/// An identity in a certificate; of each pair one is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The subject.
    pub subject: Option<String>,
    /// An expression for it.
    pub subject_regexp: Option<String>,
    /// The issuer of the token that it was proved with.
    pub issuer: Option<String>,
    /// An expression for it.
    pub issuer_regexp: Option<String>,
}

/// Proves requirements: what the gate asks, and knows nothing of.
pub trait Verification {
    /// Proves one.
    ///
    /// # Errors
    /// It is not proved.
    fn prove(&self, requirement: &Requirement) -> Result<Proof, NotProved>;
}

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// What, and by whom, as a sentence without its stop.
    pub text: String,
}

impl Proof {
    /// A proof.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

/// Why something is not proved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct NotProved {
    /// Why, as a sentence without its stop.
    pub reason: String,
}

impl NotProved {
    /// A reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Proves nothing: for what is no image with signatures.
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

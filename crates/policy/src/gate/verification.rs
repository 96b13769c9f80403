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

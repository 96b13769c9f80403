//! What a policy wants of an image's signatures.

use std::collections::BTreeMap;

use serde_json::Value;

/// One image and one way in which it may be signed or attested; several ways are asked one by
/// one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WantedImage {
    /// The image, as the object names it, with the registry that it stands for.
    pub image: String,
    /// How its signatures must be kept.
    pub format: SignatureFormat,
    /// Who must have signed.
    pub attestor: Attestor,
    /// The attestation that is wanted; a plain signature without one.
    pub attestation: Option<Attestation>,
    /// Annotations that the signature must carry.
    pub annotations: BTreeMap<String, String>,
    /// Where signatures are, if elsewhere than beside the image.
    pub repository: Option<String>,
    /// What is asked of the transparency log.
    pub log: TransparencyLog,
}

/// How a signature is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureFormat {
    /// In any way that cosign has or had.
    #[default]
    Any,
    /// As a Sigstore bundle in what refers to the image.
    SigstoreBundle,
}

/// Who must have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attestor {
    /// The holder of a public key: PEM, or where it is (`k8s://`, a key manager's reference).
    Key {
        /// The key.
        key: String,
        /// The digest that was signed: `sha256`, `sha512`...
        digest: Option<String>,
    },
    /// Someone with an identity that a certificate states.
    Keyless(KeylessIdentity),
    /// The holder of a certificate.
    Certificate {
        /// The certificate, PEM.
        certificate: String,
        /// The chain that it must lead to, PEM.
        chain: String,
    },
}

/// Who a certificate of Fulcio must name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeylessIdentity {
    /// Who vouched for it.
    pub issuer: Option<TextMatch>,
    /// Whom it names.
    pub subject: Option<TextMatch>,
    /// What further extensions must say, by Kyverno's names for them.
    pub extensions: BTreeMap<String, String>,
    /// Roots other than the public ones, PEM.
    pub roots: Option<String>,
}

/// What a text must be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextMatch {
    /// Like this, with `*` and `?`.
    Wildcard(String),
    /// Found by a regular expression.
    Expression(String),
}

/// What is asked of the transparency log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransparencyLog {
    /// Another log than the public one.
    pub url: Option<String>,
    /// That log's key, PEM.
    pub key: Option<String>,
    /// The key of the log of certificates, PEM.
    pub certificate_log_key: Option<String>,
    /// No entry is needed.
    pub no_entry: bool,
    /// No proof of the certificate's own log is needed.
    pub no_certificate_timestamp: bool,
}

/// An attestation that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// The type of its predicate.
    pub predicate_type: String,
}

/// An image whose signature holds.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VerifiedImage {
    /// `sha256:...`.
    pub digest: String,
    /// The statements of the attestations that hold; empty where a signature was asked for.
    pub statements: Vec<Value>,
}

impl VerifiedImage {
    /// An image with its digest, and the statements made of it.
    #[must_use]
    pub fn new(digest: impl Into<String>, statements: Vec<Value>) -> Self {
        Self { digest: digest.into(), statements }
    }
}

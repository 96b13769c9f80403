//! A policy's requirements on an image's signatures.

use std::collections::BTreeMap;

use serde_json::Value;

/// One image and one way in which it may be signed or attested; several ways are checked one by
/// one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WantedImage {
    /// The image, as the object names it, with its full registry.
    pub image: String,
    /// The storage format of its signatures.
    pub format: SignatureFormat,
    /// The signer that is required.
    pub attestor: Attestor,
    /// The attestation that is required; without one, a plain signature.
    pub attestation: Option<Attestation>,
    /// Annotations that the signature must carry.
    pub annotations: BTreeMap<String, String>,
    /// The repository of the signatures, if it is not the image's own.
    pub repository: Option<String>,
    /// The requirements on the transparency log.
    pub log: TransparencyLog,
}

/// The storage format of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureFormat {
    /// Any format that cosign uses or has used.
    #[default]
    Any,
    /// A Sigstore bundle among the image's referrers.
    SigstoreBundle,
}

/// The signer that is required.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attestor {
    /// The holder of a public key: PEM, or a reference to it (`k8s://`, a key manager's reference).
    Key {
        /// The key.
        key: String,
        /// The algorithm of the signed digest: `sha256`, `sha512`...
        digest: Option<String>,
    },
    /// A person or program with an identity in a certificate.
    Keyless(KeylessIdentity),
    /// The holder of a certificate.
    Certificate {
        /// The certificate, PEM.
        certificate: String,
        /// The chain that it must lead to, PEM.
        chain: String,
    },
}

/// The identity that a certificate of Fulcio must name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeylessIdentity {
    /// The issuer of the identity's token.
    pub issuer: Option<TextMatch>,
    /// The subject.
    pub subject: Option<TextMatch>,
    /// Required values of further extensions, by Kyverno's names for them.
    pub extensions: BTreeMap<String, String>,
    /// Roots that replace the public ones, PEM.
    pub roots: Option<String>,
}

/// A requirement on a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextMatch {
    /// The text matches this pattern, with `*` and `?`.
    Wildcard(String),
    /// The text matches a regular expression.
    Expression(String),
}

/// The requirements on the transparency log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransparencyLog {
    /// The URL of a log other than the public one.
    pub url: Option<String>,
    /// That log's key, PEM.
    pub key: Option<String>,
    /// The key of the certificate transparency log, PEM.
    pub certificate_log_key: Option<String>,
    /// No entry is needed.
    pub no_entry: bool,
    /// No proof from the certificate transparency log is needed.
    pub no_certificate_timestamp: bool,
}

/// A required attestation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// The type of its predicate.
    pub predicate_type: String,
}

/// An image with a valid signature.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VerifiedImage {
    /// The digest, `sha256:...`.
    pub digest: String,
    /// The statements of the valid attestations; empty where a signature was required.
    pub statements: Vec<Value>,
}

impl VerifiedImage {
    /// Makes a verified image from its digest and the statements on it.
    #[must_use]
    pub fn new(digest: impl Into<String>, statements: Vec<Value>) -> Self {
        Self { digest: digest.into(), statements }
    }
}

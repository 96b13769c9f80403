//! Verifies Sigstore bundles, cosign image signatures and attestations. The result says what was
//! proved, or exactly which check failed.
//!
//! ```
//! use sealift_sigstore_verify::{
//!     Artifact, Bundle, IdentityMatcher, Limits, Policy, RustCrypto, TextMatcher, TrustedRoot,
//!     Verifier,
//! };
//! # const BUNDLE: &[u8] = include_bytes!("../examples/signed/artifact.txt.sigstore.json");
//! # const ROOT: &[u8] = include_bytes!("../examples/signed/trusted_root.json");
//! # const ARTIFACT: &[u8] = include_bytes!("../examples/signed/artifact.txt");
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let limits = Limits::default();
//! let root = TrustedRoot::from_json(ROOT, &RustCrypto, &limits)?;
//! let bundle = Bundle::from_json(BUNDLE, &limits)?;
//! let subject = TextMatcher::exact("ada@sealift.test")?;
//! let issuer = TextMatcher::exact("https://oidc.sealift.test")?;
//! let policy = Policy::identities(IdentityMatcher::new(subject, issuer));
//! let now = "2026-11-01T00:00:00Z".parse()?;
//! let verified = Verifier::new(&root).verify(&bundle, Artifact::Bytes(ARTIFACT), &policy, now)?;
//! for time in verified.signing_times() {
//!     println!("signed at {}", time.time);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # From bytes to a proof
//!
//! - Parsed, not verified: [`Bundle`], [`Certificate`], [`Entry`], [`Envelope`], [`Statement`].
//!   Their contents may be shown, but not trusted.
//! - Trusted by decision of the caller: [`TrustedRoot`] and [`TrustedKey`]. They are read once and
//!   can be shared by any number of threads.
//! - Required: a [`Policy`] names who may sign and how much evidence is needed. Every method that
//!   weakens it has a name that begins with `insecure`.
//! - Proved: [`Verified`], which only a [`Verifier`] makes. It reports who signed, when, which
//!   checks were done and which were not.
//! - Not proved: [`Error`], with one variant for each reason.
//!
//! Nothing here reads a file, a clock, the environment or the network. Every reader of foreign
//! bytes is bounded by [`Limits`].
//!
//! # Features
//!
//! | Feature | Adds |
//! |---|---|
//! | `aws-lc` | [`AwsLc`](crate), a faster [`Provider`] of signature checks, in C and assembler |
//!
//! # Sources
//!
//! Each module names the sections that it follows: the Sigstore client specification and
//! protobuf-specs, RFC 5280 (certificates), 6962 (logs), 3161 and 5652 (timestamps), 8032 and 8017
//! (signatures), 8785 (canonical JSON), and C2SP's signed-note and tlog-checkpoint.
#![forbid(unsafe_code)]

mod base64;
mod bundle;
#[cfg(test)]
mod cases;
mod certificate;
mod cosign;
mod crypto;
mod der;
mod dsse;
mod error;
mod json;
mod key_details;
mod limits;
mod log;
mod pem;
mod policy;
mod sct;
mod statement;
mod timestamp;
mod trust;
mod verify;

pub use base64::{Base64Error, decode as decode_base64, encode as encode_base64};
pub use bundle::{Bundle, BundleError, BundleVersion, Content, Material};
pub use certificate::{
    Authority, Certificate, CertificateError, CertificateIdentity, Extensions, FulcioExtension,
    Profile, SubjectAlternativeName, Usage,
};
pub use cosign::{
    AnnotationError, Attached, Attachment, CandidateError, CosignError, Form, Listed,
    ListedManifest, ManifestError, Origin, Outcome, PayloadError, Rejected, Rejection,
    SIGNATURE_PREDICATE, SIMPLE_SIGNING_TYPE, SignatureSource, SignerKind, SimpleSigning,
    SourceError, VerifiedAttached, list,
};
#[cfg(feature = "aws-lc")]
pub use crypto::AwsLc;
pub use crypto::{
    Claim, Hash, HashAlgorithm, Input, KeyAlgorithm, KeyError, Message, Provider, PublicKey,
    RustCrypto, Scheme, SignatureError,
};
pub use dsse::{Envelope, EnvelopeError, EnvelopeSignature};
pub use error::Error;
pub use json::{FieldError, FieldErrorKind, JsonError, Number as JsonNumber, Value as JsonValue};
pub use limits::Limits;
pub use log::{
    Checkpoint, CheckpointError, Entry, InclusionProof, LogError, Signatory, Signed, SignedContent,
    VerifiedCheckpoint, VerifiedEntry,
};
pub use pem::{Block as PemBlock, PemError, blocks as pem_blocks};
pub use policy::{
    ExpressionError, Identities, IdentityMatcher, IdentityMismatch, Policy, SyntaxError,
    SyntaxErrorKind, TextMatcher, TrustedKey,
};
pub use sct::{DetachedSct, SctError, VerifiedSct};
pub use statement::{
    Builder, ConfigSource, CustomPredicate, CycloneDxPredicate, DigestSet, OpenVexPredicate,
    Predicate, PredicateKind, PredicateType, ProvenanceV1, ProvenanceV02, ResourceDescriptor,
    RunMetadata, SpdxPredicate, Statement, StatementError, StatementVersion, Subject, VexStatement,
    VulnDatabase, VulnPredicate, VulnScanner,
};
pub use timestamp::{
    Accuracy, TimestampError, TimestampIdentity, TimestampToken, VerifiedTimestamp,
};
pub use trust::{
    EmptyWindow, TransparencyLog, TrustError, TrustedPart, TrustedPartKind, TrustedRoot,
    UnsupportedLog, Window,
};
pub use verify::{
    Artifact, Check, NotCounted, NotDone, Omission, Refusal, SigningTime, TimeSource, Verified,
    VerifiedSigner, Verifier,
};

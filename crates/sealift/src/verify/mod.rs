//! Who signed an image or a file, and whether a byte has changed since.
//!
//! A [`Verifier`] does all of it in one call, and returns what was proved as data ([`ImageProof`]):
//!
//! ```no_run
//! use sealift::verify::{Policy, TrustedKey, TrustedRoot, Verifier, public_key};
//! use sealift::{NoProgress, Target};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = sealift::Timestamp::from_unix_seconds(0)?;
//! let key = TrustedKey::new(public_key(&std::fs::read("cosign.pub")?)?);
//! let policy = Policy::keys([key]).insecure_ignore_tlog();
//! let target = Target::image_layout("images/", Some("shop:1.4"));
//! let verifier = Verifier::new(TrustedRoot::default(), policy);
//! println!("signed: {}", verifier.verify_image(&target, &[], now, &NoProgress)?.digest);
//! # Ok(())
//! # }
//! ```
//!
//! Its parts serve callers who need every detail. A [`SignedImage`] is an image with its
//! signatures, and a [`BundleVerifier`] checks each of them:
//!
//! ```no_run
//! use sealift::verify::{
//!     Attachment, BundleVerifier, Policy, SignedImage, TrustedKey, TrustedRoot, VerifyOptions,
//!     provider, public_key,
//! };
//! use sealift::{NoProgress, Target};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let now = sealift::Timestamp::from_unix_seconds(0)?;
//! let key = public_key(&std::fs::read("cosign.pub")?)?;
//! let policy = Policy::keys([TrustedKey::new(key)]).insecure_ignore_tlog();
//! let options = VerifyOptions::default();
//! let target = Target::image_layout("images/", Some("shop:1.4"));
//! let image = SignedImage::open(&target, Attachment::Signatures, policy.signer_kind(), &options)?;
//! let root = TrustedRoot::default();
//! let verifier = BundleVerifier::with_provider(&root, provider());
//! let verified = image.verify(&verifier, &policy, &[], now, &NoProgress);
//! for signature in verified.map_err(|error| error.to_string())?.signatures {
//!     println!("{}", String::from_utf8_lossy(signature.payload()));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A file needs only a [`Bundle`] and a [`Verifier`]. [`detached`] and [`detached_envelope`] make a
//! bundle of a signature or attestation in a file of its own.

mod blob;
mod download;
mod error;
mod image;
mod list;
mod log;
mod own;
mod payload;
mod proof;
mod sbom;
mod trust;
mod verifier;

pub use blob::{DetachedError, Evidence, certificate, detached, detached_envelope};
pub use download::download;
pub use error::{OpenError, Unverified, UnverifiedReason};
pub use image::{SignedImage, VerifiedImage, VerifyOptions};
pub use list::{AttachedTree, attached_tree};
pub use log::{LookUp, look_up};
pub use own::{OwnTrust, OwnTrustError};
pub use payload::{envelope_json, payload_text, signatures_json};
pub use proof::{
    ContentProof, ImageProof, Origin as ProofOrigin, RejectedProof, SignatureProof, SignerProof,
    TimeProof,
};
pub use sbom::download_sbom;
pub use sealift_layers::CheckedContent;
pub use sealift_sigstore_sign::{LogSearch, ServiceError};
#[cfg(feature = "aws-lc")]
pub use sealift_sigstore_verify::AwsLc;
pub use sealift_sigstore_verify::{
    AnnotationError, Artifact, Attachment, Base64Error, Bundle, BundleError, Certificate,
    CertificateError, CertificateIdentity, Check, Content, CosignError, Envelope, EnvelopeError,
    Error, ExpressionError, Form, FulcioExtension, Hash, HashAlgorithm, Identities,
    IdentityMatcher, KeyAlgorithm, KeyError, Limits, ListedManifest, Material, NotCounted, NotDone,
    Omission, Origin, Outcome, Policy, PredicateType, Provider, PublicKey, Refusal, Rejected,
    Rejection, RustCrypto, Scheme, SignerKind, SigningTime, SimpleSigning, Statement,
    StatementVersion, TextMatcher, TrustError, TrustedKey, TrustedRoot, Verified, VerifiedAttached,
    VerifiedSigner, Verifier as BundleVerifier, decode_base64, encode_base64,
};
pub use trust::{CurrentTrust, current_trust};
pub use verifier::{Verifier, VerifyError, provider, public_key, trusted_root};

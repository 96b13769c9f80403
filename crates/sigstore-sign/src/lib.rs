//! Signs as cosign does: keys, payloads, bundles, and the manifests that carry them.
//!
//! ```
//! use sealift_sigstore_sign::{Ed25519Form, PrivateKey, sign_message};
//! use sealift_sigstore_verify::{
//!     Artifact, Bundle, KeyAlgorithm, Limits, Policy, PublicKey, TrustedKey, TrustedRoot,
//!     Verifier,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
//! let signed = sign_message(&key, b"artifact", Ed25519Form::Pure)?;
//! let json = signed.to_json();
//!
//! let bundle = Bundle::from_json(&json, &Limits::default())?;
//! let public = PublicKey::from_pem(key.public_pem().as_bytes())?;
//! let policy = Policy::keys([TrustedKey::new(public)]).insecure_ignore_tlog();
//! let (root, now) = (TrustedRoot::default(), "2026-11-01T00:00:00Z".parse()?);
//! Verifier::new(&root).verify(&bundle, Artifact::Bytes(b"artifact"), &policy, now)?;
//! # Ok(())
//! # }
//! ```
//!
//! # From a key to a registry
//!
//! - Who signs: a [`Signer`]. [`PrivateKey`] is the one in memory; a key management service is
//!   another implementation of the trait.
//! - What is signed: a [`StatementDraft`] (in-toto, with a [`predicate`]), [`simple_signing`], or a
//!   file.
//! - The result: a [`SignatureBundle`], written as a bundle or as an envelope.
//! - The evidence: a [`ServiceClient`] calls a certificate authority (Fulcio, with an
//!   [`IdentityToken`]), transparency logs (Rekor v1 and v2) and timestamp authorities (RFC 3161),
//!   as named by a signing configuration or URLs ([`Services`]). Their answers are verified before
//!   they count.
//! - The storage: an [`Artifact`], which consists of blobs and a manifest: a [`referrer`] or, in
//!   the older form, a [`TaggedManifest`]. Nothing here pushes it.
//!
//! All output is byte for byte what cosign 3 writes, except for times and signatures, with one
//! deliberate difference: Ed25519 keys sign envelopes as plain Ed25519, unless the signature goes
//! into a log that only takes digests. cosign 3.1 signs them as Ed25519ph, and then cannot verify
//! its own signature; both programs verify the plain form.
//!
//! Nothing here prints, or reads the environment or a clock. Only [`ServiceClient`], [`LogSearch`]
//! and [`Ambient`] use the network, through the client that the caller gives them.
#![forbid(unsafe_code)]

mod bundle;
mod json;
mod key;
mod predicate;
mod services;
mod sign;
mod signer;
mod statement;
mod storage;
mod token;

pub use bundle::{BUNDLE_MEDIA_TYPE, SignatureBundle, SignedPayload, SignerMaterial};
pub use key::{KeyFileError, PrivateKey, pem_block, public_pem};
pub use predicate::{CiError, PredicateError, ScanRecord, missing_member, predicate, provenance};
pub use services::{
    ConfigError, IssuedSigner, LogSearch, LogService, LogVersion, Service, ServiceClient,
    ServiceError, Services, ToSign,
};
pub use sign::{Ed25519Form, scheme_of, sign_envelope, sign_message};
pub use signer::{SignError, Signer};
pub use statement::{IN_TOTO, StatementDraft, StatementSubject, pae, simple_signing};
pub use storage::{
    Artifact, Blob, DOCKER_MANIFEST, OCI_MANIFEST, TaggedLayer, TaggedManifest,
    TaggedManifestError, referrer, timestamp_json,
};
pub use token::{
    Ambient, AmbientError, GOOGLE_HOST, IdentityToken, Login, LoginError, Prompt, TokenError,
};

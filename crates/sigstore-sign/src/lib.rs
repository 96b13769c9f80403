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
//! - Who signs: a [`Signer`], of which [`PrivateKey`] is the one in memory; a key management
//!   service is another implementation of the trait.
//! - What is signed: [`StatementDraft`] (in-toto, with a [`predicate`]), [`simple_signing`], or a
//!   file as it is.
//! - What comes out: a [`SignatureBundle`], written as a bundle or as an envelope.
//! - Who vouches for it: [`ServiceClient`], which asks a certificate authority (Fulcio, by an
//!   [`IdentityToken`]), transparency logs (Rekor v1 and v2) and timestamp authorities (RFC 3161), as a
//!   signing configuration or URLs say ([`Services`]). What they answer is verified before it counts.
//! - Where it goes: an [`Artifact`], blobs and a manifest: a [`referrer`] or, in the older form, a
//!   [`TaggedManifest`]. Nothing here pushes it.
//!
//! Everything that is written is the same to the byte as what cosign 3 writes, but for times and
//! signatures. One difference is on purpose: Ed25519 keys sign envelopes as plain Ed25519, unless
//! the signature goes into a log that takes digests alone. cosign 3.1 signs them as Ed25519ph, and
//! then cannot verify what it signed; both programs verify the plain form.
//!
//! Nothing here prints, or reads the environment or a clock; the network is asked by [`ServiceClient`],
//! [`LogSearch`] and [`Ambient`] alone, through the client that they are given.
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

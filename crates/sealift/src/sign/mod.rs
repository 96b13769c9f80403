//! Signing images and files, and attesting facts about them, as cosign does.
//!
//! ```
//! use sealift::sign::{Ed25519Form, PrivateKey, sign_message};
//! use sealift::verify::KeyAlgorithm;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)?;
//! let bundle = sign_message(&key, b"what is signed", Ed25519Form::Pure)?.to_json();
//! # Ok(())
//! # }
//! ```

mod attach;
mod scanned;
mod session;

pub use attach::{AttachError, Older, attach, attach_tagged, images_in};
pub(crate) use scanned::write_predicate;
pub use scanned::{SbomForm, Subject, sbom_statement, scan_statement};
pub use sealift_sigstore_sign::{
    Ambient, AmbientError, Artifact, BUNDLE_MEDIA_TYPE, Blob, CiError, ConfigError, Ed25519Form,
    GOOGLE_HOST, IdentityToken, IssuedSigner, KeyFileError, LogService, LogVersion, Login,
    LoginError, PredicateError, PrivateKey, Prompt, ScanRecord, Service, ServiceClient,
    ServiceError, Services, SignError, SignatureBundle, SignedPayload, Signer, SignerMaterial,
    StatementDraft, StatementSubject, TaggedLayer, TaggedManifest, TaggedManifestError, ToSign,
    TokenError, missing_member, pem_block, predicate, provenance, public_pem, referrer,
    sign_envelope, sign_message, simple_signing, timestamp_json,
};
pub use session::{Clock, Session, SignImageError, SignedDigest, SigningServices};

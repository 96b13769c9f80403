//! Signs with a key alone, without any service.

use sealift_sigstore_verify::{HashAlgorithm, KeyAlgorithm, Message, Scheme};

use crate::bundle::{SignatureBundle, SignedPayload, SignerMaterial};
use crate::signer::{SignError, Signer};
use crate::statement::{IN_TOTO, pae};

/// The form in which an Ed25519 key signs (RFC 8032, section 5.1); other keys have a single form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the forms that Sigstore's specifications know")]
pub enum Ed25519Form {
    /// Ed25519 over the message itself: for a signature that stands alone.
    Pure,
    /// Ed25519ph, over its digest: for a log whose entries hold a digest and no message.
    Prehashed,
}

/// The scheme of a signer: its key's default, or for Ed25519 the given form.
#[must_use]
pub fn scheme_of(signer: &dyn Signer, form: Ed25519Form) -> Scheme {
    match (signer.public_key().algorithm(), form) {
        (KeyAlgorithm::Ed25519, Ed25519Form::Prehashed) => Scheme::Ed25519ph,
        (algorithm, _) => Scheme::default_for(algorithm),
    }
}

/// Signs a file or a payload. The bundle contains its digest, by SHA-256 if the scheme signs the
/// message itself: cosign 3.1 omits it in that case, and then refuses its own bundle.
///
/// # Errors
/// When the signer fails.
pub fn sign_message(
    signer: &dyn Signer,
    message: &[u8],
    form: Ed25519Form,
) -> Result<SignatureBundle, SignError> {
    let scheme = scheme_of(signer, form);
    let signature = signer.sign(scheme, Message::Bytes(message))?;
    let algorithm = scheme.hash().unwrap_or(HashAlgorithm::Sha256);
    let digest = Some(algorithm.hash(message));
    Ok(by_key(signer, SignedPayload::Message { digest }, signature))
}

/// Signs an in-toto statement in an envelope.
///
/// # Errors
/// When the signer fails.
pub fn sign_envelope(
    signer: &dyn Signer,
    statement: Vec<u8>,
    form: Ed25519Form,
) -> Result<SignatureBundle, SignError> {
    let scheme = scheme_of(signer, form);
    let signature = signer.sign(scheme, Message::Bytes(&pae(IN_TOTO, &statement)))?;
    let payload = SignedPayload::Envelope { payload_type: IN_TOTO.to_owned(), payload: statement };
    Ok(by_key(signer, payload, signature))
}

fn by_key(signer: &dyn Signer, payload: SignedPayload, signature: Vec<u8>) -> SignatureBundle {
    SignatureBundle {
        signer: SignerMaterial::Key(Box::new(signer.public_key().clone())),
        entries: Vec::new(),
        timestamps: Vec::new(),
        payload,
        signature,
    }
}

//! Signatures in files of their own.

use sealift_sigstore_verify::{
    AnnotationError, Base64Error, Bundle, Certificate, CertificateError, Content, EnvelopeError,
    Limits, Material, decode_base64,
};

/// The evidence for a file's signature, from files beside it.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Evidence<'a> {
    /// The signer's certificate in PEM, or, as cosign writes it, base64 of that.
    pub certificate: Option<&'a [u8]>,
    /// An RFC 3161 timestamp over the signature, in DER or in cosign's JSON.
    pub timestamp: Option<&'a [u8]>,
}

/// Makes a bundle of a signature and its evidence: parsed, not verified. The signature is in
/// base64; bytes that are no ASCII text are the signature itself, as `sign-blob --b64=false` writes
/// it.
///
/// # Errors
/// When the signature is text but not base64, when the certificate cannot be read, or when the
/// timestamp is JSON that holds none.
pub fn detached(signature: &[u8], evidence: Evidence<'_>) -> Result<Bundle, DetachedError> {
    // Not by chance: of the 64 bytes and more that a signature has, half are no ASCII.
    let signature = match signature.is_ascii() {
        true => base64(signature).map_err(DetachedError::Signature)?,
        false => signature.to_vec(),
    };
    let content = Content::Message { digest: None, signature };
    let bundle = Bundle::from_parts(material(evidence)?, Vec::new(), Vec::new(), content);
    stamped(bundle, evidence)
}

/// The same for an attestation: an envelope (DSSE) in JSON. Its timestamp may be over that JSON, as
/// `attest-blob` of cosign 2 requests it.
///
/// # Errors
/// When it is no envelope, or its evidence cannot be read.
pub fn detached_envelope(
    envelope: Vec<u8>,
    evidence: Evidence<'_>,
) -> Result<Bundle, DetachedError> {
    let (material, limits) = (material(evidence)?, Limits::default());
    let bundle = Bundle::from_envelope(material, Vec::new(), Vec::new(), envelope, &limits)?;
    stamped(bundle, evidence)
}

fn material(evidence: Evidence<'_>) -> Result<Material, DetachedError> {
    Ok(match evidence.certificate {
        None => Material::PublicKey { hint: String::new() },
        Some(text) => Material::Certificate { leaf: certificate(text)?, intermediates: Vec::new() },
    })
}

fn stamped(bundle: Bundle, evidence: Evidence<'_>) -> Result<Bundle, DetachedError> {
    match evidence.timestamp {
        Some(timestamp) => Ok(bundle.with_timestamp_file(timestamp)?),
        None => Ok(bundle),
    }
}

/// Reads a certificate in PEM or, as cosign writes it, base64 of that.
///
/// # Errors
/// When it is no certificate.
pub fn certificate(text: &[u8]) -> Result<Certificate, CertificateError> {
    let is_pem = text.trim_ascii_start().starts_with(b"-----");
    let pem = if is_pem { text.to_vec() } else { base64(text).unwrap_or_default() };
    Certificate::from_pem(&pem)
}

/// Text files end in a line break.
fn base64(text: &[u8]) -> Result<Vec<u8>, Option<Base64Error>> {
    let text = std::str::from_utf8(text.trim_ascii()).map_err(|_| None)?;
    let bytes = decode_base64(text)?;
    if bytes.is_empty() { Err(None) } else { Ok(bytes) }
}

/// Why a signature in a file of its own cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DetachedError {
    /// The signature is no base64; without a cause, it is empty or no text.
    #[error("the signature is not in base64")]
    Signature(#[source] Option<Base64Error>),
    /// The attestation is no envelope.
    #[error("the envelope cannot be read")]
    Envelope(#[from] EnvelopeError),
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    Certificate(#[from] CertificateError),
    /// The timestamp cannot be read.
    #[error("the timestamp cannot be read")]
    Timestamp(#[from] AnnotationError),
}

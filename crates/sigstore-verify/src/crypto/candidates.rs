//! The schemes that a signature may have been made with, in the order in which they are tried.

use super::HashAlgorithm::{Sha256, Sha384, Sha512};
use super::SignatureError;
use super::{Hash, HashAlgorithm, KeyAlgorithm, Message, Provider, PublicKey, Scheme};

impl Scheme {
    /// The schemes to try under a key, the likeliest first.
    ///
    /// A hash that is declared beside the signature decides, if Sigstore pairs it with the key: the
    /// algorithm registry (protobuf-specs, `PublicKeyDetails`) pairs each curve with the hash of
    /// its strength and, for older producers, P-384 and P-521 with SHA-256. Without a declared
    /// hash, the key's own comes first and then SHA-256, which cosign uses for images. RSA is tried
    /// with both paddings. An Ed25519 signature is over the message, whatever digest is declared,
    /// or over its SHA-512.
    ///
    /// # Errors
    /// [`SignatureError::HashDoesNotFitKey`].
    pub fn candidates(
        key: KeyAlgorithm,
        declared: Option<HashAlgorithm>,
    ) -> Result<&'static [Self], SignatureError> {
        use KeyAlgorithm::{EcdsaP256, EcdsaP384, EcdsaP521, Ed25519, Rsa};

        Ok(match (key, declared) {
            (EcdsaP256, None | Some(Sha256)) => &[Self::Ecdsa(Sha256)],
            (EcdsaP384, None) => &[Self::Ecdsa(Sha384), Self::Ecdsa(Sha256)],
            (EcdsaP384, Some(Sha384)) => &[Self::Ecdsa(Sha384)],
            (EcdsaP521, None) => &[Self::Ecdsa(Sha512), Self::Ecdsa(Sha256)],
            (EcdsaP521, Some(Sha512)) => &[Self::Ecdsa(Sha512)],
            (EcdsaP384 | EcdsaP521, Some(Sha256)) => &[Self::Ecdsa(Sha256)],
            (Rsa { .. }, None | Some(Sha256)) => &[Self::RsaPkcs1(Sha256), Self::RsaPss(Sha256)],
            (Rsa { .. }, Some(Sha384)) => &[Self::RsaPkcs1(Sha384), Self::RsaPss(Sha384)],
            (Rsa { .. }, Some(Sha512)) => &[Self::RsaPkcs1(Sha512), Self::RsaPss(Sha512)],
            (Ed25519, None | Some(Sha512)) => &[Self::Ed25519, Self::Ed25519ph],
            (Ed25519, Some(Sha256 | Sha384)) => &[Self::Ed25519],
            (EcdsaP256 | EcdsaP384 | EcdsaP521, Some(hash)) => {
                return Err(SignatureError::HashDoesNotFitKey { hash, key });
            }
        })
    }
}

impl PublicKey {
    /// Checks one signature under each scheme in turn and returns the one that is valid.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] if any scheme could be checked; else why the first could not.
    pub fn verify_any(
        &self,
        provider: &dyn Provider,
        candidates: &[Scheme],
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<Scheme, SignatureError> {
        let mut refused = None;
        let mut digest: Option<Hash> = None;
        for &scheme in candidates {
            // Artifacts are large: one hash serves all schemes that sign it.
            if let (Message::Bytes(bytes), Some(hash)) = (message, scheme.hash())
                && digest.is_none_or(|digest| digest.algorithm() != hash)
            {
                digest = Some(hash.hash(bytes));
            }
            let message = match (&digest, scheme.hash()) {
                (Some(digest), Some(_)) => Message::Digest(digest),
                _ => message,
            };
            match self.verify(provider, scheme, message, signature) {
                Ok(()) => return Ok(scheme),
                Err(SignatureError::Mismatch) => refused = Some(SignatureError::Mismatch),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or(SignatureError::Mismatch))
    }
}

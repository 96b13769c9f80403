//! Secret keys in memory.
//!
//! AWS-LC, whose private-key operations take constant time, does ECDSA and RSA; `ed25519-dalek`
//! does Ed25519, including Ed25519ph.

mod encrypted;
mod error;
mod pem;
mod secretbox;

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use ed25519_dalek::{Signer as _, SigningKey};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use sealift_sigstore_verify::{Hash, HashAlgorithm, KeyAlgorithm, Message, PublicKey, Scheme};
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

pub use error::KeyFileError;

use crate::signer::{SignError, Signer};

/// RFC 5480 2.1.1, RFC 3279 2.3.1, RFC 8410 3.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The curves, with AWS-LC's algorithms.
static CURVES: [(ObjectIdentifier, &EcdsaSigningAlgorithm); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), &ECDSA_P256_SHA256_ASN1_SIGNING),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), &ECDSA_P384_SHA384_ASN1_SIGNING),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), &ECDSA_P521_SHA512_ASN1_SIGNING),
];

/// The bytes before the seed of an Ed25519 key in PKCS#8 (RFC 8410 7), whose DER is unique.
const ED25519_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The bytes before its public half in a `SubjectPublicKeyInfo`.
const ED25519_PUBLIC_HEAD: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A secret key: ECDSA on P-256, P-384 or P-521, RSA, or Ed25519.
///
/// `Debug` shows the public half alone.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
}

enum Secret {
    Ecdsa(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<SigningKey>),
}

impl PrivateKey {
    /// Generates a new key. RSA keys have 2048, 3072, 4096 or 8192 bits.
    ///
    /// # Errors
    /// For another length of RSA, or when the system gives no randomness.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyFileError> {
        let secret = match algorithm {
            KeyAlgorithm::EcdsaP256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)?,
            KeyAlgorithm::EcdsaP384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING)?,
            KeyAlgorithm::EcdsaP521 => ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING)?,
            KeyAlgorithm::Rsa { bits } => Secret::Rsa(Box::new(
                RsaKeyPair::generate(rsa_size(bits)?).map_err(|_| KeyFileError::NoRandomness)?,
            )),
            KeyAlgorithm::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                rand::fill(seed.as_mut()).map_err(|_| KeyFileError::NoRandomness)?;
                Secret::Ed25519(Box::new(SigningKey::from_bytes(&seed)))
            }
            _ => return Err(KeyFileError::Algorithm),
        };
        Self::new(secret)
    }

    /// Reads PEM of PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`)
    /// or of cosign's own form (`ENCRYPTED SIGSTORE PRIVATE KEY`, `ENCRYPTED COSIGN PRIVATE KEY`).
    /// The password is only requested if the file is encrypted.
    ///
    /// # Errors
    /// When the text is no such key, the password is wrong, or decrypting the file would cost more
    /// than allowed.
    pub fn from_pem(
        text: &[u8],
        password: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, KeyFileError>,
    ) -> Result<Self, KeyFileError> {
        pem::read(text, password)
    }

    /// Reads DER of PKCS#8 (RFC 5958).
    ///
    /// # Errors
    /// When it is not PKCS#8, or the kind of key is not supported.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyFileError> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| KeyFileError::Malformed)?;
        match info.algorithm.oid {
            EC_PUBLIC_KEY => {
                let curve = info.algorithm.parameters_oid().map_err(|_| KeyFileError::Malformed)?;
                let known = CURVES.iter().find(|(oid, _)| *oid == curve);
                let (_, algorithm) = known.ok_or(KeyFileError::Algorithm)?;
                let pair = EcdsaKeyPair::from_private_key_der(algorithm, der);
                Self::new(Secret::Ecdsa(Box::new(pair.map_err(|_| KeyFileError::Malformed)?)))
            }
            RSA_ENCRYPTION => {
                let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyFileError::Malformed)?;
                Self::new(Secret::Rsa(Box::new(pair)))
            }
            ED25519 => Self::from_ed25519(&info),
            _ => Err(KeyFileError::Algorithm),
        }
    }

    /// RFC 8410 7: the seed is an octet string in an octet string.
    fn from_ed25519(info: &PrivateKeyInfoRef<'_>) -> Result<Self, KeyFileError> {
        let seed = info.private_key.as_bytes().strip_prefix(&[0x04, 0x20]);
        let seed = seed.and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
        let key = SigningKey::from_bytes(seed.ok_or(KeyFileError::Malformed)?);
        let stated = info.public_key.map(|stated| stated.as_bytes());
        match stated {
            Some(stated) if stated != Some(key.verifying_key().as_bytes()) => {
                Err(KeyFileError::Malformed)
            }
            _ => Self::new(Secret::Ed25519(Box::new(key))),
        }
    }

    /// Reads DER of SEC 1 (RFC 5915), which may omit the curve: the length of the key then decides.
    fn from_sec1(der: &[u8]) -> Result<Self, KeyFileError> {
        let pair = CURVES
            .iter()
            .find_map(|(_, algorithm)| EcdsaKeyPair::from_private_key_der(algorithm, der).ok());
        Self::new(Secret::Ecdsa(Box::new(pair.ok_or(KeyFileError::Malformed)?)))
    }

    /// Reads DER of PKCS#1 (RFC 8017 A.1.2).
    fn from_pkcs1(der: &[u8]) -> Result<Self, KeyFileError> {
        let pair = RsaKeyPair::from_der(der).map_err(|_| KeyFileError::Malformed)?;
        Self::new(Secret::Rsa(Box::new(pair)))
    }

    fn new(secret: Secret) -> Result<Self, KeyFileError> {
        let public = match &secret {
            Secret::Ecdsa(pair) => spki(pair.public_key().as_der())?,
            Secret::Rsa(pair) => spki(pair.public_key().as_der())?,
            Secret::Ed25519(key) => {
                [&ED25519_PUBLIC_HEAD[..], key.verifying_key().as_bytes()].concat()
            }
        };
        let public = PublicKey::from_der(&public)?;
        Ok(Self { secret, public })
    }

    /// The key in DER of PKCS#8, with the same bytes that Go writes.
    ///
    /// # Errors
    /// When memory is exhausted.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let refused = |_| KeyFileError::Malformed;
        Ok(Zeroizing::new(match &self.secret {
            Secret::Ecdsa(pair) => pair.to_pkcs8v1().map_err(refused)?.as_ref().to_vec(),
            Secret::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(refused)?;
                der.as_ref().to_vec()
            }
            Secret::Ed25519(key) => [&ED25519_HEAD[..], &*Zeroizing::new(key.to_bytes())].concat(),
        }))
    }

    /// The key in cosign's form: PEM of JSON with the parameters of scrypt and the PKCS#8 sealed by
    /// NaCl's secretbox. Each call uses another salt and nonce.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn to_encrypted_pem(&self, password: &[u8]) -> Result<String, KeyFileError> {
        encrypted::seal(&self.to_pkcs8()?, password)
    }

    /// The public half as cosign writes it, PEM of a `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_pem(&self) -> String {
        public_pem(&self.public)
    }
}

/// A public key as cosign writes it, PEM of a `SubjectPublicKeyInfo`.
#[must_use]
pub fn public_pem(key: &PublicKey) -> String {
    pem::write("PUBLIC KEY", key.der())
}

/// PEM of one block, in lines of 64 characters.
#[must_use]
pub fn pem_block(label: &str, contents: &[u8]) -> String {
    pem::write(label, contents)
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, scheme: Scheme, message: Message<'_>) -> Result<Vec<u8>, SignError> {
        let key = self.public.algorithm();
        match (&self.secret, scheme) {
            (Secret::Ecdsa(pair), Scheme::Ecdsa(hash)) if Scheme::default_for(key) == scheme => {
                let digest = digest_of(scheme, hash, message)?;
                let signature = pair.sign_digest(&digest).map_err(SignError::refused)?;
                Ok(signature.as_ref().to_vec())
            }
            (Secret::Rsa(pair), Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash)) => {
                let digest = digest_of(scheme, hash, message)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(rsa_encoding(scheme, hash)?, &digest, &mut signature)
                    .map_err(SignError::refused)?;
                Ok(signature)
            }
            (Secret::Ed25519(key), Scheme::Ed25519) => match message {
                Message::Bytes(bytes) => Ok(key.sign(bytes).to_bytes().into()),
                Message::Digest(_) => Err(SignError::Digest { scheme }),
            },
            (Secret::Ed25519(key), Scheme::Ed25519ph) => match message {
                Message::Bytes(bytes) => {
                    let hasher = Sha512::new_with_prefix(bytes);
                    let signed = key.sign_prehashed(hasher, None).map_err(SignError::refused)?;
                    Ok(signed.to_bytes().into())
                }
                Message::Digest(_) => Err(SignError::Digest { scheme }),
            },
            _ => Err(SignError::Scheme { key, scheme }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public", &self.public).finish_non_exhaustive()
    }
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> Result<Secret, KeyFileError> {
    let pair = EcdsaKeyPair::generate(algorithm).map_err(|_| KeyFileError::NoRandomness)?;
    Ok(Secret::Ecdsa(Box::new(pair)))
}

fn rsa_size(bits: u32) -> Result<KeySize, KeyFileError> {
    match bits {
        2048 => Ok(KeySize::Rsa2048),
        3072 => Ok(KeySize::Rsa3072),
        4096 => Ok(KeySize::Rsa4096),
        8192 => Ok(KeySize::Rsa8192),
        _ => Err(KeyFileError::Algorithm),
    }
}

fn spki<E>(der: Result<PublicKeyX509Der<'_>, E>) -> Result<Vec<u8>, KeyFileError> {
    Ok(der.map_err(|_| KeyFileError::Malformed)?.as_ref().to_vec())
}

/// The message's digest in AWS-LC's form.
fn digest_of(
    scheme: Scheme,
    algorithm: HashAlgorithm,
    message: Message<'_>,
) -> Result<digest::Digest, SignError> {
    let hash: Hash = match message {
        Message::Bytes(bytes) => algorithm.hash(bytes),
        Message::Digest(hash) if hash.algorithm() == algorithm => *hash,
        Message::Digest(_) => return Err(SignError::Digest { scheme }),
    };
    let algorithm = match algorithm {
        HashAlgorithm::Sha256 => &digest::SHA256,
        HashAlgorithm::Sha384 => &digest::SHA384,
        HashAlgorithm::Sha512 => &digest::SHA512,
        _ => return Err(SignError::Digest { scheme }),
    };
    digest::Digest::import_less_safe(hash.as_bytes(), algorithm).map_err(SignError::refused)
}

fn rsa_encoding(
    scheme: Scheme,
    hash: HashAlgorithm,
) -> Result<&'static dyn RsaEncoding, SignError> {
    let is_pss = matches!(scheme, Scheme::RsaPss(_));
    Ok(match (is_pss, hash) {
        (false, HashAlgorithm::Sha256) => &RSA_PKCS1_SHA256,
        (false, HashAlgorithm::Sha384) => &RSA_PKCS1_SHA384,
        (false, HashAlgorithm::Sha512) => &RSA_PKCS1_SHA512,
        (true, HashAlgorithm::Sha256) => &RSA_PSS_SHA256,
        (true, HashAlgorithm::Sha384) => &RSA_PSS_SHA384,
        (true, HashAlgorithm::Sha512) => &RSA_PSS_SHA512,
        _ => return Err(SignError::Digest { scheme }),
    })
}

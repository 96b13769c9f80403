//! Secret keys that are made from a seed, and what they sign.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::SignatureEncoding as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::der;

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// ECDSA on NIST P-256.
    P256,
    /// ECDSA on NIST P-384.
    P384,
    /// ECDSA on NIST P-521.
    P521,
    /// RSA of so many bits.
    Rsa(usize),
    /// Ed25519.
    Ed25519,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashKind {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashKind {
    /// The digest of a message.
    #[must_use]
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    /// `sha256` etc.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// `SHA2_256` etc., as protobuf-specs name it.
    #[must_use]
    pub fn protobuf(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA2_256",
            Self::Sha384 => "SHA2_384",
            Self::Sha512 => "SHA2_512",
        }
    }

    /// Its `AlgorithmIdentifier` (RFC 5754 2).
    pub(super) fn identifier(self) -> Vec<u8> {
        let last = match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        };
        der::sequence(&[der::oid(&format!("2.16.840.1.101.3.4.2.{last}"))])
    }
}

/// A secret key.
#[derive(Clone, Debug)]
pub struct SecretKey {
    kind: KeyKind,
    secret: Secret,
}

#[derive(Clone, Debug)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Rsa(Box<rsa::RsaPrivateKey>),
    Ed25519(ed25519_dalek::SigningKey),
}

impl SecretKey {
    /// The key that a seed always gives. RSA takes its time.
    #[must_use]
    pub fn from_seed(kind: KeyKind, seed: &str) -> Self {
        let mut stream = Stream::new(seed);
        let secret = match kind {
            KeyKind::P256 => {
                Secret::P256(p256::ecdsa::SigningKey::from_slice(&stream.take(32)).unwrap())
            }
            KeyKind::P384 => {
                Secret::P384(p384::ecdsa::SigningKey::from_slice(&stream.take(48)).unwrap())
            }
            KeyKind::P521 => {
                // Below the order whatever the seed: 65 bytes of 66.
                let secret = [vec![0], stream.take(65)].concat();
                Secret::P521(p521::ecdsa::SigningKey::from_slice(&secret).unwrap())
            }
            KeyKind::Rsa(bits) => {
                let key = rsa::RsaPrivateKey::new(&mut stream, bits).unwrap();
                Secret::Rsa(Box::new(key))
            }
            KeyKind::Ed25519 => {
                let secret = stream.take(32).try_into().unwrap();
                Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret))
            }
        };
        Self { kind, secret }
    }

    /// What kind of key it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The hash that signers choose for it: as long as the curve, else SHA-256.
    #[must_use]
    pub fn hash(&self) -> HashKind {
        match self.kind {
            KeyKind::P384 => HashKind::Sha384,
            KeyKind::P521 | KeyKind::Ed25519 => HashKind::Sha512,
            KeyKind::P256 | KeyKind::Rsa(_) => HashKind::Sha256,
        }
    }

    /// The DER of its public key, a `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_der(&self) -> Vec<u8> {
        match &self.secret {
            Secret::P256(key) => ec_public(
                "1.2.840.10045.3.1.7",
                key.verifying_key().to_sec1_point(false).as_bytes(),
            ),
            Secret::P384(key) => {
                ec_public("1.3.132.0.34", key.verifying_key().to_sec1_point(false).as_bytes())
            }
            Secret::P521(key) => {
                ec_public("1.3.132.0.35", key.verifying_key().to_sec1_point(false).as_bytes())
            }
            Secret::Rsa(key) => rsa_public(&key.n_bytes(), &key.e_bytes()),
            Secret::Ed25519(key) => {
                let algorithm = der::sequence(&[der::oid("1.3.101.112")]);
                der::sequence(&[algorithm, der::bits(key.verifying_key().as_bytes())])
            }
        }
    }

    /// The PEM of its public key.
    #[must_use]
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.public_der())
    }

    /// `PKIX_ECDSA_P256_SHA_256` etc., as protobuf-specs name key and hash.
    #[must_use]
    pub fn details(&self) -> String {
        match self.kind {
            KeyKind::P256 => "PKIX_ECDSA_P256_SHA_256".into(),
            KeyKind::P384 => "PKIX_ECDSA_P384_SHA_384".into(),
            KeyKind::P521 => "PKIX_ECDSA_P521_SHA_512".into(),
            KeyKind::Ed25519 => "PKIX_ED25519".into(),
            KeyKind::Rsa(bits) => format!("PKIX_RSA_PKCS1V15_{bits}_SHA256"),
        }
    }

    /// Signs a message: ECDSA in DER, RSA PKCS#1 v1.5, or pure Ed25519, which hashes itself.
    #[must_use]
    pub fn sign(&self, hash: HashKind, message: &[u8]) -> Vec<u8> {
        let digest = hash.digest(message);
        match &self.secret {
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Secret::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Secret::P521(key) => {
                // The crate wants half a field at least; leading zeros change no number.
                let digest = [vec![0; 64 - digest.len()], digest].concat();
                let signature: p521::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Secret::Rsa(key) => {
                let scheme = match hash {
                    HashKind::Sha256 => rsa::Pkcs1v15Sign::new::<Sha256>(),
                    HashKind::Sha384 => rsa::Pkcs1v15Sign::new::<Sha384>(),
                    HashKind::Sha512 => rsa::Pkcs1v15Sign::new::<Sha512>(),
                };
                key.sign(scheme, &digest).unwrap()
            }
            Secret::Ed25519(key) => key.sign(message).to_vec(),
        }
    }

    /// The `AlgorithmIdentifier` of such a signature in a certificate or a CMS message
    /// (RFC 5758 3.2, RFC 8410 3, RFC 8017 A.2.4).
    pub(super) fn signature_identifier(&self, hash: HashKind) -> Vec<u8> {
        let last = match hash {
            HashKind::Sha256 => 2,
            HashKind::Sha384 => 3,
            HashKind::Sha512 => 4,
        };
        match self.kind {
            KeyKind::Ed25519 => der::sequence(&[der::oid("1.3.101.112")]),
            KeyKind::Rsa(_) => {
                let last = last + 9;
                der::sequence(&[der::oid(&format!("1.2.840.113549.1.1.{last}")), der::null()])
            }
            _ => der::sequence(&[der::oid(&format!("1.2.840.10045.4.3.{last}"))]),
        }
    }
}

/// A PEM block (RFC 7468).
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn ec_public(curve: &str, point: &[u8]) -> Vec<u8> {
    let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(curve)]);
    der::sequence(&[algorithm, der::bits(point)])
}

/// The `SubjectPublicKeyInfo` of an RSA key (RFC 3279 2.3.1).
fn rsa_public(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let algorithm = der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::null()]);
    let numbers = der::sequence(&[der::unsigned(modulus), der::unsigned(exponent)]);
    der::sequence(&[algorithm, der::bits(&numbers)])
}

/// The DER of an RSA public key of `bits` bits, without a secret key.
#[must_use]
pub fn rsa_of_bits(bits: usize) -> Vec<u8> {
    let mut modulus = Stream::new("modulus").take(bits / 8);
    modulus[0] |= 0x80;
    *modulus.last_mut().unwrap() |= 1;
    rsa_public(&modulus, &[1, 0, 1])
}

/// Bytes that a seed always gives: SHA-256 of seed and counter.
pub(super) struct Stream {
    seed: String,
    counter: u64,
    left: Vec<u8>,
}

impl Stream {
    pub(super) fn new(seed: &str) -> Self {
        Self { seed: seed.into(), counter: 0, left: vec![] }
    }

    pub(super) fn take(&mut self, length: usize) -> Vec<u8> {
        while self.left.len() < length {
            let block = format!("{} {}", self.counter, self.seed);
            self.left.extend(Sha256::digest(block.as_bytes()));
            self.counter += 1;
        }
        self.left.drain(..length).collect()
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.take(4).try_into().unwrap()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.take(8).try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.take(bytes.len()));
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

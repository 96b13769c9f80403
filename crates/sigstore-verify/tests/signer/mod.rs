//! Signs with a fixed key of each kind; for tests alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::sync::OnceLock;

use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sealift_sigstore_verify::{HashAlgorithm, PublicKey, Scheme};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A private key and its public one.
pub(crate) struct Signer {
    private: Private,
    public: PublicKey,
}

enum Private {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Rsa(Box<RsaPrivateKey>),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Signer {
    /// One of each kind.
    pub(crate) fn all() -> &'static [Self] {
        static ALL: OnceLock<[Signer; 5]> = OnceLock::new();
        ALL.get_or_init(|| {
            [Self::p256(), Self::p384(), Self::p521(), Self::rsa(2048), Self::ed25519()]
        })
    }

    pub(crate) fn p256() -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
        let public =
            ec_key(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], &key.verifying_key().to_sec1_bytes());
        Self { private: Private::P256(key), public }
    }

    pub(crate) fn p384() -> Self {
        let key = p384::ecdsa::SigningKey::from_slice(&[1; 48]).unwrap();
        let public = ec_key(&[0x2b, 0x81, 4, 0, 0x22], &key.verifying_key().to_sec1_bytes());
        Self { private: Private::P384(key), public }
    }

    pub(crate) fn p521() -> Self {
        let mut number = [1; 66];
        number[0] = 0;
        let key = p521::ecdsa::SigningKey::from_slice(&number).unwrap();
        let public = ec_key(&[0x2b, 0x81, 4, 0, 0x23], &key.verifying_key().to_sec1_bytes());
        Self { private: Private::P521(key), public }
    }

    pub(crate) fn rsa(bits: usize) -> Self {
        let key = RsaPrivateKey::new(&mut Counting(7), bits).unwrap();
        let public = key.to_public_key().to_pkcs1_der().unwrap();
        let public = PublicKey::from_pkcs1(public.as_bytes()).unwrap();
        Self { private: Private::Rsa(Box::new(key)), public }
    }

    pub(crate) fn ed25519() -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
        /// RFC 8410 4: all but the point.
        const HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
        let public = [&HEAD[..], key.verifying_key().as_bytes()].concat();
        Self { private: Private::Ed25519(key), public: PublicKey::from_der(&public).unwrap() }
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Every scheme of its kind of key.
    pub(crate) fn schemes(&self) -> Vec<Scheme> {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        let hashed = |scheme: fn(HashAlgorithm) -> Scheme| [Sha256, Sha384, Sha512].map(scheme);
        match self.private {
            Private::P256(_) | Private::P384(_) | Private::P521(_) => hashed(Scheme::Ecdsa).into(),
            Private::Rsa(_) => [hashed(Scheme::RsaPkcs1), hashed(Scheme::RsaPss)].concat(),
            Private::Ed25519(_) => vec![Scheme::Ed25519, Scheme::Ed25519ph],
        }
    }

    pub(crate) fn sign(&self, scheme: Scheme, message: &[u8]) -> Vec<u8> {
        let digest = scheme.hash().map(|hash| hash.hash(message));
        let digest = digest.as_ref().map_or(message, |digest| digest.as_bytes());
        match &self.private {
            Private::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Private::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Private::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Private::Rsa(key) => sign_rsa(key, scheme, digest),
            Private::Ed25519(key) if scheme == Scheme::Ed25519 => {
                key.sign(message).to_bytes().to_vec()
            }
            Private::Ed25519(key) => {
                let hash = Sha512::new_with_prefix(message);
                key.sign_prehashed(hash, None).unwrap().to_bytes().to_vec()
            }
        }
    }
}

fn sign_rsa(key: &RsaPrivateKey, scheme: Scheme, digest: &[u8]) -> Vec<u8> {
    use HashAlgorithm::{Sha256 as H256, Sha384 as H384, Sha512 as H512};
    let mut random = Counting(9);
    match scheme {
        Scheme::RsaPkcs1(H256) => key.sign(Pkcs1v15Sign::new::<Sha256>(), digest),
        Scheme::RsaPkcs1(H384) => key.sign(Pkcs1v15Sign::new::<Sha384>(), digest),
        Scheme::RsaPkcs1(H512) => key.sign(Pkcs1v15Sign::new::<Sha512>(), digest),
        Scheme::RsaPss(H256) => key.sign_with_rng(&mut random, Pss::<Sha256>::new(), digest),
        Scheme::RsaPss(H384) => key.sign_with_rng(&mut random, Pss::<Sha384>::new(), digest),
        Scheme::RsaPss(H512) => key.sign_with_rng(&mut random, Pss::<Sha512>::new(), digest),
        _ => panic!("{scheme} is not of RSA"),
    }
    .unwrap()
}

/// A `SubjectPublicKeyInfo` (RFC 5480 2) of a curve and an uncompressed point.
fn ec_key(curve: &[u8], point: &[u8]) -> PublicKey {
    const ID_EC_PUBLIC_KEY: [u8; 9] = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    let algorithm = sequence(&[&ID_EC_PUBLIC_KEY, &*element(6, curve)].concat());
    let bits = element(3, &[&[0], point].concat());
    PublicKey::from_der(&sequence(&[algorithm, bits].concat())).unwrap()
}

fn sequence(content: &[u8]) -> Vec<u8> {
    element(0x30, content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [&*head, content].concat()
}

/// Not random at all: the same keys each time (xorshift).
struct Counting(u64);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let number = self.try_next_u64()?.to_le_bytes();
            chunk.iter_mut().zip(number).for_each(|(byte, random)| *byte = random);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

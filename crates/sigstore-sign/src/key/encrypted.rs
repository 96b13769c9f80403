//! Key files as cosign encrypts them: JSON with the parameters of scrypt (RFC 7914), the nonce of
//! NaCl's secretbox, and the sealed PKCS#8, all in PEM.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scrypt::Params;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::secretbox::{self, KEY_BYTES, NONCE_BYTES};
use super::{KeyFileError, pem};

const LABEL: &str = "ENCRYPTED SIGSTORE PRIVATE KEY";
const KDF: &str = "scrypt";
const CIPHER: &str = "nacl/secretbox";
const SALT_BYTES: usize = 32;

/// The parameters that cosign 2 and 3 write; earlier versions used N = 32768.
const WRITTEN: Cost = Cost { n: 65_536, r: 8, p: 1 };
/// Largest N times r: 256 MiB of memory, four times what cosign's parameters take.
const MAX_MEMORY: u64 = 1 << 21;
/// Largest N times r times p: eight times the work of cosign's parameters, below two seconds.
const MAX_WORK: u64 = 1 << 22;

/// An encrypted key: parsed, not decrypted.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Sealed {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Kdf {
    name: String,
    params: Cost,
    salt: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Cost {
    #[serde(rename = "N")]
    n: u64,
    r: u64,
    p: u64,
}

#[derive(Debug, Deserialize, Serialize)]
struct Cipher {
    name: String,
    nonce: String,
}

impl Sealed {
    pub(super) fn read(json: &[u8]) -> Result<Self, KeyFileError> {
        let sealed: Self = serde_json::from_slice(json).map_err(|_| KeyFileError::EncryptedForm)?;
        for (found, known) in [(&sealed.kdf.name, KDF), (&sealed.cipher.name, CIPHER)] {
            if found != known {
                return Err(KeyFileError::Encryption { found: found.clone() });
            }
        }
        sealed.kdf.params.check()?;
        Ok(sealed)
    }

    /// Decrypts the PKCS#8.
    pub(super) fn open(&self, password: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let salt = bytes(&self.kdf.salt)?;
        let nonce: [u8; NONCE_BYTES] =
            bytes(&self.cipher.nonce)?.try_into().map_err(|_| KeyFileError::EncryptedForm)?;
        let sealed = bytes(&self.ciphertext)?;
        let key = self.kdf.params.derive(password, &salt)?;
        secretbox::open(&sealed, &nonce, &key).ok_or(KeyFileError::WrongPassword)
    }
}

/// Encrypts a PKCS#8, and writes it as cosign does.
pub(super) fn seal(pkcs8: &[u8], password: &[u8]) -> Result<String, KeyFileError> {
    let mut salt = [0; SALT_BYTES];
    let mut nonce = [0; NONCE_BYTES];
    rand::fill(&mut salt).map_err(|_| KeyFileError::NoRandomness)?;
    rand::fill(&mut nonce).map_err(|_| KeyFileError::NoRandomness)?;
    let key = WRITTEN.derive(password, &salt)?;
    let sealed = Sealed {
        kdf: Kdf { name: KDF.into(), params: WRITTEN, salt: STANDARD.encode(salt) },
        cipher: Cipher { name: CIPHER.into(), nonce: STANDARD.encode(nonce) },
        ciphertext: STANDARD.encode(secretbox::seal(pkcs8, &nonce, &key)),
    };
    let json = serde_json::to_vec(&sealed).map_err(|_| KeyFileError::EncryptedForm)?;
    Ok(pem::write(LABEL, &json))
}

impl Cost {
    fn check(self) -> Result<(), KeyFileError> {
        let Self { n, r, p } = self;
        let memory = n.checked_mul(r).filter(|memory| *memory <= MAX_MEMORY);
        let work = memory.and_then(|memory| memory.checked_mul(p));
        let is_bounded = work.is_some_and(|work| work <= MAX_WORK);
        // RFC 7914 2: N is a power of two above one.
        if n > 1 && n.is_power_of_two() && r > 0 && p > 0 && is_bounded {
            Ok(())
        } else {
            Err(KeyFileError::Cost { n, r, p })
        }
    }

    fn derive(
        self,
        password: &[u8],
        salt: &[u8],
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyFileError> {
        let Self { n, r, p } = self;
        let refused = || KeyFileError::Cost { n, r, p };
        self.check()?;
        let log_n = u8::try_from(n.ilog2()).map_err(|_| refused())?;
        let (r, p) = (u32::try_from(r).ok(), u32::try_from(p).ok());
        let params = r.zip(p).and_then(|(r, p)| Params::new(log_n, r, p).ok());
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        scrypt::scrypt(password, salt, &params.ok_or_else(refused)?, key.as_mut())
            .map_err(|_| refused())?;
        Ok(key)
    }
}

fn bytes(digits: &str) -> Result<Vec<u8>, KeyFileError> {
    STANDARD.decode(digits).map_err(|_| KeyFileError::EncryptedForm)
}

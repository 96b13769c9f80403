//! The hash functions that Sigstore uses, and their digests.

use std::fmt;
use std::io::{self, Read};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::digest::Output;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash function that signatures and entries may name (FIPS 180-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// Lower-case name as in OCI digests and Rekor entries: `sha256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The algorithm with that lower-case name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|one| one.name() == name)
    }

    /// Length of its digests in bytes.
    #[must_use]
    pub const fn digest_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Hashes `message`.
    #[must_use]
    pub fn hash(self, message: &[u8]) -> Hash {
        match self {
            Self::Sha256 => Hash(Digest::Sha256(Sha256::digest(message).into())),
            Self::Sha384 => Hash(Digest::Sha384(Sha384::digest(message).into())),
            Self::Sha512 => Hash(Digest::Sha512(Sha512::digest(message).into())),
        }
    }

    /// Hashes everything that a reader returns, one buffer at a time.
    ///
    /// # Errors
    /// When the reader fails.
    pub fn hash_of(self, reader: &mut dyn Read) -> io::Result<Hash> {
        Ok(Hash(match self {
            Self::Sha256 => Digest::Sha256(read_all(Sha256::new(), reader)?.into()),
            Self::Sha384 => Digest::Sha384(read_all(Sha384::new(), reader)?.into()),
            Self::Sha512 => Digest::Sha512(read_all(Sha512::new(), reader)?.into()),
        }))
    }
}

/// Size of the buffer in bytes.
const BUFFER_BYTES: usize = 64 << 10;

fn read_all<D: sha2::Digest>(mut hasher: D, reader: &mut dyn Read) -> io::Result<Output<D>> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(read) => hasher.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest and the algorithm that made it; its length fits the algorithm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(Digest);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Digest {
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

impl Hash {
    /// A digest from its bytes; `None` if the length does not fit the algorithm.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm, digest: &[u8]) -> Option<Self> {
        Some(Self(match algorithm {
            HashAlgorithm::Sha256 => Digest::Sha256(digest.try_into().ok()?),
            HashAlgorithm::Sha384 => Digest::Sha384(digest.try_into().ok()?),
            HashAlgorithm::Sha512 => Digest::Sha512(digest.try_into().ok()?),
        }))
    }

    /// A digest from hexadecimal digits; `None` if the length does not fit the algorithm.
    #[must_use]
    pub fn from_hex(algorithm: HashAlgorithm, digits: &str) -> Option<Self> {
        Self::new(algorithm, &HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?)
    }

    /// The digest of an OCI content; `None` if Sigstore does not know its algorithm.
    #[must_use]
    pub fn of_content(digest: &sealift_model::Digest) -> Option<Self> {
        Self::new(HashAlgorithm::from_name(digest.algorithm().name())?, digest.bytes())
    }

    /// The algorithm that made it.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        match self.0 {
            Digest::Sha256(_) => HashAlgorithm::Sha256,
            Digest::Sha384(_) => HashAlgorithm::Sha384,
            Digest::Sha512(_) => HashAlgorithm::Sha512,
        }
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Digest::Sha256(digest) => digest,
            Digest::Sha384(digest) => digest,
            Digest::Sha512(digest) => digest,
        }
    }
}

/// As OCI writes digests: `sha256:` and lower-case hexadecimal.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), HEXLOWER.encode(self.as_bytes()))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_its_algorithms_length() {
        for algorithm in [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
            let hash = algorithm.hash(b"abc");
            assert_eq!(hash.as_bytes().len(), algorithm.digest_bytes());
            let long = vec![7; 2 * BUFFER_BYTES + 1];
            assert_eq!(algorithm.hash_of(&mut &long[..]).unwrap(), algorithm.hash(&long));
            assert_eq!(hash.algorithm(), algorithm);
            assert_eq!(Hash::new(algorithm, hash.as_bytes()), Some(hash));
            assert_eq!(Hash::new(algorithm, &hash.as_bytes()[1..]), None);
            assert_eq!(HashAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(HashAlgorithm::from_name("sha1"), None);
    }

    /// FIPS 180-4, example of one block.
    #[test]
    fn prints_as_oci_digests_do() {
        assert_eq!(
            HashAlgorithm::Sha256.hash(b"abc").to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

//! Content digests, as `image-spec descriptor.md, Digests` writes them.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

/// A hash function that may name content (`image-spec descriptor.md, Registered algorithms`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Algorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The name in front of the colon.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of a digest of this algorithm.
    #[must_use]
    pub fn digest_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// The digest of some content, `sha256:<64 hex digits>` or `sha512:<128 hex digits>`.
///
/// It states what content *should* be; the reader of the content computes and compares.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: Box<[u8]>,
}

impl Digest {
    /// The SHA-256 digest of `content`.
    #[must_use]
    pub fn sha256_of(content: &[u8]) -> Self {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        hasher.update(content);
        hasher.finish()
    }

    /// The hash function.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The raw hash.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash in lower-case hexadecimal, without the algorithm.
    #[must_use]
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (name, hex) = text.split_once(':').ok_or(DigestError::NoAlgorithm)?;
        let algorithm = Algorithm::from_name(name).ok_or(DigestError::UnknownAlgorithm)?;
        let expected = algorithm.digest_bytes() * 2;
        if hex.len() != expected {
            return Err(DigestError::WrongLength { expected, actual: hex.len() });
        }
        let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| DigestError::NotLowerHex)?;
        Ok(Self { algorithm, bytes: bytes.into() })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// There is no colon between algorithm and hash.
    #[error("a digest is written <algorithm>:<hex>")]
    NoAlgorithm,
    /// The algorithm is unknown.
    #[error("unknown digest algorithm (known: sha256, sha512)")]
    UnknownAlgorithm,
    /// The hash has a wrong number of digits for the algorithm.
    #[error("the digest has {actual} digits where its algorithm has {expected}")]
    WrongLength {
        /// The right number of digits.
        expected: usize,
        /// The number of digits found.
        actual: usize,
    },
    /// A digit is not one of `0-9a-f`.
    #[error("the digest has characters other than 0-9 and a-f")]
    NotLowerHex,
}

/// A digest in progress: it takes in bytes, and gives their digest at the end.
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// A hasher that has seen nothing yet.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
        })
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hash) => hash.update(bytes),
            State::Sha512(hash) => hash.update(bytes),
        }
    }

    /// The digest of all bytes taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hash) => Digest {
                algorithm: Algorithm::Sha256,
                bytes: Box::from(hash.finalize().as_slice()),
            },
            State::Sha512(hash) => Digest {
                algorithm: Algorithm::Sha512,
                bytes: Box::from(hash.finalize().as_slice()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parsed() {
        for content in [&b""[..], b"seal what you ship"] {
            let digest = Digest::sha256_of(content);
            assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
        }
    }

    #[test]
    fn refuses_what_is_no_digest() {
        let hex = "0".repeat(64);
        assert_eq!("abc".parse::<Digest>(), Err(DigestError::NoAlgorithm));
        assert_eq!(format!("md5:{hex}").parse::<Digest>(), Err(DigestError::UnknownAlgorithm));
        assert_eq!(
            format!("sha256:{}A", &hex[1..]).parse::<Digest>(),
            Err(DigestError::NotLowerHex)
        );
        assert_eq!(
            "sha256:00".parse::<Digest>(),
            Err(DigestError::WrongLength { expected: 64, actual: 2 })
        );
        assert!(format!("sha512:{hex}").parse::<Digest>().is_err());
    }
}

//! `PublicKeyDetails` of Sigstore's protobuf-specs (`sigstore_common.proto`): how a key is encoded
//! and how it signs.

use crate::crypto::{HashAlgorithm, KeyAlgorithm, KeyError, PublicKey, Scheme};
use crate::json::{Field, FieldError, Value};

/// A supported value of the enumeration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyDetails {
    pub(crate) name: &'static str,
    number: u64,
    encoding: Encoding,
    key: Kind,
    pub(crate) scheme: Scheme,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    /// `SubjectPublicKeyInfo` (RFC 5280 4.1).
    Pkix,
    /// `RSAPublicKey` (RFC 8017 A.1.1).
    Pkcs1,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Exactly(KeyAlgorithm),
    /// The deprecated values do not fix the length of the key.
    RsaOfAnyLength,
}

impl KeyDetails {
    /// Reads key details by name or number; `None` if they are unknown or not supported.
    pub(crate) fn of(field: Field<'_>) -> Result<Option<&'static Self>, FieldError> {
        Ok(match field.value() {
            Value::String(name) => Self::of_name(name),
            _ => Self::of_number(field.unsigned(u64::MAX)?),
        })
    }

    fn of_name(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|details| details.name == name)
    }

    fn of_number(number: u64) -> Option<&'static Self> {
        ALL.iter().find(|details| details.number == number)
    }

    /// Whether the algorithm registry (protobuf-specs, `algorithm-registry.md`) lists them. Rekor
    /// v2 only accepts such details; the registry lacks the deprecated ones, which trusted roots
    /// still use.
    pub(crate) fn is_registered(&self) -> bool {
        matches!(self.key, Kind::Exactly(_)) && self.number != ECDSA_P256_HMAC
    }

    /// Reads a key in the encoding that the details name.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<PublicKey, KeyError> {
        match self.encoding {
            Encoding::Pkix => PublicKey::from_der(bytes),
            Encoding::Pkcs1 => PublicKey::from_pkcs1(bytes),
        }
    }

    /// Whether the details fit a key of this algorithm.
    pub(crate) fn fit(&self, key: KeyAlgorithm) -> bool {
        match self.key {
            Kind::Exactly(expected) => key == expected,
            Kind::RsaOfAnyLength => matches!(key, KeyAlgorithm::Rsa { .. }),
        }
    }
}

const fn ecdsa(
    name: &'static str,
    number: u64,
    key: KeyAlgorithm,
    hash: HashAlgorithm,
) -> KeyDetails {
    let (encoding, key, scheme) = (Encoding::Pkix, Kind::Exactly(key), Scheme::Ecdsa(hash));
    KeyDetails { name, number, encoding, key, scheme }
}

const fn rsa(name: &'static str, number: u64, bits: u32, scheme: Scheme) -> KeyDetails {
    let key = Kind::Exactly(KeyAlgorithm::Rsa { bits });
    KeyDetails { name, number, encoding: Encoding::Pkix, key, scheme }
}

/// A deprecated value, which does not fix the length of the key. The hash is SHA-256, as in the
/// values that replace it.
const fn old_rsa(
    name: &'static str,
    number: u64,
    encoding: Encoding,
    scheme: Scheme,
) -> KeyDetails {
    KeyDetails { name, number, encoding, key: Kind::RsaOfAnyLength, scheme }
}

const fn ed25519(name: &'static str, number: u64, scheme: Scheme) -> KeyDetails {
    let (encoding, key) = (Encoding::Pkix, Kind::Exactly(KeyAlgorithm::Ed25519));
    KeyDetails { name, number, encoding, key, scheme }
}

const PKCS1V15: Scheme = Scheme::RsaPkcs1(HashAlgorithm::Sha256);
const PSS: Scheme = Scheme::RsaPss(HashAlgorithm::Sha256);
/// ECDSA with the nonces of RFC 6979; deprecated.
const ECDSA_P256_HMAC: u64 = 6;
const P256: KeyAlgorithm = KeyAlgorithm::EcdsaP256;
const P384: KeyAlgorithm = KeyAlgorithm::EcdsaP384;
const P521: KeyAlgorithm = KeyAlgorithm::EcdsaP521;

/// All values, ordered by number. Hash-based and lattice-based algorithms are missing, since they
/// are not supported here.
const ALL: &[KeyDetails] = &[
    old_rsa("PKCS1_RSA_PKCS1V5", 1, Encoding::Pkcs1, PKCS1V15),
    old_rsa("PKCS1_RSA_PSS", 2, Encoding::Pkcs1, PSS),
    old_rsa("PKIX_RSA_PKCS1V5", 3, Encoding::Pkix, PKCS1V15),
    old_rsa("PKIX_RSA_PSS", 4, Encoding::Pkix, PSS),
    ecdsa("PKIX_ECDSA_P256_SHA_256", 5, P256, HashAlgorithm::Sha256),
    // Verified like ECDSA with any other nonces.
    ecdsa("PKIX_ECDSA_P256_HMAC_SHA_256", ECDSA_P256_HMAC, P256, HashAlgorithm::Sha256),
    ed25519("PKIX_ED25519", 7, Scheme::Ed25519),
    ed25519("PKIX_ED25519_PH", 8, Scheme::Ed25519ph),
    rsa("PKIX_RSA_PKCS1V15_2048_SHA256", 9, 2048, PKCS1V15),
    rsa("PKIX_RSA_PKCS1V15_3072_SHA256", 10, 3072, PKCS1V15),
    rsa("PKIX_RSA_PKCS1V15_4096_SHA256", 11, 4096, PKCS1V15),
    ecdsa("PKIX_ECDSA_P384_SHA_384", 12, P384, HashAlgorithm::Sha384),
    ecdsa("PKIX_ECDSA_P521_SHA_512", 13, P521, HashAlgorithm::Sha512),
    rsa("PKIX_RSA_PSS_2048_SHA256", 16, 2048, PSS),
    rsa("PKIX_RSA_PSS_3072_SHA256", 17, 3072, PSS),
    rsa("PKIX_RSA_PSS_4096_SHA256", 18, 4096, PSS),
    ecdsa("PKIX_ECDSA_P384_SHA_256", 19, P384, HashAlgorithm::Sha256),
    ecdsa("PKIX_ECDSA_P521_SHA_256", 20, P521, HashAlgorithm::Sha256),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_distinct_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].number < pair[1].number));
        for details in ALL {
            assert_eq!(KeyDetails::of_name(details.name).unwrap().number, details.number);
            assert_eq!(KeyDetails::of_number(details.number).unwrap().name, details.name);
        }
        assert!(KeyDetails::of_name("LMS_SHA256").is_none());
        assert!(KeyDetails::of_name("PUBLIC_KEY_DETAILS_UNSPECIFIED").is_none());
        assert!(KeyDetails::of_number(0).is_none());
    }

    #[test]
    fn deprecated_details_are_not_registered() {
        let registered = ALL.iter().filter(|details| details.is_registered());
        let numbers: Vec<_> = registered.map(|details| details.number).collect();
        assert_eq!(numbers, [5, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20]);
    }

    #[test]
    fn details_fit_one_kind_of_key() {
        let fits = |name: &str, key| KeyDetails::of_name(name).unwrap().fit(key);
        assert!(fits("PKIX_ECDSA_P384_SHA_384", P384));
        assert!(!fits("PKIX_ECDSA_P384_SHA_384", P256));
        assert!(fits("PKIX_RSA_PSS_3072_SHA256", KeyAlgorithm::Rsa { bits: 3072 }));
        assert!(!fits("PKIX_RSA_PSS_3072_SHA256", KeyAlgorithm::Rsa { bits: 4096 }));
        assert!(fits("PKCS1_RSA_PKCS1V5", KeyAlgorithm::Rsa { bits: 4096 }));
        assert!(!fits("PKCS1_RSA_PKCS1V5", KeyAlgorithm::Ed25519));
        assert!(fits("PKIX_ED25519_PH", KeyAlgorithm::Ed25519));
    }

    #[test]
    fn every_scheme_fits_its_key() {
        for details in ALL {
            let key = match details.key {
                Kind::Exactly(key) => key,
                Kind::RsaOfAnyLength => KeyAlgorithm::Rsa { bits: 2048 },
            };
            assert!(details.scheme.fits(key), "{}", details.name);
        }
    }
}

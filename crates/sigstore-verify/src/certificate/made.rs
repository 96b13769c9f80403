//! Certificates for tests, byte by byte, so that each can have one thing wrong.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};

use super::{Authority, Certificate, CertificateError};
use crate::crypto::RustCrypto;
use crate::der::made::{algorithm, bits, context, octets, oid, sequence, set, tlv};
use crate::der::tag;
use crate::trust::Window;

/// An extension by the contents of its object identifier.
pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&tlv(tag::OBJECT_IDENTIFIER, oid), critical, &octets(value)])
}

pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
pub(crate) const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(crate) const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 14];
pub(crate) const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];

pub(crate) const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
pub(crate) const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
pub(crate) const SERVER_AUTHENTICATION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
pub(crate) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];

pub(crate) fn digital_signature() -> Vec<u8> {
    extension(KEY_USAGE, true, &[0x03, 0x02, 0x07, 0x80])
}

pub(crate) fn certificate_sign() -> Vec<u8> {
    extension(KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06])
}

pub(crate) fn purposes(critical: bool, purposes: &[&[u8]]) -> Vec<u8> {
    let list: Vec<u8> = purposes.iter().flat_map(|oid| tlv(tag::OBJECT_IDENTIFIER, oid)).collect();
    extension(EXTENDED_KEY_USAGE, critical, &sequence(&[&list]))
}

pub(crate) fn authority(path_length: Option<u8>) -> Vec<u8> {
    let length = path_length.map(|length| tlv(tag::INTEGER, &[length])).unwrap_or_default();
    extension(BASIC_CONSTRAINTS, true, &sequence(&[&[0x01, 0x01, 0xff], &length]))
}

pub(crate) fn email(address: &str) -> Vec<u8> {
    extension(ALTERNATIVE_NAME, true, &sequence(&[&tlv(0x81, address.as_bytes())]))
}

pub(crate) fn subject_key(key: &[u8]) -> Vec<u8> {
    extension(SUBJECT_KEY, false, &octets(key))
}

pub(crate) fn authority_key(key: &[u8]) -> Vec<u8> {
    extension(AUTHORITY_KEY, false, &sequence(&[&tlv(0x80, key)]))
}

/// A key that is the same in every run.
pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

/// The SubjectPublicKeyInfo of a key (RFC 5480 2).
pub(crate) fn public_key(seed: u8) -> Vec<u8> {
    let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
    let point = key(seed).verifying_key().to_sec1_point(false);
    sequence(&[&algorithm, &bits(point.as_bytes())])
}

/// What a certificate is made of.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    /// Algorithm within the signed part; beside the signature it is always this first one.
    pub(crate) algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) times: [&'static str; 2],
    pub(crate) subject: Vec<u8>,
    pub(crate) key: u8,
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) signer: u8,
}

/// ecdsa-with-SHA256.
pub(crate) fn ecdsa_sha256() -> Vec<u8> {
    algorithm("1.2.840.10045.4.3.2")
}

/// A distinguished name with a common name.
pub(crate) fn name(common: &str) -> Vec<u8> {
    let attribute = sequence(&[&oid("2.5.4.3"), &tlv(tag::UTF8_STRING, common.as_bytes())]);
    sequence(&[&set(&[&attribute])])
}

impl Recipe {
    fn new(subject: Vec<u8>, key: u8, issuer: &str, signer: u8, extensions: &[Vec<u8>]) -> Self {
        Self {
            version: vec![0xa0, 0x03, 0x02, 0x01, 0x02],
            serial: vec![0x02, 0x01, 0x01],
            algorithm: ecdsa_sha256(),
            issuer: name(issuer),
            times: ["250101000000Z", "251231235959Z"],
            subject,
            key,
            extensions: extensions.to_vec(),
            signer,
        }
    }

    /// Key 1, by itself.
    pub(crate) fn root() -> Self {
        Self::new(name("root"), 1, "root", 1, &[authority(None), certificate_sign()])
    }

    /// Key 2, by the root.
    pub(crate) fn intermediate() -> Self {
        let extensions = [authority(Some(0)), certificate_sign(), purposes(false, &[CODE_SIGNING])];
        Self::new(name("intermediate"), 2, "root", 1, &extensions)
    }

    /// Key 3, by the intermediate.
    pub(crate) fn leaf() -> Self {
        let extensions =
            [digital_signature(), purposes(false, &[CODE_SIGNING]), email("a@example.test")];
        let times = ["250601120000Z", "250601121000Z"];
        Self { times, ..Self::new(sequence(&[]), 3, "intermediate", 2, &extensions) }
    }

    /// The same certificate with another extension in the place of one.
    pub(crate) fn with(mut self, index: usize, extension: Vec<u8>) -> Self {
        self.extensions[index] = extension;
        self
    }

    /// The same certificate with one more extension.
    pub(crate) fn and(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    /// The same certificate without an extension.
    pub(crate) fn without(mut self, index: usize) -> Self {
        self.extensions.remove(index);
        self
    }

    pub(crate) fn tbs(&self) -> Vec<u8> {
        let [not_before, not_after] = self.times.map(|time| tlv(tag::UTC_TIME, time.as_bytes()));
        let spki = public_key(self.key);
        let extensions = context(3, &[&sequence(&[&self.extensions.concat()])]);
        sequence(&[
            &self.version,
            &self.serial,
            &self.algorithm,
            &self.issuer,
            &sequence(&[&not_before, &not_after]),
            &self.subject,
            &spki,
            if self.extensions.is_empty() { &[] } else { &extensions },
        ])
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let tbs = self.tbs();
        let signature: DerSignature = key(self.signer).sign(&tbs);
        sequence(&[&tbs, &ecdsa_sha256(), &bits(signature.as_bytes())])
    }

    pub(crate) fn read(&self) -> Result<Certificate, CertificateError> {
        Certificate::from_der(&self.der())
    }

    pub(crate) fn certificate(&self) -> Certificate {
        self.read().unwrap()
    }
}

/// All of 2025.
pub(crate) fn window() -> Window {
    let [start, end] = ["2025-01-01T00:00:00Z", "2025-12-31T23:59:59Z"].map(|t| t.parse().unwrap());
    Window::new(start, Some(end)).unwrap()
}

pub(crate) fn authority_of(chain: &[&Recipe]) -> Result<Authority, CertificateError> {
    let chain = chain.iter().map(|recipe| recipe.certificate()).collect();
    Authority::new(chain, window(), &RustCrypto)
}

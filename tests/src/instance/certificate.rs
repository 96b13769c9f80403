//! Writes certificates (RFC 5280 4.1).

use sha2::{Digest as _, Sha256};

use super::der;
use super::key::{SecretKey, Stream};

/// `id-kp-codeSigning` (RFC 5280 4.2.1.12).
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
/// `id-kp-timeStamping`.
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// `id-kp-serverAuth`.
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const SUBJECT_KEY_ID: &str = "2.5.29.14";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";

/// The bit `digitalSignature` of a key usage.
pub(super) const DIGITAL_SIGNATURE: u8 = 0x80;
/// The bits `keyCertSign` and `cRLSign`.
pub(super) const CERTIFICATE_SIGNING: u8 = 0x06;

/// An extension of a certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extension {
    /// Its dotted identifier.
    pub oid: String,
    /// Whether a reader that does not know it has to refuse the certificate.
    pub critical: bool,
    /// The DER inside its octet string; Fulcio's old ones have bare text there.
    pub value: Vec<u8>,
}

impl Extension {
    /// An extension.
    #[must_use]
    pub fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self { oid: oid.into(), critical, value }
    }

    /// The uses of the key that are allowed (RFC 5280 4.2.1.12).
    #[must_use]
    pub fn extended_key_usage(critical: bool, uses: &[&str]) -> Self {
        let uses: Vec<_> = uses.iter().map(|usage| der::oid(usage)).collect();
        Self::new(EXTENDED_KEY_USAGE, critical, der::sequence(&uses))
    }

    /// The purposes of the key, as the first byte of the bit string (RFC 5280 4.2.1.3).
    #[must_use]
    pub fn key_usage(purposes: u8) -> Self {
        let unused = u8::try_from(purposes.trailing_zeros()).unwrap();
        Self::new(KEY_USAGE, true, der::value(0x03, &[unused, purposes]))
    }

    /// Says that this is an authority, and how many others may follow (RFC 5280 4.2.1.9).
    #[must_use]
    pub fn authority(path_length: Option<u64>) -> Self {
        let length = path_length.map(der::small);
        let fields: Vec<_> = [Some(der::boolean_true()), length].into_iter().flatten().collect();
        Self::new(BASIC_CONSTRAINTS, true, der::sequence(&fields))
    }

    pub(super) fn subject_key_id(key: &SecretKey) -> Self {
        Self::new(SUBJECT_KEY_ID, false, der::octets(&key_id(key)))
    }

    pub(super) fn authority_key_id(key: &SecretKey) -> Self {
        let id = der::implicit(0, &key_id(key));
        Self::new(AUTHORITY_KEY_ID, false, der::sequence(&[id]))
    }

    fn der(&self) -> Vec<u8> {
        let critical = if self.critical { der::boolean_true() } else { vec![] };
        der::sequence(&[der::oid(&self.oid), critical, der::octets(&self.value)])
    }
}

/// The first 160 bits of SHA-256 of the key (RFC 7093 2, method 1).
fn key_id(key: &SecretKey) -> Vec<u8> {
    Sha256::digest(key.public_der())[..20].to_vec()
}

/// A name of two attributes, or an empty one.
pub(super) fn name(organization: &str, common_name: &str) -> Vec<u8> {
    let attribute = |oid, text: &str| {
        der::set(&[der::sequence(&[der::oid(oid), der::value(0x13, text.as_bytes())])])
    };
    der::sequence(&[attribute("2.5.4.10", organization), attribute("2.5.4.3", common_name)])
}

pub(super) fn empty_name() -> Vec<u8> {
    der::sequence(&[])
}

/// What a certificate says before it is signed.
#[derive(Clone, Debug)]
pub(super) struct Tbs {
    /// Makes the serial number.
    pub(super) seed: String,
    pub(super) issuer: Vec<u8>,
    pub(super) subject: Vec<u8>,
    /// Both inclusive, in Unix seconds.
    pub(super) validity: (i64, i64),
    pub(super) public_key: Vec<u8>,
    pub(super) extensions: Vec<Extension>,
}

impl Tbs {
    /// The serial number's big-endian digits.
    pub(super) fn serial(&self) -> Vec<u8> {
        let mut serial = Stream::new(&format!("serial {}", self.seed)).take(18);
        serial[0] = 0x40 | (serial[0] & 0x3f);
        serial
    }

    /// The DER of the `TBSCertificate` that the issuer's key is going to sign.
    pub(super) fn der(&self, issuer_key: &SecretKey) -> Vec<u8> {
        let extensions: Vec<_> = self.extensions.iter().map(Extension::der).collect();
        let (not_before, not_after) = self.validity;
        der::sequence(&[
            der::context(0, &[der::small(2)]),
            der::unsigned(&self.serial()),
            issuer_key.signature_identifier(issuer_key.hash()),
            self.issuer.clone(),
            der::sequence(&[der::utc_time(not_before), der::utc_time(not_after)]),
            self.subject.clone(),
            self.public_key.clone(),
            der::context(3, &[der::sequence(&extensions)]),
        ])
    }

    /// The DER of the certificate.
    pub(super) fn sign(&self, issuer_key: &SecretKey) -> Vec<u8> {
        let tbs = self.der(issuer_key);
        let hash = issuer_key.hash();
        let signature = issuer_key.sign(hash, &tbs);
        der::sequence(&[tbs, issuer_key.signature_identifier(hash), der::bits(&signature)])
    }
}

//! A certificate transparency log (RFC 6962).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::certificate::{Extension, Tbs};
use super::der;
use super::key::{HashKind, KeyKind, SecretKey};

const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";

/// A log of certificates.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CtLog {
    /// Its key.
    pub key: SecretKey,
    /// Where it would be.
    pub url: String,
}

/// How a signed certificate timestamp is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SctRecipe {
    /// Which log it claims.
    pub log: SctLog,
    /// Seconds after the start of the certificate's validity.
    pub offset: i64,
    /// Whether the log signs another certificate than this one.
    pub of_another: bool,
}

/// The log that a signed certificate timestamp comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SctLog {
    /// One of the trusted root.
    Trusted,
    /// An unknown log.
    Unknown,
    /// Claims the trusted one, and is signed by another key.
    Forged,
}

impl Default for SctRecipe {
    fn default() -> Self {
        Self { log: SctLog::Trusted, offset: 0, of_another: false }
    }
}

impl CtLog {
    pub(super) fn new(seed: &str, url: &str) -> Self {
        let key = SecretKey::from_seed(KeyKind::P256, &format!("{seed} {url}"));
        Self { key, url: url.into() }
    }

    /// SHA-256 of its public key (RFC 6962 3.2).
    #[must_use]
    pub fn id(&self) -> Vec<u8> {
        Sha256::digest(self.key.public_der()).to_vec()
    }

    /// The answer of the log to a submitted certificate (RFC 6962 4.1).
    ///
    /// # Panics
    /// For a certificate that is too long.
    #[must_use]
    pub fn detached(&self, certificate: &[u8], at: i64) -> Value {
        let milliseconds = u64::try_from(at * 1000).unwrap();
        let length = u32::try_from(certificate.len()).unwrap().to_be_bytes();
        let time = milliseconds.to_be_bytes();
        let signed = [&[0, 0][..], &time, &[0, 0], &length[1..], certificate, &[0, 0]].concat();
        let signature = with_length(&self.key.sign(HashKind::Sha256, &signed));
        json!({
            "sct_version": 0,
            "id": STANDARD.encode(self.id()),
            "timestamp": milliseconds,
            "extensions": "",
            "signature": STANDARD.encode([&[4, 3][..], &signature].concat()),
        })
    }

    /// The `SignedCertificateTimestamp` over a certificate without the list of them.
    fn sign(&self, signer: &SecretKey, issuer: &SecretKey, tbs: &[u8], at: i64) -> Vec<u8> {
        let time = u64::try_from(at * 1000).unwrap().to_be_bytes();
        let issuer = Sha256::digest(issuer.public_der()).to_vec();
        let length = u32::try_from(tbs.len()).unwrap().to_be_bytes();
        let signed = [&[0, 0][..], &time, &[0, 1], &issuer, &length[1..], tbs, &[0, 0]].concat();
        let signature = signer.sign(HashKind::Sha256, &signed);
        // ECDSA with SHA-256 (RFC 5246 7.4.1.4.1).
        [&[0][..], &self.id(), &time, &[0, 0, 4, 3], &with_length(&signature)].concat()
    }
}

/// The extension with the timestamps of a precertificate (RFC 6962 3.3).
pub(super) fn embed(
    recipes: &[SctRecipe],
    log: &CtLog,
    unknown: &CtLog,
    precertificate: &Tbs,
    issuer: &SecretKey,
) -> Extension {
    let scts: Vec<u8> = recipes
        .iter()
        .flat_map(|recipe| {
            let (claimed, signer) = match recipe.log {
                SctLog::Trusted => (log, &log.key),
                SctLog::Unknown => (unknown, &unknown.key),
                SctLog::Forged => (log, &unknown.key),
            };
            let mut tbs = precertificate.clone();
            if recipe.of_another {
                tbs.seed.push_str(" another");
            }
            let at = precertificate.validity.0 + recipe.offset;
            with_length(&claimed.sign(signer, issuer, &tbs.der(issuer), at))
        })
        .collect();
    Extension::new(SCT_LIST, false, der::octets(&with_length(&scts)))
}

/// Bytes after their number in two (RFC 5246 4.3).
fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

//! Loads a certificate and its key from their files.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sealift::{Digest, Timestamp};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::{CertificateFiles, TlsError};

/// More than any chain and key have.
const MAX_FILE_BYTES: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Digest of both files.
    pub(super) content: Digest,
}

impl Loaded {
    pub(super) fn read(
        files: &CertificateFiles,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let CertificateFiles { certificate, key } = files;
        let (chain, secret) = (bytes(certificate)?, bytes(key)?);
        let content = Digest::sha256_of(&[chain.as_slice(), secret.as_slice()].concat());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain).collect();
        let chain = chain.map_err(|error| wrong(certificate, error))?;
        let first = chain.first().ok_or_else(|| wrong(certificate, "it holds no certificate"))?;
        let parsed = Certificate::from_der(first).map_err(|error| wrong(certificate, error))?;
        let validity = parsed.tbs_certificate().validity();
        let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|error| wrong(key, error))?;
        let time = |time: &x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
            Timestamp::from_unix_seconds(seconds).map_err(|error| wrong(certificate, error))
        };
        let (not_before, not_after) = (time(&validity.not_before)?, time(&validity.not_after)?);
        let certified =
            CertifiedKey::from_der(chain, secret, provider).map_err(|error| wrong(key, error))?;
        Ok(Self { key: Arc::new(certified), not_before, not_after, content })
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    sealift_mapped::read(path, MAX_FILE_BYTES).map_err(|error| wrong(path, error))
}

fn wrong(path: &Path, reason: impl ToString) -> TlsError {
    TlsError { path: path.to_owned(), reason: reason.to_string() }
}

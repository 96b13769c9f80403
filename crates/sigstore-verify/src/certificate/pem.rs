//! Certificates as text: PEM (RFC 7468 5).

use super::Certificate;
use super::error::CertificateError;
use crate::pem::{self, Block};

/// Chains have a few certificates; more than a path can have only cost time.
const MAX_CERTIFICATES: usize = 32;

impl Certificate {
    /// Reads one certificate in PEM.
    ///
    /// # Errors
    /// When the text is not one block `CERTIFICATE`, or its contents are no certificate.
    pub fn from_pem(text: &[u8]) -> Result<Self, CertificateError> {
        let blocks = pem::blocks(text, 1).map_err(CertificateError::Pem)?;
        let block = blocks.into_iter().next();
        block.map_or(Err(CertificateError::Pem(pem::PemError::NoBlock)), certificate)
    }

    /// Reads certificates in PEM that follow each other, up to 32.
    ///
    /// # Errors
    /// Those for a single certificate; also when there is none.
    pub fn chain_from_pem(text: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let blocks = pem::blocks(text, MAX_CERTIFICATES).map_err(CertificateError::Pem)?;
        blocks.into_iter().map(certificate).collect()
    }
}

fn certificate(block: Block<'_>) -> Result<Certificate, CertificateError> {
    match block.label {
        "CERTIFICATE" => Certificate::from_vec(block.contents),
        label => Err(CertificateError::PemLabel { label: label.to_owned() }),
    }
}

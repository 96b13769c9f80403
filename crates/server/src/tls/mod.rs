//! The server's certificate, read again when its files change.
//!
//! A cluster renews certificates by replacing files (`cert-manager`, a mounted Secret). They are
//! compared by content, since a mounted Secret changes by switching a link.

mod load;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sealift::Timestamp;

use load::Loaded;

/// The files of a certificate and its secret key, in PEM. The certificate is followed by those
/// between it and its authority.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a server needs the two")]
pub struct CertificateFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
#[non_exhaustive]
pub struct TlsError {
    /// The file.
    pub path: PathBuf,
    /// The fault.
    pub reason: String,
}

/// TLS with a certificate that may change while the server runs.
#[derive(Debug)]
pub struct Tls {
    config: Arc<ServerConfig>,
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    files: CertificateFiles,
    provider: Arc<CryptoProvider>,
    loaded: RwLock<Arc<Loaded>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read, are not a certificate and a key, or do not belong together.
    pub fn open(files: CertificateFiles) -> Result<Self, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let loaded = RwLock::new(Arc::new(Loaded::read(&files, &provider)?));
        let failed = |error: rustls::Error| TlsError {
            path: files.certificate.clone(),
            reason: error.to_string(),
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
        let held = Arc::new(Held { files, provider, loaded });
        let resolver = Arc::<Held>::clone(&held);
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), held })
    }

    /// Reads the files again, and returns whether they have changed. If the new ones cannot be
    /// used, the present ones are kept.
    ///
    /// # Errors
    /// Those of [`Tls::open`].
    pub fn reload(&self) -> Result<bool, TlsError> {
        let Held { files, provider, loaded } = &*self.held;
        let read = Loaded::read(files, provider)?;
        let mut loaded = loaded.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = read.content != loaded.content;
        if is_new {
            *loaded = Arc::new(read);
        }
        Ok(is_new)
    }

    /// The end of the certificate's validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.held.loaded().not_after
    }

    /// Whether the certificate is valid at this time.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        let loaded = self.held.loaded();
        (loaded.not_before..=loaded.not_after).contains(&now)
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

impl Held {
    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Held {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.loaded().key))
    }
}

//! Access to a cluster: its address and the caller's credentials.

use std::path::{Path, PathBuf};

use sealift_http::{ClientIdentity, Url};

use crate::kubeconfig;
use crate::token::Token;

/// The address of a cluster's API, the certificates to trust there, and the caller's credentials.
#[derive(Debug)]
pub struct Access {
    pub(crate) server: Url,
    /// In PEM; without, those of the platform.
    pub(crate) authorities: Option<Vec<u8>>,
    pub(crate) token: Token,
    pub(crate) identity: Option<ClientIdentity>,
    pub(crate) is_insecure: bool,
}

/// Why there is no access: the address or the credentials are unknown.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
#[non_exhaustive]
pub struct AccessError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
}

/// The files that Kubernetes mounts for a service account (kubernetes.io, Accessing the Kubernetes
/// API from a Pod).
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN: &str = "token";
const AUTHORITIES: &str = "ca.crt";

/// More than any bundle of certificates has.
const MAX_BYTES: u64 = 4 << 20;

impl Access {
    /// Access as the service account of a Pod, from within the cluster. `host` and `port` are the
    /// values of `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`.
    ///
    /// # Errors
    /// When no service account is mounted.
    pub fn in_cluster(host: &str, port: &str) -> Result<Self, AccessError> {
        Self::of_service_account(Path::new(SERVICE_ACCOUNT), host, port)
    }

    /// The same, with the service account mounted elsewhere.
    ///
    /// # Errors
    /// When there is none.
    pub fn of_service_account(folder: &Path, host: &str, port: &str) -> Result<Self, AccessError> {
        let is_v6 = host.contains(':') && !host.starts_with('[');
        let host = if is_v6 { format!("[{host}]") } else { host.to_owned() };
        let server = format!("https://{host}:{port}");
        let server = server.parse().map_err(|error| wrong(folder, format!("{server}: {error}")))?;
        let token = folder.join(TOKEN);
        let access = Self {
            server,
            authorities: Some(bytes(&folder.join(AUTHORITIES))?),
            token: Token::of_file(token.clone()),
            identity: None,
            is_insecure: false,
        };
        match access.token.value() {
            Ok(_) => Ok(access),
            Err(error) => Err(wrong(&token, error)),
        }
    }

    /// Access from a file of kubectl, by its current context or another of its contexts.
    ///
    /// # Errors
    /// When the file cannot be read, or requires something that is not supported: programs that
    /// make credentials are not run.
    pub fn of_kubeconfig(file: &Path, context: Option<&str>) -> Result<Self, AccessError> {
        kubeconfig::access(file, context)
    }

    /// The server's URL.
    #[must_use]
    pub fn server(&self) -> &Url {
        &self.server
    }

    /// A warning for people: that any certificate is accepted.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        self.is_insecure.then(|| {
            let server = self.server.authority();
            format!("any certificate of the cluster {server} is believed: insecure-skip-tls-verify")
        })
    }
}

pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, AccessError> {
    sealift_mapped::read(path, MAX_BYTES).map_err(|error| wrong(path, error))
}

pub(crate) fn wrong(path: &Path, problem: impl ToString) -> AccessError {
    AccessError { path: path.to_owned(), problem: problem.to_string() }
}

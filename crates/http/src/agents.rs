//! The library below: its configuration, and the meaning of its errors.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use crate::client::is_among;
use crate::hosts::{Hosts, Names, Near};
use crate::server_name::{self, Named};
use crate::{ClientIdentity, Config, ErrorKind, OwnTls, Phase, Reach, Roots, Timeouts, Url};

/// Connections that are kept for the next request, by what they were made with.
#[derive(Debug, Default)]
pub(crate) struct Agents {
    agents: Mutex<BTreeMap<Kind, ureq::Agent>>,
    pub(crate) hosts: Hosts,
    /// Read when they are first needed: most scans of local images never do.
    roots: OnceLock<Result<RootCerts, String>>,
}

/// The options of a connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    proxy: Option<String>,
    tls: Tls,
    /// Whether the client shows who it is.
    is_identified: bool,
    /// Whether the certificate is held against what is the host's own.
    is_own: bool,
    /// Whether a name that leads inside the network is refused.
    refuses_near: bool,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {}", self.tls, if self.proxy.is_some() { "proxy" } else { "direct" })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tls {
    None,
    Verified,
    Unverified,
}

impl Agents {
    /// The agent for a URL.
    pub(crate) fn get(
        &self,
        url: &Url,
        is_insecure: bool,
        refuses_near: bool,
        config: &Config,
    ) -> Result<ureq::Agent, ErrorKind> {
        let proxy = config.proxies.proxy(url).map(str::to_owned);
        let tls = match (url.scheme(), &proxy) {
            (crate::Scheme::Http, None) => Tls::None,
            _ if is_insecure => Tls::Unverified,
            _ => Tls::Verified,
        };
        let is_own = |identity: &&ClientIdentity| is_among(&[identity.host.clone()].into(), url);
        let is_identified = tls != Tls::None && config.identity.as_ref().filter(is_own).is_some();
        let concerns = |own: &&OwnTls| is_among(&[own.host.clone()].into(), url);
        let is_own = tls != Tls::None && config.own_tls.as_ref().filter(concerns).is_some();
        // The name is the proxy's to look up.
        let refuses_near = refuses_near && proxy.is_none();
        let kind = Kind { proxy, tls, is_identified, is_own, refuses_near };
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&kind) {
            return Ok(agent.clone());
        }
        let agent = self.make(&kind, config)?;
        agents.insert(kind, agent.clone());
        Ok(agent)
    }

    /// How near a host is that has been asked.
    pub(crate) fn reach(&self, url: &Url) -> Option<Reach> {
        match url.reach() {
            Reach::Elsewhere => self.hosts.reach(url),
            near => Some(near),
        }
    }

    fn make(&self, kind: &Kind, config: &Config) -> Result<ureq::Agent, ErrorKind> {
        let proxy = kind.proxy.as_deref().map(ureq::Proxy::new).transpose();
        let proxy = proxy.map_err(|_| ErrorKind::Proxy("its URL is malformed".to_owned()))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider);
        let own = config.own_tls.as_ref().filter(|_| kind.is_own);
        let own_roots = own.and_then(|own| own.roots.as_ref()).map(|pem| own_roots(pem));
        let tls = match kind.tls {
            Tls::Verified => tls.root_certs(match own_roots {
                Some(roots) => roots?,
                None => self.roots(config)?,
            }),
            Tls::None | Tls::Unverified => {
                tls.root_certs(RootCerts::new_with_certs(&[])).disable_verification(true)
            }
        };
        let identity = config.identity.as_ref().filter(|_| kind.is_identified);
        let tls = tls.client_cert(identity.map(certificate).transpose()?);
        let Timeouts { connect, idle, answer, total, .. } = config.timeouts;
        let idle_per_host = config.max_connections_per_host;
        let built = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .tls_config(tls.build())
            .proxy(proxy)
            .user_agent(config.user_agent.as_str())
            .max_response_header_size(config.max_header_bytes)
            .max_idle_connections(2 * idle_per_host)
            .max_idle_connections_per_host(idle_per_host)
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .timeout_send_request(Some(idle))
            .timeout_per_write(Some(idle))
            .timeout_per_read(Some(idle))
            .timeout_recv_response(Some(answer))
            .timeout_global(Some(total))
            .input_buffer_size(128 << 10)
            .output_buffer_size(128 << 10)
            .build();
        let names = Names {
            hosts: self.hosts.clone(),
            refuses_near: kind.refuses_near,
            system: DefaultResolver::default(),
        };
        Ok(match own.and_then(Named::new) {
            Some(named) => ureq::Agent::with_parts(built, named.connector(), names),
            None => ureq::Agent::with_parts(built, DefaultConnector::default(), names),
        })
    }

    fn roots(&self, config: &Config) -> Result<RootCerts, ErrorKind> {
        let roots = self.roots.get_or_init(|| read_roots(&config.roots));
        roots.clone().map_err(ErrorKind::NoRoots)
    }
}

/// Whether a PEM file has certificates, so that a client is not made with one that has none.
pub(crate) fn check_roots(roots: &Roots) -> Result<(), ErrorKind> {
    match roots {
        Roots::System => Ok(()),
        Roots::Pem(pem) | Roots::SystemAnd(pem) => {
            pem_certificates(pem).map(drop).map_err(ErrorKind::NoRoots)
        }
    }
}

fn own_roots(pem: &[u8]) -> Result<RootCerts, ErrorKind> {
    let certificates = pem_certificates(pem).map_err(ErrorKind::NoRoots)?;
    Ok(RootCerts::new_with_certs(&certificates))
}

/// Whether what is a host's own can be held against anything.
pub(crate) fn check_own_tls(own: &OwnTls) -> Result<(), ErrorKind> {
    if let Some(pem) = &own.roots {
        pem_certificates(pem).map_err(ErrorKind::NoRoots)?;
    }
    server_name::check(own)
}

fn read_roots(roots: &Roots) -> Result<RootCerts, String> {
    let certificates = match roots {
        Roots::System => system_certificates()?,
        Roots::Pem(pem) => pem_certificates(pem)?,
        Roots::SystemAnd(pem) => {
            let mut all = system_certificates().unwrap_or_default();
            all.extend(pem_certificates(pem)?);
            all
        }
    };
    Ok(RootCerts::new_with_certs(&certificates))
}

fn system_certificates() -> Result<Vec<Certificate<'static>>, String> {
    let found = rustls_native_certs::load_native_certs();
    let own = |der: &rustls::pki_types::CertificateDer<'_>| Certificate::from_der(der).to_owned();
    let certificates: Vec<_> = found.certs.iter().map(own).collect();
    if !certificates.is_empty() {
        return Ok(certificates);
    }
    Err(match found.errors.first() {
        Some(error) => error.to_string(),
        None => "the platform has none".to_owned(),
    })
}

fn pem_certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err("the PEM file has no certificate".to_owned());
    }
    Ok(certificates)
}

/// Whether a client's certificate is one and fits its key, which the library takes for granted.
pub(crate) fn check_identity(identity: &ClientIdentity) -> Result<(), ErrorKind> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};

    let failed = |error: &dyn StdError| ErrorKind::ClientCertificate(error.to_string());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&identity.certificates).collect();
    let chain = chain.map_err(|error| failed(&error))?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key).map_err(|error| failed(&error))?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    rustls::sign::CertifiedKey::from_der(chain, key, &provider).map_err(|error| failed(&error))?;
    certificate(identity).map(drop)
}

fn certificate(identity: &ClientIdentity) -> Result<ClientCert, ErrorKind> {
    let chain = pem_certificates(&identity.certificates).map_err(ErrorKind::ClientCertificate)?;
    let key = PrivateKey::from_pem(&identity.key);
    let key = key.map_err(|error| ErrorKind::ClientCertificate(error.to_string()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

/// The address inside the network for which a name was refused.
pub(crate) fn near(error: &ureq::Error) -> Option<IpAddr> {
    let ureq::Error::Io(error) = error else { return None };
    error.get_ref()?.downcast_ref::<Near>().map(|near| near.address)
}

/// The kind of an error of the library.
pub(crate) fn ureq_kind(error: ureq::Error, timeouts: &Timeouts) -> ErrorKind {
    use ureq::Error as Ureq;
    match error {
        Ureq::Io(error) => io_kind(error, timeouts),
        Ureq::Timeout(timeout) => timeout_kind(timeout, timeouts),
        Ureq::HostNotFound => ErrorKind::NoSuchHost,
        Ureq::Rustls(error) => ErrorKind::Tls(error.to_string()),
        Ureq::Tls(reason) => ErrorKind::Tls(reason.to_owned()),
        Ureq::ConnectProxyFailed(reason) => ErrorKind::Proxy(reason),
        Ureq::InvalidProxyUrl => ErrorKind::Proxy("its URL is malformed".to_owned()),
        Ureq::LargeResponseHeader(_, max) => ErrorKind::HeadersTooLarge { max },
        Ureq::Http(error) => ErrorKind::Request(error.to_string()),
        Ureq::BodyExceedsLimit(_) => {
            ErrorKind::RequestBody(io::Error::other("it is longer than was said"))
        }
        error => ErrorKind::Protocol(error.to_string()),
    }
}

fn timeout_kind(timeout: ureq::Timeout, timeouts: &Timeouts) -> ErrorKind {
    let (phase, limit) = match timeout {
        ureq::Timeout::Resolve => (Phase::Resolve, timeouts.connect),
        ureq::Timeout::Connect => (Phase::Connect, timeouts.connect),
        ureq::Timeout::RecvResponse | ureq::Timeout::Await100 => (Phase::Answer, timeouts.answer),
        ureq::Timeout::Global | ureq::Timeout::PerCall => (Phase::Total, timeouts.total),
        ureq::Timeout::PerRead => (Phase::Idle, timeouts.idle),
        _ => (Phase::Send, timeouts.idle),
    };
    ErrorKind::Timeout { phase, limit }
}

fn io_kind(error: io::Error, timeouts: &Timeouts) -> ErrorKind {
    use io::ErrorKind as Io;
    if error.get_ref().is_some_and(|inner| inner.is::<ureq::Error>()) {
        return match error.into_inner().map(|inner| inner.downcast::<ureq::Error>()) {
            Some(Ok(inner)) => ureq_kind(*inner, timeouts),
            _ => ErrorKind::Broken(Io::Other.into()),
        };
    }
    if let Some(inner) = error.get_ref().and_then(tls_error) {
        return ErrorKind::Tls(inner.to_string());
    }
    // The standard library has no kind for it.
    let text = error.to_string();
    if text.starts_with("failed to lookup address") && !text.contains("Temporary failure") {
        return ErrorKind::NoSuchHost;
    }
    match error.kind() {
        Io::ConnectionRefused
        | Io::HostUnreachable
        | Io::NetworkUnreachable
        | Io::AddrNotAvailable
        | Io::PermissionDenied => ErrorKind::Connect(error),
        Io::UnexpectedEof => ErrorKind::Truncated,
        Io::TimedOut | Io::WouldBlock => {
            ErrorKind::Timeout { phase: Phase::Idle, limit: timeouts.idle }
        }
        _ => ErrorKind::Broken(error),
    }
}

fn tls_error<'e>(error: &'e (dyn StdError + Send + Sync + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_address_is_told_from_one_that_cannot_be_looked_up_now() {
        let said = "failed to lookup address information: ";
        for (reason, is_unknown) in
            [("Name or service not known", true), ("Temporary failure in name resolution", false)]
        {
            let error = io::Error::other(format!("{said}{reason}"));
            let kind = ureq_kind(ureq::Error::Io(error), &Timeouts::default());
            assert_eq!(matches!(kind, ErrorKind::NoSuchHost), is_unknown, "{kind}");
            assert_eq!(kind.is_transient(), !is_unknown);
        }
    }
}

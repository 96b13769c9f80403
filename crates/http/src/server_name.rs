//! Connections to a host whose certificate has another name.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use ureq::http::Uri;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, RustlsConnector, SocksConnector,
    TcpConnector, Transport,
};

use crate::{ErrorKind, OwnTls};

const HTTPS: u16 = 443;

/// Does TLS as the library does, by the name that the certificate must have.
#[derive(Debug)]
pub(crate) struct Named {
    host: String,
    name: String,
    tls: RustlsConnector,
}

/// Whether the name is one that a certificate can have.
pub(crate) fn check(own: &OwnTls) -> Result<(), ErrorKind> {
    let Some(name) = &own.server_name else { return Ok(()) };
    let said = || format!("{name:?} is no name of a server");
    ServerName::try_from(name.as_str()).map(drop).map_err(|_| ErrorKind::Tls(said()))
}

impl Named {
    /// None where the host's certificate has the host's name.
    pub(crate) fn new(own: &OwnTls) -> Option<Self> {
        let (host, name) = (own.host.clone(), own.server_name.clone()?);
        Some(Self { host, name, tls: RustlsConnector::default() })
    }

    /// The library's connections, with this in the place of its TLS.
    pub(crate) fn connector(self) -> impl Connector {
        let plain = ().chain(SocksConnector::default()).chain(ConnectProxyConnector::default());
        plain.chain(TcpConnector::default()).chain(self)
    }

    /// Where the library looks for the name; none of another host, as of a proxy on the way.
    fn uri(&self, asked: &Uri) -> Option<Uri> {
        let (host, port) = (asked.host()?, asked.port_u16().unwrap_or(HTTPS));
        if self.host != host && self.host != format!("{host}:{port}") {
            return None;
        }
        let is_v6 = self.name.contains(':');
        let name = if is_v6 { format!("[{}]", self.name) } else { self.name.clone() };
        format!("{}://{name}/", asked.scheme_str()?).parse().ok()
    }
}

impl<In: Transport> Connector<In> for Named {
    type Out = <RustlsConnector as Connector<In>>::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(uri) = self.uri(details.uri) else { return self.tls.connect(details, chained) };
        let named = ConnectionDetails {
            uri: &uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        self.tls.connect(&named, chained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_one_host_s() {
        let named = |host: &str, name: &str| {
            let (host, server_name) = (host.to_owned(), Some(name.to_owned()));
            let own = OwnTls { host, roots: None, server_name };
            check(&own).map(|()| Named::new(&own).unwrap())
        };
        let asked =
            |named: &Named, uri: &str| named.uri(&uri.parse().unwrap()).map(|uri| uri.to_string());
        let at_port = named("stamps.example:443", "other.example").unwrap();
        let other = Some("https://other.example/".to_owned());
        assert_eq!(asked(&at_port, "https://stamps.example/api"), other);
        assert_eq!(asked(&at_port, "https://stamps.example:443/"), other);
        for uri in ["https://stamps.example:8443/", "https://proxy.example/"] {
            assert_eq!(asked(&at_port, uri), None, "{uri}");
        }
        let anywhere = named("stamps.example", "::1").unwrap();
        let by_address = Some("https://[::1]/".to_owned());
        assert_eq!(asked(&anywhere, "https://stamps.example:8443/"), by_address);
        assert!(matches!(named("stamps.example", "a b"), Err(ErrorKind::Tls(_))));
    }
}

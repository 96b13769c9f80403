//! Mutual TLS in front of a server on loopback that has no TLS.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A running server. Its threads end with the process.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what a client is given")]
pub struct Mutual {
    /// Where it is, as `127.0.0.1:PORT`.
    pub host: String,
    /// The authority that certified the server and the client, in PEM.
    pub authority: String,
    /// The client's certificate, in PEM.
    pub certificate: String,
    /// Its secret key, in PEM.
    pub key: String,
}

impl Mutual {
    /// Starts a server that passes on requests of clients with such a certificate to `behind`
    /// (`127.0.0.1:PORT`). Its own certificate has only this name.
    ///
    /// # Panics
    /// When no certificate can be made, or no port is free.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its server fails")]
    pub fn start(name: &str, behind: &str) -> Self {
        let authority = authority();
        let (server, server_key) = certified(name, &authority);
        let (client, client_key) = certified("client.test", &authority);
        let mut roots = RootCertStore::empty();
        roots.add(authority.as_ref().der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider));
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_client_cert_verifier(clients.build().expect("roots of clients"))
            .with_single_cert(vec![server.der().clone()], secret)
            .expect("a certificate with its key");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let (tls, behind) = (Arc::new(tls), behind.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, behind) = (Arc::clone(&tls), behind.clone());
                thread::spawn(move || pass_on(stream, tls, &behind));
            }
        });
        let (certificate, key) = (client.pem(), client_key.serialize_pem());
        Self { host, authority: authority.as_ref().pem(), certificate, key }
    }
}

#[expect(clippy::expect_used, reason = "a test without its server fails")]
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::new(Vec::new()).expect("no names");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(parameters, key).expect("a certificate")
}

#[expect(clippy::expect_used, reason = "a test without its server fails")]
fn certified(
    name: &str,
    authority: &CertifiedIssuer<'static, KeyPair>,
) -> (rcgen::Certificate, KeyPair) {
    let parameters = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    (parameters.signed_by(&key, authority).expect("a certificate"), key)
}

/// One request, and the answer to it.
fn pass_on(stream: TcpStream, tls: Arc<ServerConfig>, behind: &str) -> io::Result<()> {
    let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let (mut asked, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        asked.extend_from_slice(line.as_bytes());
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().map_err(io::Error::other)?;
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    stream.by_ref().take(length).read_to_end(&mut asked)?;
    let mut behind = TcpStream::connect(behind)?;
    behind.write_all(&asked)?;
    io::copy(&mut behind, stream.get_mut())?;
    stream.get_mut().flush()
}

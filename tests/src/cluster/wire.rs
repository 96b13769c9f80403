//! Connections of the imitation.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) body: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// A certificate for loopback, in PEM.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what a server is given")]
pub struct Certificate {
    /// The certificate, which is its own authority.
    pub certificate: String,
    /// Its secret key (PKCS #8).
    pub key: String,
    /// Its public key.
    pub public_key: String,
}

/// A certificate for a server on loopback.
///
/// # Panics
/// When none can be made.
#[must_use]
pub fn certificate() -> Certificate {
    let (certificate, key) = made();
    Certificate {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        public_key: key.public_key_pem(),
    }
}

#[expect(clippy::expect_used, reason = "a test without its server fails")]
fn made() -> (rcgen::Certificate, rcgen::KeyPair) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let parameters = rcgen::CertificateParams::new(names).expect("names");
    let key = rcgen::KeyPair::generate().expect("a key");
    (parameters.self_signed(&key).expect("a certificate"), key)
}

/// A certificate for loopback, and the server configuration with it.
#[expect(clippy::expect_used, reason = "a test without its server fails")]
pub(super) fn tls() -> (String, Arc<ServerConfig>) {
    let (certificate, key) = made();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("a certificate with its key");
    (certificate.pem(), Arc::new(config))
}

/// Answers one request after the other, until the client goes away.
pub(super) fn serve(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    answer: impl Fn(&Asked) -> Answer,
) -> Option<()> {
    let connection = ServerConnection::new(tls).ok()?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    loop {
        let asked = read(&mut stream).ok().flatten()?;
        let Answer { status, body } = answer(&asked);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        let to = stream.get_mut();
        to.write_all(format!("{head}{body}").as_bytes()).ok()?;
        to.flush().ok()?;
    }
}

type Stream = BufReader<StreamOwned<ServerConnection, TcpStream>>;

fn read(stream: &mut Stream) -> io::Result<Option<Asked>> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut asked = Asked { method: method.to_owned(), path: path.to_owned(), ..Asked::default() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut asked.authorization),
            "content-length" => length = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    asked.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(asked))
}

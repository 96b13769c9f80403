//! What a client is told.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::Proxies;

/// How a [`Client`](crate::Client) connects, and what an answer may cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Whose certificates are trusted.
    pub roots: Roots,
    /// Hosts, as `host` or `host:port`, that may be asked without TLS and whose certificate is not
    /// verified. Loopback needs no mention for plain HTTP.
    pub insecure_hosts: BTreeSet<String>,
    /// Hosts, as `host` or `host:port`, that may be asked without TLS, too; a certificate that they
    /// have is verified.
    pub plain_hosts: BTreeSet<String>,
    /// What the client shows of itself, where it does.
    pub identity: Option<ClientIdentity>,
    /// What the certificate of one host must be, where that differs from all others.
    pub own_tls: Option<OwnTls>,
    /// Proxies.
    pub proxies: Proxies,
    /// Times.
    pub timeouts: Timeouts,
    /// Retries.
    pub retry: Retry,
    /// Connections to one host at a time. Default: 16, more than a scan has threads.
    pub max_connections_per_host: usize,
    /// Redirects followed for one request. Default: 10; registries need 1
    /// or 2.
    pub max_redirects: usize,
    /// Bytes of an answer's status line and headers. Default: 64 KiB, the most that
    /// usual servers send.
    pub max_header_bytes: usize,
    /// What the program calls itself.
    pub user_agent: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            roots: Roots::System,
            insecure_hosts: BTreeSet::new(),
            plain_hosts: BTreeSet::new(),
            identity: None,
            own_tls: None,
            proxies: Proxies::default(),
            timeouts: Timeouts::default(),
            retry: Retry::default(),
            max_connections_per_host: 16,
            max_redirects: 10,
            max_header_bytes: 64 << 10,
            user_agent: concat!("sealift/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// A certificate by which the client shows to a host who it is (RFC 8446 section 4.4.2).
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a certificate needs no more")]
pub struct ClientIdentity {
    /// The host, as `host` or `host:port`, that it is shown to; no other is told.
    pub host: String,
    /// The certificate, with those between it and the authority behind it, in PEM.
    pub certificates: Vec<u8>,
    /// Its secret key, in PEM.
    pub key: Vec<u8>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("host", &self.host).finish_non_exhaustive()
    }
}

/// What the certificate of one host must be.
#[derive(Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "the two things that a certificate is held against")]
pub struct OwnTls {
    /// The host, as `host` or `host:port`; no other is concerned.
    pub host: String,
    /// Who must have certified it, in PEM, in the place of [`Config::roots`].
    pub roots: Option<Vec<u8>>,
    /// The name that it must have, in the place of the host's; the host is asked for it, too (RFC
    /// 6066 section 3).
    pub server_name: Option<String>,
}

impl fmt::Debug for OwnTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, server_name, .. } = self;
        let mut shown = f.debug_struct("OwnTls");
        shown.field("host", host).field("server_name", server_name).finish_non_exhaustive()
    }
}

/// Whose certificates are trusted.
#[derive(Clone)]
#[non_exhaustive]
pub enum Roots {
    /// Those of the platform.
    System,
    /// Those in a PEM file, and no others.
    Pem(Vec<u8>),
    /// Those of the platform, and those in a PEM file.
    SystemAnd(Vec<u8>),
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Pem(_) => "Pem(..)",
            Self::SystemAnd(_) => "SystemAnd(..)",
        })
    }
}

/// How long an exchange may take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Timeouts {
    /// For finding the host, connecting and the TLS handshake, each. Default: 10 s.
    pub connect: Duration,
    /// Between two pieces of an answer, and for sending one of a request. Default: 30 s.
    pub idle: Duration,
    /// From the sent request to the end of the headers; in effect at most as long as
    /// [`Timeouts::idle`] until the first byte of them. Default: 30 s.
    pub answer: Duration,
    /// For a request in all, with retries, redirects and the body. Default: 1 hour.
    pub total: Duration,
    /// A body must bring at least [`Timeouts::least_bytes`] in this time, which only runs while
    /// the client waits for the server. Default: 15 s.
    pub window: Duration,
    /// See [`Timeouts::window`]. Default: 15 KiB, 1 KiB/s: slower than any line on which an image
    /// could be pulled.
    pub least_bytes: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            total: Duration::from_secs(3600),
            window: Duration::from_secs(15),
            least_bytes: 15 << 10,
        }
    }
}

/// When a request that may be repeated is repeated: the connection broke, or the answer is one of
/// 429, 502, 503 and 504.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retry {
    /// How often a request is sent at most. Default: 4.
    pub attempts: u32,
    /// Wait before the second attempt; doubled before each further one. Default: 0.5 s.
    pub first_wait: Duration,
    /// The longest wait that `Retry-After` may ask for; an answer that asks for more is not
    /// waited for but handed on. Default: 30 s.
    pub longest_wait: Duration,
    /// How long a host that could not be connected to, however often, is not asked again; after
    /// that it is asked once each time, until it can be. Default: 5 s.
    pub rest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            rest: Duration::from_secs(5),
        }
    }
}

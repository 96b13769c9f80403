//! The configuration of a client.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::Proxies;

/// How a [`Client`](crate::Client) connects, and the bounds on answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The certificate authorities to trust.
    pub roots: Roots,
    /// Hosts, as `host` or `host:port`, that may be reached without TLS and whose certificate is
    /// not verified. Loopback needs no entry for plain HTTP.
    pub insecure_hosts: BTreeSet<String>,
    /// Hosts, as `host` or `host:port`, that may be reached without TLS; where they have a
    /// certificate, it is verified.
    pub plain_hosts: BTreeSet<String>,
    /// The client's own certificate, for the host that it is for.
    pub identity: Option<ClientIdentity>,
    /// The rules for the certificate of one host, where they differ from those for all others.
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
    /// The `User-Agent` of the program.
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

/// A certificate that proves the client's identity to a host (RFC 8446 section 4.4.2).
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a certificate needs no more")]
pub struct ClientIdentity {
    /// The host, as `host` or `host:port`, that receives it; no other does.
    pub host: String,
    /// The certificate, with the intermediate ones up to its authority, in PEM.
    pub certificates: Vec<u8>,
    /// Its secret key, in PEM.
    pub key: Vec<u8>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Rules for the certificate of one host.
#[derive(Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "the two things that a certificate is held against")]
pub struct OwnTls {
    /// The host, as `host` or `host:port`; the rules are for no other.
    pub host: String,
    /// Its certificate authorities, in PEM, in place of [`Config::roots`].
    pub roots: Option<Vec<u8>>,
    /// The name that the certificate must have, in place of the host's; it is also sent to the host
    /// (RFC 6066 section 3).
    pub server_name: Option<String>,
}

impl fmt::Debug for OwnTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, server_name, .. } = self;
        let mut shown = f.debug_struct("OwnTls");
        shown.field("host", host).field("server_name", server_name).finish_non_exhaustive()
    }
}

/// The certificate authorities to trust.
#[derive(Clone)]
#[non_exhaustive]
pub enum Roots {
    /// The platform's authorities.
    System,
    /// The authorities in a PEM file, and no others.
    Pem(Vec<u8>),
    /// The platform's authorities, and those in a PEM file.
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

/// Bounds on the time of an exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Timeouts {
    /// For finding the host, connecting and the TLS handshake, each. Default: 10 s.
    pub connect: Duration,
    /// Between two pieces of an answer, and for sending one of a request. Default: 30 s.
    pub idle: Duration,
    /// From the sent request to the end of the headers. The first byte must come within
    /// [`Timeouts::idle`], too. Default: 30 s.
    pub answer: Duration,
    /// For a request in all, with retries, redirects and the body. Default: 1 hour.
    pub total: Duration,
    /// The time in which a body must bring at least [`Timeouts::least_bytes`]. It runs only while
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

/// When and how a request is repeated. Only a request that may be repeated is, and only when the
/// connection broke or the answer is one of 429, 502, 503 and 504.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retry {
    /// How often a request is sent at most. Default: 4.
    pub attempts: u32,
    /// Wait before the second attempt; doubled before each further one. Default: 0.5 s.
    pub first_wait: Duration,
    /// The longest wait that `Retry-After` may ask for. An answer that asks for more is returned at
    /// once. Default: 30 s.
    pub longest_wait: Duration,
    /// The time for which a host is left alone after connecting to it failed, however often. After
    /// that each request tries once, until one connects. Default: 5 s.
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

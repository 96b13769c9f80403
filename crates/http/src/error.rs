//! Why an exchange failed.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use crate::UrlError;

/// Why there is no answer, or not a whole one.
#[derive(Debug, thiserror::Error)]
#[error("{host}: {kind}")]
#[non_exhaustive]
pub struct Error {
    /// The host, with its port where that is not the usual one.
    pub host: String,
    /// The reason.
    pub kind: ErrorKind,
}

/// The reason of an [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The name has no address.
    #[error("no such host")]
    NoSuchHost,
    /// No connection was made.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// Connecting failed a moment ago, so that the host is left alone
    /// ([`Retry::rest`](crate::Retry::rest)).
    #[error("{cause} (a moment ago; it is not asked again yet)")]
    LeftAlone {
        /// Why there was none.
        cause: String,
    },
    /// The TLS handshake failed, most often because of the certificate.
    #[error("TLS: {0}")]
    Tls(String),
    /// The proxy does not let the request through.
    #[error("proxy: {0}")]
    Proxy(String),
    /// No root certificate could be read.
    #[error("no root certificates: {0}")]
    NoRoots(String),
    /// Something took too long.
    #[error("{phase} took longer than {limit:?}")]
    Timeout {
        /// The part of the exchange that took too long.
        phase: Phase,
        /// The most time for it.
        limit: Duration,
    },
    /// The body comes too slowly.
    #[error("only {bytes} bytes came in {window:?}")]
    TooSlow {
        /// Bytes that came.
        bytes: u64,
        /// The time in which more should have come.
        window: Duration,
    },
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    /// The body is shorter than announced.
    #[error("the answer ends early")]
    Truncated,
    /// The answer is not HTTP.
    #[error("the answer is no HTTP: {0}")]
    Protocol(String),
    /// The headers are larger than is allowed.
    #[error("the headers have more than {max} bytes")]
    HeadersTooLarge {
        /// [`Config::max_header_bytes`](crate::Config::max_header_bytes).
        max: usize,
    },
    /// The body is larger than is allowed.
    #[error("the answer has more than {max} bytes")]
    BodyTooLarge {
        /// The bound of the caller.
        max: u64,
    },
    /// There are too many redirects.
    #[error("more than {max} redirects")]
    TooManyRedirects {
        /// [`Config::max_redirects`](crate::Config::max_redirects).
        max: usize,
    },
    /// The target of a redirect is no valid URL.
    #[error("redirects to what is no URL: {0}")]
    Redirect(UrlError),
    /// A redirect from another machine points to this machine or its link.
    #[error("redirects to {to}, an address of the local machine or link")]
    RedirectInward {
        /// The target's host.
        to: String,
    },
    /// A server outside the network names a host whose address is inside it.
    #[error("{led_by} leads to it, and its address {address} is inside the network")]
    Inward {
        /// The server that named it.
        led_by: String,
        /// The address.
        address: IpAddr,
    },
    /// The certificate of the client cannot be used.
    #[error("the client's certificate cannot be used: {0}")]
    ClientCertificate(String),
    /// Without TLS, only loopback and hosts that are configured as insecure may be reached.
    #[error("plain HTTP is refused")]
    PlainHttp,
    /// All connections to the host have been in use for too long.
    #[error("all {max} connections are in use")]
    Busy {
        /// [`Config::max_connections_per_host`](crate::Config::max_connections_per_host).
        max: usize,
    },
    /// The request's body could not be read, or has another length than stated.
    #[error("the request's body cannot be read: {0}")]
    RequestBody(io::Error),
    /// A header or the method is malformed.
    #[error("malformed request: {0}")]
    Request(String),
}

/// A part of an exchange that has its own time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Finding the host.
    Resolve,
    /// Connecting, and the TLS handshake.
    Connect,
    /// Sending the request.
    Send,
    /// Waiting for the answer's headers.
    Answer,
    /// Waiting for the next piece of the body.
    Idle,
    /// The whole exchange.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "finding the host",
            Self::Connect => "connecting",
            Self::Send => "sending the request",
            Self::Answer => "waiting for the answer",
            Self::Idle => "waiting for the next bytes",
            Self::Total => "the request",
        })
    }
}

impl Error {
    /// An error about a host.
    #[must_use]
    pub fn new(host: String, kind: ErrorKind) -> Self {
        Self { host, kind }
    }
}

impl ErrorKind {
    /// Whether the same request may succeed when it is sent again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect(error) | Self::Broken(error) => {
                error.kind() != io::ErrorKind::PermissionDenied
            }
            Self::Timeout { phase, .. } => *phase != Phase::Total,
            Self::Truncated | Self::TooSlow { .. } => true,
            _ => false,
        }
    }

    /// Whether there was no connection at all: nothing was sent, and nothing answered.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        matches!(
            self,
            Self::NoSuchHost
                | Self::Connect(_)
                | Self::LeftAlone { .. }
                | Self::Timeout { phase: Phase::Resolve | Phase::Connect, .. }
        )
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error.kind {
            ErrorKind::Connect(source)
            | ErrorKind::Broken(source)
            | ErrorKind::RequestBody(source) => source.kind(),
            ErrorKind::Timeout { .. } | ErrorKind::TooSlow { .. } => io::ErrorKind::TimedOut,
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::BodyTooLarge { .. } => io::ErrorKind::FileTooLarge,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

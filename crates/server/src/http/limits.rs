//! Limits on the cost of a client.

use std::time::Duration;

/// Limits on connections and requests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted. Default: 1024, as many as a control
    /// plane of some thousand nodes opens.
    pub max_connections: usize,
    /// Bytes of a request's line and headers. Default: 16 KiB.
    pub max_head_bytes: usize,
    /// Bytes of one body. Default: 16 MiB: an object and its previous state, each as large as an
    /// API server accepts, with room for the enclosing review.
    pub max_body_bytes: usize,
    /// Bytes of all bodies that are being read or answered at once, including the memory of their
    /// parsed values. Default: 256 MiB.
    pub max_bodies_bytes: usize,
    /// Time from the start of a connection, or the first byte of a further request, to the end of
    /// the headers, including the TLS handshake. Default: 10 s.
    pub head_time: Duration,
    /// Total time for a body. Default: 20 s.
    pub body_time: Duration,
    /// Total time for an answer. Default: 20 s.
    pub write_time: Duration,
    /// Time between two requests on a connection. Default: 2 minutes, longer than Go's clients keep
    /// an idle one.
    pub idle_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            max_head_bytes: 16 << 10,
            max_body_bytes: 16 << 20,
            max_bodies_bytes: 256 << 20,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
            write_time: Duration::from_secs(20),
            idle_time: Duration::from_secs(120),
        }
    }
}

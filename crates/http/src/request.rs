//! Requests.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use crate::{Headers, Url};

/// A request that is being built.
#[derive(Debug)]
pub struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Headers,
    pub(crate) body: Body<'a>,
    pub(crate) max_bytes: u64,
    pub(crate) total: Option<Duration>,
    pub(crate) follows: bool,
    pub(crate) repeats: bool,
    pub(crate) led_by: Option<Url>,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "RFC 9110 section 9.3 and RFC 5789 say what they mean")]
#[non_exhaustive]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether the effect of two requests is that of one (RFC 9110 section 9.2.2).
    fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

/// The body of a request.
#[non_exhaustive]
pub enum Body<'a> {
    /// No body.
    None,
    /// Bytes, which can be sent again.
    Bytes(&'a [u8]),
    /// A number of bytes from a reader, which can be read once.
    Reader {
        /// The source of the bytes.
        reader: &'a mut dyn Read,
        /// Their number.
        bytes: u64,
    },
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Reader { bytes, .. } => write!(f, "{bytes} bytes of a reader"),
        }
    }
}

impl<'a> Request<'a> {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: &Url) -> Self {
        Self {
            method,
            url: url.clone(),
            headers: Headers::default(),
            body: Body::None,
            max_bytes: u64::MAX,
            total: None,
            follows: matches!(method, Method::Get | Method::Head),
            repeats: method.is_idempotent(),
            led_by: None,
        }
    }

    /// A request for the content at `url`.
    #[must_use]
    pub fn get(url: &Url) -> Self {
        Self::new(Method::Get, url)
    }

    /// The URL of the request.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Adds a header. Its value is never shown. `Authorization` and `Cookie` are left out when a
    /// redirect leads to another origin.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.add(name, value);
        self
    }

    /// States that a server has named the URL. When that server is outside the network, a name that
    /// leads inside it is refused. Redirects are treated so anyway.
    #[must_use]
    pub fn led_by(mut self, server: &Url) -> Self {
        self.led_by = Some(server.clone());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body<'a>) -> Self {
        self.body = body;
        self
    }

    /// The most bytes of the answer's body. Default: no bound, for bodies that the caller reads as
    /// a stream and counts.
    #[must_use]
    pub fn max_bytes(mut self, max: u64) -> Self {
        self.max_bytes = max;
        self
    }

    /// Another bound on the whole exchange than [`Timeouts::total`](crate::Timeouts::total).
    #[must_use]
    pub fn total(mut self, total: Duration) -> Self {
        self.total = Some(total);
        self
    }

    /// Returns a redirect as the answer. Only GET and HEAD follow redirects at all.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.follows = false;
        self
    }

    /// Sends the request only once, even when it could be repeated.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.repeats = false;
        self
    }

    /// Allows the request to be repeated although its method may have an effect twice: here that
    /// does no harm.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// Whether the request may be sent again: no effect is doubled, and its body is still there.
    pub(crate) fn may_repeat(&self) -> bool {
        self.repeats && !matches!(self.body, Body::Reader { .. })
    }
}

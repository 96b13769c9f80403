//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sealift_http::{Body, Config, Method, Request, Response, Retry, Roots, Timeouts, Url};
use serde_json::Value;

use crate::access::Access;
use crate::discovery::Discovery;
use crate::token::Token;
use crate::{Error, Limits, path};

/// Reads from the API of one cluster.
pub struct Client {
    http: sealift_http::Client,
    server: Url,
    token: Token,
    pub(crate) limits: Limits,
    pub(crate) discovery: Discovery,
    told: Option<Arc<dyn Fn(Outcome) + Send + Sync>>,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "as coarse as counts want it")]
pub enum Outcome {
    /// There was an answer, perhaps that the object does not exist.
    Answered,
    /// The credentials are unknown, or lack the right.
    Denied,
    /// There was another answer, or none.
    Failed,
}

impl Outcome {
    /// The outcome's name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }

    fn of<T>(answer: &Result<T, Error>) -> Self {
        match answer {
            Ok(_) | Err(Error::NotFound { .. }) => Self::Answered,
            Err(Error::Unauthorized { .. } | Error::Forbidden { .. }) => Self::Denied,
            Err(_) => Self::Failed,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Client {
    /// A client. Proxies and the name of the program come from `http`. Nothing is connected yet.
    ///
    /// # Errors
    /// When the certificates cannot be used.
    pub fn new(access: Access, http: Config, limits: Limits) -> Result<Self, Error> {
        let Access { server, authorities, token, identity, is_insecure } = access;
        let mut config = http;
        config.roots = authorities.map_or(Roots::System, Roots::Pem);
        config.identity = identity;
        if is_insecure {
            config.insecure_hosts.insert(format!("{}:{}", server.host(), server.port()));
        }
        // An API server is near and quick; who waits for it is an API server itself.
        let mut timeouts = Timeouts::default();
        timeouts.connect = Duration::from_secs(3);
        timeouts.idle = Duration::from_secs(5);
        timeouts.answer = Duration::from_secs(5);
        timeouts.total = Duration::from_secs(30);
        config.timeouts = timeouts;
        let mut retry = Retry::default();
        retry.attempts = 2;
        retry.first_wait = Duration::from_millis(100);
        retry.longest_wait = Duration::from_secs(1);
        retry.rest = Duration::ZERO;
        config.retry = retry;
        let http = sealift_http::Client::new(config)?;
        let discovery = Discovery::default();
        Ok(Self { http, server, token, limits, discovery, told: None })
    }

    /// The same client, which reports the outcome of each request to `told`.
    #[must_use]
    pub fn telling(self, told: impl Fn(Outcome) + Send + Sync + 'static) -> Self {
        Self { told: Some(Arc::new(told)), ..self }
    }

    /// Fetches an object; none where it does not exist. The kind may be named by its resource.
    ///
    /// # Errors
    /// When the cluster does not answer, or has no such kind.
    /// When the cluster gives no answer, or has no such kind.
    pub fn object(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
        until: Instant,
    ) -> Result<Option<Value>, Error> {
        let name = path::name(name)?;
        let resource = self.resource(api_version, kind, until)?;
        // Where the kind is of namespaces, nothing is outside of them.
        if resource.is_namespaced && namespace.is_empty() {
            return Ok(None);
        }
        let path = format!("{}/{name}", resource.path(namespace)?);
        match self.get(&path, self.limits.max_object_bytes, until) {
            Ok(object @ Value::Object(_)) => Ok(Some(object)),
            Ok(_) => Err(Error::malformed(&path, "it is no object")),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The answer of a path of the API: to `GET`, and to `POST` where the API keeps nothing of the
    /// body.
    ///
    /// # Errors
    /// When the cluster does not answer, or a request to the path might change something.
    pub fn call(
        &self,
        method: &str,
        asked: &str,
        body: Option<&Value>,
        until: Instant,
    ) -> Result<Value, Error> {
        let max = self.limits.max_list_bytes;
        match (method, body) {
            ("GET", None) => self.get(path::read(asked)?, max, until),
            ("POST", Some(body)) => {
                let asked = path::post(asked)?;
                let body = body.to_string().into_bytes();
                let bytes = self.send(asked, Some(&body), max, until)?;
                serde_json::from_slice(&bytes).map_err(|error| Error::malformed(asked, error))
            }
            _ => Err(Error::Refused {
                what: format!("{method} {asked}"),
                why: "it might change the cluster",
            }),
        }
    }

    pub(crate) fn get(&self, asked: &str, max: u64, until: Instant) -> Result<Value, Error> {
        let bytes = self.send(asked, None, max, until)?;
        serde_json::from_slice(&bytes).map_err(|error| Error::malformed(asked, error))
    }

    /// Sends a request once more where its token was refused and a newer one is there by now.
    pub(crate) fn send(
        &self,
        asked: &str,
        body: Option<&[u8]>,
        max: u64,
        until: Instant,
    ) -> Result<Vec<u8>, Error> {
        let token = self.token.value()?;
        let first = self.send_as(token.as_deref(), asked, body, max, until);
        let answer = match first {
            Err(Error::Unauthorized { message }) => match self.token.after(token.as_deref())? {
                Some(fresh) => self.send_as(Some(&fresh), asked, body, max, until),
                None => Err(Error::Unauthorized { message }),
            },
            answer => answer,
        };
        if let Some(told) = &self.told {
            told(Outcome::of(&answer));
        }
        answer
    }

    fn send_as(
        &self,
        token: Option<&str>,
        asked: &str,
        body: Option<&[u8]>,
        max: u64,
        until: Instant,
    ) -> Result<Vec<u8>, Error> {
        let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        let left = left.ok_or(Error::Late)?;
        // A server may have its API below a path of its own.
        let url = format!("{}{asked}", self.server.full().trim_end_matches('/'));
        let url: Url = url.parse().map_err(|_| Error::Refused {
            what: asked.to_owned(),
            why: "it is no path of the API",
        })?;
        let method = if body.is_some() { Method::Post } else { Method::Get };
        let mut request = Request::new(method, &url)
            .header("accept", "application/json")
            .without_redirects()
            .total(left);
        if let Some(token) = token {
            request = request.header("authorization", &format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(Body::Bytes(body));
        }
        let response = self.http.send(request)?;
        let status = response.status();
        if response.is_success() {
            return Ok(response.bytes(max)?);
        }
        Err(Error::of_status(status, &said(response)))
    }
}

/// The body of an error; a body that is too long or cut is no further error.
fn said(response: Response) -> Vec<u8> {
    const MAX: u64 = 64 << 10;
    response.bytes(MAX).unwrap_or_default()
}

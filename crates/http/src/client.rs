//! The client.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use ureq::SendBody;
use ureq::http;

use crate::agents::{Agents, check_identity, check_own_tls, check_roots, near, ureq_kind};
use crate::connection_limit::Gate;
use crate::meter::Meter;
use crate::response::Stream;
use crate::unreached::{Leave, Unreached};
use crate::{
    Body, Config, Error, ErrorKind, Headers, Reach, Request, Response, Scheme, Url, redirect,
};

/// Sends requests. A clone shares connections, and the limit on them, with its original.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: Config,
    agents: Agents,
    gate: Arc<Gate>,
    unreached: Unreached,
}

impl Client {
    /// A client. Nothing is connected yet, and the platform's roots are read when the first request
    /// needs them.
    ///
    /// # Errors
    /// When a PEM file of roots has no certificate, or when the client's certificate, or the name
    /// that a host's certificate must have, cannot be used.
    pub fn new(config: Config) -> Result<Self, Error> {
        let identity = || config.identity.as_ref().map_or(Ok(()), check_identity);
        let own = || config.own_tls.as_ref().map_or(Ok(()), check_own_tls);
        let checked = check_roots(&config.roots).and_then(|()| identity()).and_then(|()| own());
        checked.map_err(|kind| Error { host: "TLS".to_owned(), kind })?;
        let gate = Gate::new(config.max_connections_per_host);
        let (agents, unreached) = (Agents::default(), Unreached::default());
        Ok(Self { inner: Arc::new(Inner { config, agents, gate, unreached }) })
    }

    /// The client's configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Whether the host is configured as insecure.
    #[must_use]
    pub fn is_insecure(&self, url: &Url) -> bool {
        is_among(&self.inner.config.insecure_hosts, url)
    }

    /// Whether requests to the host may go without TLS, loopback aside.
    #[must_use]
    pub fn may_be_plain(&self, url: &Url) -> bool {
        self.is_insecure(url) || is_among(&self.inner.config.plain_hosts, url)
    }

    #[cfg(test)]
    pub(crate) fn made_up(&self, name: &str, reach: Reach) {
        let hosts = &self.inner.agents.hosts;
        hosts.made_up.lock().unwrap().insert(name.to_owned(), reach);
    }

    #[cfg(test)]
    pub(crate) fn leave(&self, url: &Url) -> Leave {
        self.inner.unreached.leave(url, self.inner.config.retry.rest)
    }

    /// Sends a request and returns the answer, whatever its status. Redirects are followed and
    /// retries made as the request allows.
    ///
    /// # Errors
    /// When there is no answer in time, or the request or its answer is not allowed.
    pub fn send(&self, mut request: Request<'_>) -> Result<Response, Error> {
        let max = self.inner.config.max_redirects;
        let total = request.total.unwrap_or(self.inner.config.timeouts.total);
        let deadline = Instant::now() + total;
        for _ in 0..=max {
            let response = self.repeat(&mut request, deadline)?;
            let Some(to) = redirect::target(&response).filter(|_| request.follows) else {
                return Ok(response);
            };
            let failed = |kind| failed(&request.url, kind);
            let to = to.map_err(failed)?;
            let host = request.url.clone();
            redirect::follow(&mut request, to, |url| self.is_insecure(url))
                .map_err(|kind| self::failed(&host, kind))?;
        }
        Err(failed(&request.url, ErrorKind::TooManyRedirects { max }))
    }

    fn repeat(&self, request: &mut Request<'_>, deadline: Instant) -> Result<Response, Error> {
        let Inner { config, unreached, .. } = &*self.inner;
        let mut attempt = match unreached.leave(&request.url, config.retry.rest) {
            Leave::Ask => 1,
            Leave::AskOnce => config.retry.attempts,
            Leave::No { cause } => {
                return Err(failed(&request.url, ErrorKind::LeftAlone { cause }));
            }
        };
        loop {
            let outcome = self.attempt(request, deadline);
            let wait = config.retry.wait(attempt, &outcome);
            let in_time =
                |wait: &_| Instant::now().checked_add(*wait).is_some_and(|at| at < deadline);
            match wait.filter(in_time).filter(|_| request.may_repeat()) {
                Some(wait) => {
                    // Its connection must not wait along.
                    drop(outcome);
                    thread::sleep(wait);
                    attempt += 1;
                }
                None => {
                    unreached.note(&request.url, &outcome);
                    return outcome;
                }
            }
        }
    }

    fn attempt(&self, request: &mut Request<'_>, deadline: Instant) -> Result<Response, Error> {
        let url = request.url.clone();
        self.exchange(request, &url, deadline).map_err(|kind| failed(&url, kind))
    }

    fn exchange(
        &self,
        request: &mut Request<'_>,
        url: &Url,
        deadline: Instant,
    ) -> Result<Response, ErrorKind> {
        let Inner { config, agents, gate, .. } = &*self.inner;
        let is_insecure = self.is_insecure(url);
        let is_plain = url.scheme() == Scheme::Http;
        if is_plain && url.reach() != Reach::Loopback && !self.may_be_plain(url) {
            return Err(ErrorKind::PlainHttp);
        }
        let led_by = request.led_by.clone().filter(|server| {
            let is_outside = agents.reach(server) == Some(Reach::Elsewhere);
            is_outside && server.host() != url.host() && !self.may_be_plain(url)
        });
        let agent = agents.get(url, is_insecure, led_by.is_some(), config)?;
        let max = gate.max();
        let place = format!("{}:{}", url.host(), url.port());
        let permit = gate.enter(&place, deadline).ok_or(ErrorKind::Busy { max })?;
        let mut wire = http::Request::builder().method(request.method.name()).uri(url.full());
        for (name, value) in request.headers.iter() {
            wire = wire.header(name, value);
        }
        let answer = match &mut request.body {
            Body::None => run(&agent, wire, ()),
            Body::Bytes(bytes) => run(&agent, wire, *bytes),
            Body::Reader { reader, bytes } => {
                let wire = wire.header("content-length", *bytes);
                run(&agent, wire, SendBody::from_reader(*reader))
            }
        };
        let failed = |error| match (near(&error), &led_by) {
            (Some(address), Some(server)) => {
                ErrorKind::Inward { led_by: server.authority(), address }
            }
            _ => ureq_kind(error, &config.timeouts),
        };
        let (head, body) = answer.map_err(failed)?.into_parts();
        let mut headers = Headers::default();
        for (name, value) in &head.headers {
            if let Ok(value) = value.to_str() {
                headers.add(name.as_str(), value);
            }
        }
        let body = Stream {
            host: url.authority(),
            reader: Box::new(body.into_reader()),
            meter: Meter::new(&config.timeouts),
            timeouts: config.timeouts.clone(),
            deadline,
            left: request.max_bytes,
            max: request.max_bytes,
            permit: Some(permit),
        };
        Ok(Response { url: url.clone(), status: head.status.as_u16(), headers, body })
    }
}

/// Whether a host is in a set of `host` and `host:port`.
pub(crate) fn is_among(hosts: &BTreeSet<String>, url: &Url) -> bool {
    hosts.contains(url.host()) || hosts.contains(&format!("{}:{}", url.host(), url.port()))
}

fn run(
    agent: &ureq::Agent,
    wire: http::request::Builder,
    body: impl ureq::AsSendBody,
) -> Result<http::Response<ureq::Body>, ureq::Error> {
    agent.run(wire.body(body).map_err(ureq::Error::Http)?)
}

fn failed(url: &Url, kind: ErrorKind) -> Error {
    Error { host: url.authority(), kind }
}

//! Names of hosts, and how near what they stand for is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::url::reach_of;
use crate::{Reach, Url};

/// How far away the hosts are that have been asked: each by the farthest address that its name ever
/// had, for whoever owns the name can add near ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    known: Arc<Mutex<BTreeMap<String, Reach>>>,
    /// Names that a test has for loopback, and how near they are taken to be.
    #[cfg(test)]
    pub(crate) made_up: Arc<Mutex<BTreeMap<String, Reach>>>,
}

impl Hosts {
    /// How near a host is; of one that a proxy looks up it is not known.
    pub(crate) fn reach(&self, url: &Url) -> Option<Reach> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(url.host()).copied()
    }

    fn add(&self, host: &str, reach: Reach) {
        let mut hosts = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = hosts.entry(host.to_ascii_lowercase()).or_insert(reach);
        *known = reach.max(*known);
    }
}

/// Looks names up.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) hosts: Hosts,
    /// Whether a name that leads to an address inside the network is refused.
    pub(crate) refuses_near: bool,
    pub(crate) system: DefaultResolver,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let asked = self.asked(uri);
        let found = match literal(&asked) {
            Some(address) => {
                let mut found = self.empty();
                found.push(address);
                found
            }
            None => self.system.resolve(&asked, config, timeout)?,
        };
        let reach = |address: &SocketAddr| self.reach(uri, address.ip());
        let near = found.iter().find(|address| reach(address) < Reach::Elsewhere);
        if let Some(address) = near.filter(|_| self.refuses_near) {
            return Err(ureq::Error::Io(io::Error::other(Near { address: address.ip() })));
        }
        if let (Some(host), Some(reach)) = (uri.host(), found.iter().map(reach).max()) {
            self.hosts.add(host, reach);
        }
        Ok(found)
    }
}

/// A literal address. It needs no lookup, and no thread that could be waited for.
fn literal(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().or_else(|| match uri.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    })?;
    Some(SocketAddr::new(host.parse().ok()?, port))
}

#[cfg(not(test))]
impl Names {
    fn asked<'u>(&self, uri: &'u Uri) -> Cow<'u, Uri> {
        Cow::Borrowed(uri)
    }

    fn reach(&self, _: &Uri, address: IpAddr) -> Reach {
        reach_of(address)
    }
}

#[cfg(test)]
impl Names {
    fn made_up(&self, uri: &Uri) -> Option<Reach> {
        self.hosts.made_up.lock().unwrap().get(uri.host()?).copied()
    }

    fn asked<'u>(&self, uri: &'u Uri) -> Cow<'u, Uri> {
        match (self.made_up(uri), uri.port_u16()) {
            (Some(_), Some(port)) => {
                Cow::Owned(format!("http://127.0.0.1:{port}/").parse().unwrap())
            }
            _ => Cow::Borrowed(uri),
        }
    }

    fn reach(&self, uri: &Uri, address: IpAddr) -> Reach {
        self.made_up(uri).unwrap_or_else(|| reach_of(address))
    }
}

/// Why a name is refused.
#[derive(Debug)]
pub(crate) struct Near {
    pub(crate) address: IpAddr,
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is inside the network", self.address)
    }
}

impl std::error::Error for Near {}
